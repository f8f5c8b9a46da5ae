"""What comes back: the loader of each column, and a refusal of columns that have none."""

import json
from socket import AF_INET, AF_INET6, inet_ntop
from typing import Any

import msgspec
import psycopg
from psycopg.adapt import AdaptersMap, Loader, Transformer
from psycopg.pq import Format
from psycopg.types.json import set_json_loads

from skeletal.db.prepared.compiling import Text

TEXT = 25
NUMBERS = {
    "IntegerField": {20, 21, 23},
    "AutoField": {20, 21, 23},
    "FloatField": {700, 701},
    "DecimalField": {1700},
}
"""By the end of a field's internal type: the types whose values are what the field holds."""


class InetLoader(Loader):
    """An address as text, as Django reads it."""

    format = Format.BINARY

    def load(self, data: Any) -> str:
        family, bits, _, size = bytes(data[:4])
        address = inet_ntop(AF_INET if family == AF_INET else AF_INET6, bytes(data[4:]))
        return address if bits == 8 * size else f"{address}/{bits}"


def _json(data: Any) -> Any:
    """A fraction above 1e308 is too large for msgspec; Django reads it as infinity."""
    try:
        return msgspec.json.decode(data)
    except msgspec.ValidationError:
        return json.loads(bytes(data))


ADAPTERS = AdaptersMap(psycopg.adapters)
ADAPTERS.register_loader("inet", InetLoader)
set_json_loads(_json, ADAPTERS)


def transformer_of(described: Any, text: Text) -> Any:
    """The loaders of a result's columns, kept for every further result of the statement.

    Raises TypeError for a column that would not come as the ORM gives it, and for hand SQL whose
    columns are not the record's.
    """
    if text.names:
        _require_names([described.fname(n).decode() for n in range(described.nfields)], text)
    types = [
        _loadable(described.ftype(n), text.kinds[n] if text.kinds else "", described.fname(n))
        for n in range(described.nfields)
    ]
    transformer: Any = Transformer(ADAPTERS)
    transformer.set_loader_types(types, Format.BINARY)
    return transformer


def _loadable(oid: int, kind: str, name: bytes) -> int:
    for ending, oids in NUMBERS.items():
        if kind.endswith(ending) and oid not in oids:
            raise TypeError(f"column {name.decode()} is no {kind} in the database: cast it")
    if ADAPTERS.get_loader(oid, Format.BINARY) is not None:
        return oid
    if kind in ("CharField", "TextField"):  # an enum is text in the binary protocol too
        return TEXT
    raise TypeError(f"column {name.decode()} has a type of its own: cast it to text")


def _require_names(names: list[str], text: Text) -> None:
    if len(names) != len(text.names) or (any(text.names) and names != list(text.names)):
        raise TypeError(f"the columns are {names}, the record has {list(text.names)}")
