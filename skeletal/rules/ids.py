"""What may be an id; whether there is such a row is for others to say."""

from skeletal.errors import InvalidInput


def whole_id(value: object, field: str) -> int:
    """Return a whole number of any size, else raise InvalidInput."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput("an id is a whole number", field=field)
    return value
