"""Folds that are wrong on purpose: a test that does not see them sees nothing."""

from skeletal.actions.counters import FOLD

OF_THE_SNAPSHOT = FOLD.replace(
    "object_id, id FROM counter_deltas", "object_id, id, counter, delta FROM counter_deltas"
).replace(
    "FROM gone GROUP BY", "FROM todo WHERE object_id IN (SELECT object_id FROM held) GROUP BY"
)
"""Sums of what the statement read, not of what it deleted: what another sweep took counts twice."""
FOR_UPDATE = FOLD.replace("FOR NO KEY UPDATE", "FOR UPDATE")
"""A lock that conflicts with every foreign key's: a hot row is never free."""


def slowed(fold: str) -> str:
    """The same with 5 ms between what it reads and what it locks: others come in between."""
    pause = "SELECT pg_sleep(0.005) FROM (SELECT FROM todo LIMIT 1) AS one"
    paused = f"), paused AS MATERIALIZED ({pause}), held AS"
    return fold.replace("), held AS", paused).replace(
        "SELECT DISTINCT object_id FROM todo)", "SELECT DISTINCT object_id FROM todo, paused)"
    )
