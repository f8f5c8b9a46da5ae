"""What people say of themselves on their page, and how they keep others out."""

from skeletal.errors import InvalidInput
from skeletal.rules import contacts, limits, texts


def display_name(value: object, *, field: str = "display_name") -> str:
    """Return the name that is shown, stripped: 1 to 50 characters, else raise InvalidInput."""
    return texts.text(value, field=field, most=limits.DISPLAY_NAME, least=1).strip()


def bio(value: object, *, field: str = "bio") -> str:
    """Return the text of a page as it is, else raise InvalidInput."""
    return texts.text(value, field=field, most=limits.BIO)


def avatar_url(value: object, *, field: str = "avatar_url") -> str:
    """Return the address of a picture, "" for none, else raise InvalidInput."""
    return "" if value in ("", None) else contacts.url(value, field=field)


def locale(value: object, *, field: str = "locale") -> str:
    """Return the name of a language, else raise InvalidInput."""
    return texts.text(value, field=field, most=limits.LOCALE, least=1)


def password(value: object, *, field: str = "password") -> str:
    """Return a password as it is: 8 to 128 characters, else raise InvalidInput."""
    least, most = limits.PASSWORD
    return texts.text(value, field=field, most=most, least=least)


def region(value: object, *, field: str = "region") -> str:
    """Return a country by two letters in upper case, else raise InvalidInput."""
    if not isinstance(value, str) or len(value) != 2 or not (value.isascii() and value.isalpha()):
        raise InvalidInput("a country has two letters", field=field)
    return value.upper()
