"""How a person is reached and what they link to: one form for each e-mail, phone number and URL."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import phonenumbers

from skeletal.errors import InvalidInput
from skeletal.rules import limits

LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?")
TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
UNSAFE = re.compile(r'[\s\\<>"\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]')
"""What no URL holds as it is: it must be percent-encoded, or serves to deceive."""
LONGEST_HOST = 253
LONGEST_PHONE = 40
"""As written, with spaces and signs."""


def email(value: object, *, field: str = "email") -> str:
    """Return the address in the form that makes it one account: at most 254 characters.

    White space around it goes, all of it becomes lower case, and a domain in another script
    becomes its ASCII form (IDNA). Nothing else is taken for equal: neither `a.b@` and `ab@` nor
    `a+b@` and `a@`. The part before @ is ASCII of up to 64 characters, unquoted; the domain has a
    dot and is no IP address. Raises InvalidInput.
    """
    local, at, domain = _text(value, field, limits.EMAIL).rpartition("@")
    host = _host(domain)
    if not (at and host and len(local) <= limits.EMAIL_LOCAL and LOCAL.fullmatch(local)):
        raise InvalidInput("this is no e-mail address", field=field)
    address = f"{local.lower()}@{host}"
    if len(address) > limits.EMAIL:
        raise InvalidInput(f"an e-mail address has at most {limits.EMAIL} characters", field=field)
    return address


def phone(value: object, *, region: str | None = None, field: str = "phone") -> str:
    """Return the number in E.164, such as +201001234567: at most 16 characters.

    A number without + is read as one dialled within `region` (ISO 3166, two letters). Digits of
    any script and full width will do, with the usual spaces and signs but no letters and no
    extension. Raises InvalidInput for what the numbering plans do not know.
    """
    written = _text(value, field, LONGEST_PHONE)
    try:
        number = phonenumbers.parse(written, region.upper() if region else None)
    except phonenumbers.NumberParseException:
        raise InvalidInput("this is no phone number", field=field) from None
    letters = any(map(str.isalpha, written))
    if letters or number.extension or not phonenumbers.is_valid_number(number):
        raise InvalidInput("this is no phone number", field=field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def url(value: object, *, field: str = "url") -> str:
    """Return an http or https address of at most 2048 characters, its host in lower-case ASCII.

    The host is a domain name with a dot: no IP address, no user in front of it. Path, query and
    fragment stay as they are, but hold no white space, controls, backslash, quotation mark, < or >.

    The address is stored and shown; nothing here, and nothing that calls it, resolves or fetches
    it. Whether a name leads to a private network is therefore not asked: whoever does fetch must
    judge each address that it resolves to, and go to no other. Raises InvalidInput.
    """
    written = _text(value, field, limits.URL)
    parts = _split(written)
    host = _host(parts.hostname or "") if parts else None
    if not (parts and host and parts.scheme in ("http", "https")):
        raise InvalidInput("this is no http or https address", field=field)
    port = f":{parts.port}" if parts.port else ""
    address = parts._replace(netloc=host + port).geturl()
    if len(address) > limits.URL:
        raise InvalidInput(f"an address has at most {limits.URL} characters", field=field)
    return address


def address(value: object, *, field: str = "ip_address") -> str:
    """Return an IP address in its one form, an IPv4 one within IPv6 as IPv4; else InvalidInput."""
    if not isinstance(value, str):
        raise InvalidInput("this must be a text", field=field)
    try:
        found = ip_address(value)
    except ValueError as error:
        raise InvalidInput("this is no IP address", field=field) from error
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found).partition("%")[0]


def _text(value: object, field: str, most: int) -> str:
    if not isinstance(value, str):
        raise InvalidInput("this must be a text", field=field)
    stripped = value.strip()
    if len(stripped) > most:
        raise InvalidInput(f"at most {most} characters, this has {len(stripped)}", field=field)
    if CONTROL.search(stripped):
        raise InvalidInput("this holds a control character", field=field)
    return stripped


def _split(written: str) -> SplitResult | None:
    """The parts of an address; None where it cannot be read in one way only."""
    try:
        parts = urlsplit(written)
        sound = parts.port != 0 and "@" not in parts.netloc
    except ValueError:
        return None
    return parts if sound and not UNSAFE.search(written) else None


def _host(name: str) -> str | None:
    """The name in lower-case ASCII, or None if it is no domain name with a dot."""
    if len(name) > LONGEST_HOST:
        return None
    try:
        host = name.encode("idna").decode("ascii").lower()
        again = host.encode("ascii").decode("idna").encode("idna").decode("ascii")
    except UnicodeError:
        return None
    *labels, top = host.split(".")
    if again != host or not labels or len(host) > LONGEST_HOST or not TOP.fullmatch(top):
        return None
    return host if all(map(LABEL.fullmatch, labels)) else None
