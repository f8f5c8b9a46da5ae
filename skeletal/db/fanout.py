"""Triggers that tell what feed windows may lack: posts that go live, and follows."""

from typing import Any

import pgtrigger

_rows: Any = pgtrigger.Referencing  # its own types are missing

PEND = """
    INSERT INTO feed_pending (post_id, author_id, bulk)
    SELECT id, author_id, false FROM new_rows
    WHERE status = 'published' AND deleted_at IS NULL
    AND (SELECT count(*) FROM new_rows) <= 2000
    UNION ALL
    (SELECT id, author_id, true FROM new_rows
     WHERE (SELECT count(*) FROM new_rows) > 2000 ORDER BY id LIMIT 1)
    ON CONFLICT (post_id) DO UPDATE SET generation = daira_id(), done = false,
        reached = 0, bulk = feed_pending.bulk OR excluded.bulk;
    RETURN NULL;
"""
"""Above 2,000 posts of one statement none is fanned out: every window is void instead."""
REOPEN = """
    INSERT INTO feed_pending (post_id, author_id) VALUES (NEW.id, NEW.author_id)
    ON CONFLICT (post_id) DO UPDATE SET generation = daira_id(), done = false, reached = 0;
    RETURN NULL;
"""
RAISE_VERSION = """
    INSERT INTO feed_readers AS reader (user_id, following_version)
    SELECT DISTINCT follower_id, 1 FROM new_rows ORDER BY follower_id
    ON CONFLICT (user_id) DO UPDATE SET following_version = reader.following_version + 1;
    RETURN NULL;
"""


def pend_posts(live: str) -> list[pgtrigger.Trigger]:
    """Triggers of posts: what goes live is pending, in the transaction that makes it so.

    `live` is SQL in brackets of whether {row} is live.
    """
    comes_back = f"(NOT {live.format(row='OLD')} AND {live.format(row='NEW')})"
    return [
        pgtrigger.Trigger(
            name="pend_insert",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=_rows(new="new_rows"),
            func=PEND,
        ),
        pgtrigger.Trigger(
            name="pend_update",
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(comes_back),
            func=REOPEN,
        ),
    ]


def raise_version() -> pgtrigger.Trigger:
    """The trigger of follows: whoever follows one more has another version from now on."""
    return pgtrigger.Trigger(
        name="raise_version",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=_rows(new="new_rows"),
        func=RAISE_VERSION,
    )
