"""What circles and lists have in common: people whom an owner chose, under a name."""

from dataclasses import dataclass

from skeletal.actions.acting import ACTOR, conflicting, require
from skeletal.actions.events import Fact
from skeletal.actions.social.facts import GROUPS
from skeletal.actions.social.making import once_in_turn
from skeletal.db.prepared import TEXT, Command, Param, write
from skeletal.db.transactions import execute_transaction
from skeletal.errors import Conflict, InvalidInput
from skeletal.models import User
from skeletal.queries.visibility import Sight, visible
from skeletal.records import Made, Record
from skeletal.records.social import Changed
from skeletal.rules import texts

MOST_GROUPS = 100
"""Circles of one person, and lists of one person."""
OWN = [Param("actor"), Param("group")]
TAKEN = "another one of yours has this name"


@dataclass(frozen=True)
class Kind:
    """Where a kind of group is kept, and what is told of it."""

    word: str
    table: str
    members: str
    column: str
    unique: str
    name_length: int
    used: str = "false"
    """SQL that says whether something else needs the group `%(group)s`."""

    def told(self, what: str, source: str, **more: str) -> str:
        """The row of a fact for each row of `source`; the group's id is `%(group)s` or given."""
        fact: Fact = GROUPS[self.word][what]
        group = more.pop("group", "%(group)s")
        ids = {f"{self.word}_id": group, "owner_id": "%(actor)s"}
        return fact.row(source, of=group, actor="%(actor)s", **ids, **more)

    def name(self, given: str) -> str:
        """A name as it is stored; raises InvalidInput."""
        return texts.text(given, field="name", most=self.name_length, least=1).strip()


class MadeGroup(Record, frozen=True, kw_only=True):
    """The answer of the statement: `id` is None where nothing was made."""

    allowed: bool
    found: bool
    room: bool
    id: int | None


class Deleted(Record, frozen=True, kw_only=True):
    """The answer of the statement: a group in use stays."""

    allowed: bool
    found: bool
    used: bool


class Answered(Record, frozen=True, kw_only=True):
    """The answer of the other statements."""

    allowed: bool
    found: bool
    changed: bool


def create(kind: Kind, owner_id: int, name: str, key: str | None, /, **more: str) -> Made:
    """Make an empty group: 2 statements, 2 more with a key.

    The name of one is taken, whatever its letter case.
    """
    values = {"actor": owner_id, "name": kind.name(name), **more}

    def work() -> int:
        made = require(_create(kind).first(**values), kind.word)
        if not made.room:
            raise Conflict(f"at most {MOST_GROUPS} of a kind", field="name")
        if made.id is None:
            raise Conflict(TAKEN, field="name")
        return made.id

    return once_in_turn(owner_id, key, {kind.word: values}, work)


def rename(kind: Kind, owner_id: int, group_id: int, name: str) -> Changed:
    """Give a group another name: 1 statement. Repeatable."""
    values = {"actor": owner_id, "group": group_id, "name": kind.name(name)}
    with conflicting(**{kind.unique: ("name", TAKEN)}):
        answer = execute_transaction(lambda: _rename(kind).first(**values))
    return Changed(changed=require(answer, kind.word).changed)


def delete(kind: Kind, owner_id: int, group_id: int) -> Changed:
    """Delete a group and the places in it: 2 statements.

    The first keeps others from using it or putting people in; the second sees who did before.
    """
    values = {"actor": owner_id, "group": group_id}

    def write_it() -> Deleted:
        _hold(kind).first(**values)
        return require(_delete(kind).first(**values), kind.word)

    if execute_transaction(write_it).used:
        raise Conflict(f"posts are for this {kind.word}", field=f"{kind.word}_id")
    return Changed(changed=True)


def add(kind: Kind, owner_id: int, group_id: int, member_id: int) -> Changed:
    """Put a person in whom the owner sees: 1 statement. Repeatable."""
    if owner_id == member_id:
        raise InvalidInput("the owner is no member", field="member_id")
    answer = _add(kind).first(actor=owner_id, viewer=owner_id, group=group_id, other=member_id)
    return Changed(changed=require(answer, f"{kind.word} or user").changed)


def remove(kind: Kind, owner_id: int, group_id: int, member_id: int) -> Changed:
    """Take a person out: 1 statement. Repeatable."""
    answer = _remove(kind).first(actor=owner_id, group=group_id, other=member_id)
    return Changed(changed=require(answer, kind.word).changed)


def _owned(kind: Kind, columns: str = "id") -> str:
    return f"SELECT {columns} FROM {kind.table} WHERE id = %(group)s AND owner_id = %(actor)s"  # noqa: S608 - the tables are ours


