"""Search: folding as a function, and what posts, people and hashtags are found by."""

from typing import Any, ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models
from django.db.models.functions import Collate

from skeletal.db import folding
from skeletal.db.online import AddIndexAgain, RemoveIndexAgain

FOLDING = "b89d91ee7a992375"
"""The digest of the functions that the indexes below were built by."""
DROP_FUNCTIONS = """
DROP FUNCTION IF EXISTS daira_fold(text), daira_words(text), daira_near(text)
"""
DROP_NEWEST = "DROP FUNCTION IF EXISTS daira_newest_posts(tsquery, bigint, integer)"
SPAN = """
CREATE OR REPLACE FUNCTION daira_span(id bigint) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT ARRAY[id >> 48] $$;
"""
NEWEST = """
-- The newest public posts before an id that hold these words, newest first. An index of words has
-- no order, so it is asked for one span of time (18.6 hours), then for 4, 16 and 64 before it, and
-- for all the rest where few were found: a frequent word reads little, a rare one has little.
-- `id + 0` keeps an index of ids out of it. The spans begin in a minute at the latest: one post
-- with an id of next year does not make every search read all that its words have.
CREATE OR REPLACE FUNCTION daira_newest_posts(wanted tsquery, before bigint, most integer)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 100 AS $newest$
DECLARE
    present bigint := ((extract(epoch FROM now()) - 1262304000) * 1000 + 60000)::bigint << 22;
    span bigint := least((SELECT max(id) FROM posts), before - 1, present) >> 48;
    spans bigint := 1;
    found integer := 0;
    more integer;
BEGIN
    WHILE spans <= 64 AND found < most LOOP
        RETURN QUERY
            SELECT id FROM posts
            WHERE daira_words(daira_fold(content)) @@ wanted
                AND daira_span(id) && ARRAY(SELECT generate_series(span - spans + 1, span))
                AND id + 0 < before
                AND status = 'published' AND deleted_at IS NULL AND visibility = 'public'
            ORDER BY id DESC LIMIT most - found;
        GET DIAGNOSTICS more = ROW_COUNT;
        found := found + more;
        span := span - spans;
        spans := spans * 4;
    END LOOP;
    IF found < most THEN
        RETURN QUERY
            SELECT id FROM posts
            WHERE daira_words(daira_fold(content)) @@ wanted
                AND id + 0 < least(before, (span + 1) << 48)
                AND status = 'published' AND deleted_at IS NULL AND visibility = 'public'
            ORDER BY id DESC LIMIT most - found;
    END IF;
END
$newest$;
"""


def folded(path: str) -> models.Func:
    return models.Func(path, function="daira_fold", output_field=models.TextField())


def vector(path: str, function: str) -> models.Func:
    field: Any = django.contrib.postgres.search.SearchVectorField()
    return models.Func(folded(path), function=function, output_field=field)


def span() -> models.Func:
    field: Any = django.contrib.postgres.fields.ArrayField(models.BigIntegerField())
    return models.Func("id", function="daira_span", output_field=field)


def gin(*expressions: Any, **options: Any) -> Any:
    return django.contrib.postgres.indexes.GinIndex(
        *expressions, gin_pending_list_limit=512, **options
    )


class Migration(migrations.Migration):
    atomic = False  # what broke off is run again from its beginning

    dependencies: ClassVar = [("skeletal", "0018_counted_tables_refuse_truncate")]

    operations: ClassVar = [
        migrations.RunSQL(folding.functions(), DROP_FUNCTIONS),
        migrations.RunSQL(SPAN, "DROP FUNCTION IF EXISTS daira_span(bigint)"),
        migrations.RunSQL(NEWEST, DROP_NEWEST),
        AddIndexAgain(
            model_name="post",
            index=gin(
                vector("content", "daira_words"),
                span(),
                name="idx_posts_words",
                condition=models.Q(
                    ("deleted_at", None), ("status", "published"), ("visibility", "public")
                ),
            ),
        ),
        AddIndexAgain(
            model_name="user",
            index=models.Index(Collate(folded("username"), "C"), name="idx_users_name"),
        ),
        AddIndexAgain(
            model_name="user",
            index=gin(vector("username", "daira_near"), name="idx_users_near"),
        ),
        AddIndexAgain(
            model_name="userprofile",
            index=models.Index(
                Collate(folded("display_name"), "C"), models.F("user"), name="idx_profiles_shown"
            ),
        ),
        AddIndexAgain(
            model_name="userprofile",
            index=gin(vector("display_name", "daira_near"), name="idx_profiles_near"),
        ),
        RemoveIndexAgain(model_name="user", name="idx_users_username"),
        RemoveIndexAgain(model_name="userprofile", name="idx_profiles_name"),
        AddIndexAgain(
            model_name="hashtag",
            index=models.Index(Collate("name", "C"), name="idx_hashtags_name"),
        ),
    ]
