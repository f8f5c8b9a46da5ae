"""A search for posts costs what it shows, for a frequent word, a rare one, and what lies between."""

from importlib import import_module
from typing import ClassVar

from django.db import migrations

BEFORE: str = import_module("skeletal.migrations.0019_search").NEWEST
NEWEST = """
-- The newest public posts before an id that hold these words, newest first. An index of words has
-- no order, so it is asked for one span of time (18.6 hours), then for as many before it as what
-- was found lets expect to be enough, four times as many as the last time at most, 256 in all.
-- A word that few of 21 spans hold is asked for as a whole: where it is rare, that is all.
-- Nothing but a single span reads more than `many` rows: what would is cut to a quarter.
-- The statements have no ORDER BY, so that none walks an index of ids; `id + 0` keeps it out too.
-- The spans begin in a minute at the latest: one post with an id of next year does not make every
-- search read all that its words have.
CREATE OR REPLACE FUNCTION daira_newest_posts(wanted tsquery, before bigint, most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 100
SET max_parallel_workers_per_gather = 0 SET plan_cache_mode = force_generic_plan AS $newest$
DECLARE
    present bigint := ((extract(epoch FROM now()) - 1262304000) * 1000 + 60000)::bigint << 22;
    span bigint := least((SELECT max(id) FROM posts), before - 1, present) >> 48;
    first bigint := (SELECT min(id) FROM posts) >> 48;
    spans bigint := 1;
    looked bigint := 0;
    many bigint := greatest(2000, 4 * most);
    rare boolean;
    found integer := 0;
    ids bigint[];
BEGIN
    WHILE found < most AND span >= first LOOP
        IF rare IS NULL AND spans > 16 THEN
            ids := ARRAY(
                SELECT id FROM posts
                WHERE daira_words(daira_fold(content)) @@ wanted
                    AND status = 'published' AND deleted_at IS NULL AND visibility = 'public'
                LIMIT many
            );
            rare := cardinality(ids) < many;
            IF rare THEN
                RETURN QUERY
                    SELECT id FROM unnest(ids) AS id WHERE id < least(before, (span + 1) << 48)
                    ORDER BY id DESC LIMIT most - found;
                RETURN;
            END IF;
        END IF;
        ids := ARRAY(
            SELECT id FROM posts
            WHERE daira_words(daira_fold(content)) @@ wanted
                AND daira_span(id) && ARRAY(SELECT generate_series(span - spans + 1, span))
                AND id + 0 < before
                AND status = 'published' AND deleted_at IS NULL AND visibility = 'public'
            LIMIT CASE WHEN spans > 1 THEN many END
        );
        IF spans > 1 AND cardinality(ids) >= many THEN
            spans := greatest(1, spans / 4);
            CONTINUE;
        END IF;
        RETURN QUERY SELECT id FROM unnest(ids) AS id ORDER BY id DESC LIMIT most - found;
        found := found + cardinality(ids);
        span := span - spans;
        looked := looked + spans;
        spans := least(4 * spans, 256, 1 + 3 * looked * (most - found) / (2 * nullif(found, 0)));
    END LOOP;
END
$newest$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("skeletal", "0023_fan_out_index")]

    operations: ClassVar = [migrations.RunSQL(NEWEST, BEFORE)]