@write(MadeGroup)
def _create(kind: Kind) -> Command:
    """A circle has a column more: its kind."""
    column = ", kind" if kind.word == "circle" else ""
    value = ", %(kind)s" if column else ""
    return Command(
        f"""
        WITH actor AS MATERIALIZED ({{actor}}), room AS MATERIALIZED (
            SELECT FROM {kind.table} WHERE owner_id = %(actor)s HAVING count(*) < {MOST_GROUPS}
        ), done AS (
            INSERT INTO {kind.table} (owner_id, name{column})
            SELECT actor.id, %(name)s{value} FROM actor, room
            ON CONFLICT DO NOTHING RETURNING id
        ), told AS ({{told}})
        SELECT EXISTS (SELECT FROM actor) AS allowed, true AS found,
               EXISTS (SELECT FROM room) AS room, (SELECT id FROM done) AS id
        """,  # noqa: S608 - the tables are ours
        [Param("name", TEXT), *([Param("kind", TEXT)] if column else [])],
        actor=ACTOR,
        told=kind.told("created", "done d", group="d.id"),
    )


@write(Answered)
def _rename(kind: Kind) -> Command:
    return Command(
        f"""
        WITH actor AS MATERIALIZED ({{actor}}), target AS MATERIALIZED ({{owned}}),
        done AS (
            UPDATE {kind.table} SET name = %(name)s FROM actor, target
            WHERE {kind.table}.id = target.id AND target.name <> %(name)s RETURNING 1
        )
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM target) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,  # noqa: S608 - the tables are ours
        [*OWN, Param("name", TEXT)],
        actor=ACTOR,
        owned=_owned(kind, "id, name"),
    )


@write(int)
def _hold(kind: Kind) -> Command:
    return Command(f"{_owned(kind)} FOR UPDATE", OWN)


@write(Deleted)
def _delete(kind: Kind) -> Command:
    return Command(
        f"""
        WITH actor AS MATERIALIZED ({{actor}}), owned AS MATERIALIZED ({{owned}}),
        free AS MATERIALIZED (SELECT owned.id FROM actor, owned WHERE NOT ({kind.used})),
        emptied AS (
            DELETE FROM {kind.members} USING free WHERE {kind.column} = free.id
        ), done AS (
            DELETE FROM {kind.table} USING free WHERE {kind.table}.id = free.id RETURNING 1
        ), told AS ({{told}})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM owned) AS found,
               NOT EXISTS (SELECT FROM free) AS used
        """,  # noqa: S608 - the tables are ours
        OWN,
        actor=ACTOR,
        owned=_owned(kind),
        told=kind.told("deleted", "done d"),
    )


@write(Answered)
def _add(kind: Kind) -> Command:
    """Nobody is put in behind a block: the pair is looked at anew, as a follow does."""
    seen = visible(User.objects.filter(pk=Param("other")), Sight.PERSON)
    return Command(
        f"""
        WITH actor AS MATERIALIZED ({{actor}}), owned AS MATERIALIZED ({{owned}} FOR KEY SHARE),
        target AS MATERIALIZED ({{target}}), pair AS MATERIALIZED (
            SELECT daira_pair_is_blocked(%(actor)s, %(other)s) AS blocked
            FROM actor, owned, target
        ), done AS (
            INSERT INTO {kind.members} ({kind.column}, member_id)
            SELECT %(group)s, %(other)s FROM pair WHERE NOT blocked
            ON CONFLICT DO NOTHING RETURNING 1
        ), told AS ({{told}})
        SELECT EXISTS (SELECT FROM actor) AS allowed,
               EXISTS (SELECT FROM pair WHERE NOT blocked) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,  # noqa: S608 - the tables are ours
        [Param("group")],
        actor=ACTOR,
        owned=_owned(kind),
        target=seen.values("id"),
        told=kind.told("member_added", "done d", member_id="%(other)s"),
    )


@write(Answered)
def _remove(kind: Kind) -> Command:
    return Command(
        f"""
        WITH actor AS MATERIALIZED ({{actor}}), owned AS MATERIALIZED ({{owned}}),
        done AS (
            DELETE FROM {kind.members} USING actor, owned
            WHERE {kind.column} = owned.id AND member_id = %(other)s RETURNING 1
        ), told AS ({{told}})
        SELECT EXISTS (SELECT FROM actor) AS allowed, EXISTS (SELECT FROM owned) AS found,
               EXISTS (SELECT FROM done) AS changed
        """,  # noqa: S608 - the tables are ours
        [*OWN, Param("other")],
        actor=ACTOR,
        owned=_owned(kind),
        told=kind.told("member_removed", "done d", member_id="%(other)s"),
    )
