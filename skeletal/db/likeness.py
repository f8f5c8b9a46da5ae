"""How alike two vectors are, as a function of PostgreSQL: the one place that tells.

`daira_likeness` is the cosine of the angle between them, from -1 to 1; NULL where they have not
equally many numbers, and for zeros. It is exact and asks every row. Where the extension pgvector
stands, `choose` puts its operator behind the same name.
"""

from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.models import FloatField, Func

FUNCTION = """
CREATE OR REPLACE FUNCTION daira_likeness(one double precision[], other double precision[])
RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 200 AS $likeness$
    SELECT CASE WHEN cardinality(one) = cardinality(other)
           THEN sum(a * b) / nullif(sqrt(sum(a * a)) * sqrt(sum(b * b)), 0) END
    FROM unnest(one, other) AS pairs (a, b)
$likeness$;
"""
BY_PGVECTOR = """
CREATE OR REPLACE FUNCTION daira_likeness(one double precision[], other double precision[])
RETURNS double precision LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 20 AS $likeness$
    SELECT CASE WHEN cardinality(one) = cardinality(other)
           THEN nullif(1 - (one::vector <=> other::vector), 'NaN') END
$likeness$;
"""
STATE = """
SELECT to_regtype('vector') IS NOT NULL, prosrc LIKE '%::vector%' FROM pg_proc
WHERE proname = 'daira_likeness'
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS daira_likeness(double precision[], double precision[])"


def choose(cursor: CursorWrapper) -> bool:
    """Take pgvector's operator where the type `vector` is, else the plain one; whether it is there.

    1 statement, 2 where the other one stood; they agree to six decimals.
    """
    cursor.execute(STATE)
    there, taken = cursor.fetchone()
    if there != taken:
        cursor.execute(BY_PGVECTOR if there else FUNCTION)
    return bool(there)


def likeness(one: Any, other: Any) -> Func:
    """The function of two columns."""
    return Func(one, other, function="daira_likeness", output_field=FloatField())
