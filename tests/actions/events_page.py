"""Makes docs/events.md of the declared facts: `python -m tests.actions.events_page`."""

import json
import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"
HEAD = """\
# Events

Each fact that others may want to know of is a row of `outbox_events`, written in the transaction
that makes it true. This page is made of the facts that the code declares
(`skeletal/actions/`) by `python -m tests.actions.events_page`; a test holds the two
equal.

A row has the fact's `name` and `version`, the kind and the id of what it is about
(`aggregate_type`, `aggregate_id`), `actor_id`, the person who did it, `created_at`, and the
`payload`, whose schema stands below. A payload holds ids (as strings of digits), words of ours and
numbers, never what a person wrote or is called: who needs that reads it, and sees it as it stands
then. A field that changes its meaning, or goes, makes a new version.

`jobs.run_pending` runs what follows from a fact (`skeletal/jobs/handlers.py`) and marks the event
done in the same transaction, so our own effects happen once. What fails waits, from a second to
four minutes, and is tried ten times; then it stays open, with its error's code, until an operator
has it tried again: by the admin's action "Try again what was given up", or by
`outbox.retry_events`. Where only Redis was away it waits five seconds each time and is never given
up. Events are run oldest first, but ids are taken before the commit, several may run at once, and
one that waits is passed by: an action relies on no order. Others may see an event twice.
"""


def page() -> str:
    """The page as it must be."""
    from skeletal import actions
    from skeletal.actions.events import FACTS
    from skeletal.jobs.handlers import HANDLERS

    for module in pkgutil.walk_packages(actions.__path__, "skeletal.actions."):
        import_module(module.name)
    names = sorted(FACTS)
    lines = [HEAD, "| fact | about | says | followed by |", "|---|---|---|---|"]
    for name in names:
        fact = FACTS[name]
        follow = ", ".join(one.__name__.replace("_", " ") for one in HANDLERS.get(name, ()))
        anchor = name.replace(".", "")
        lines.append(f"| [`{name}`](#{anchor}) | {fact.aggregate} | {fact.sentence} | {follow} |")
    return "\n".join([*lines, *(line for name in names for line in _section(FACTS[name]))]) + "\n"


def _section(fact: object) -> Iterator[str]:
    from skeletal.actions.events import Fact

    assert isinstance(fact, Fact)
    schema = json.dumps(fact.schema, indent=2, ensure_ascii=False)
    yield from ("", f"## {fact.name}", "", "```json", schema, "```")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "daira.settings")
    import django

    django.setup()
    PAGE.write_text(page())
