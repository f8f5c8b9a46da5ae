"""A fixed workload: public reads, and a thousand times the likes of a post."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection

from skeletal.actions.social import mark_notifications_read
from skeletal.db import pool
from skeletal.errors import NotFound
from skeletal.management.bench import cases, subjects
from skeletal.queries import content, social, users

CALLS, LIKERS_CALLS = 200, 1024
OWN: list[Callable[[int], Any]] = [
    social.list_notifications,
    social.list_conversations,
    content.list_drafts,
    lambda person: content.list_public_videos(viewer_id=person),
    lambda person: users.search_users("salmma", viewer_id=person),
]
"""What a person asks for beside the reads of the benchmark."""
OF_PEOPLE = {
    "the admin's search": "SELECT id FROM users WHERE username LIKE 'ad%%' AND id <> %s",
    "an author's posts by time": """
        SELECT id FROM posts WHERE author_id = %s AND status = 'published' AND deleted_at IS NULL
        ORDER BY created_at DESC, id DESC LIMIT 20""",
    "videos by time": """
        SELECT id FROM videos WHERE status = 'published' AND author_id <> %s
        ORDER BY published_at DESC, id DESC LIMIT 20""",
}
LIKERS = """
SELECT user_id FROM likes WHERE likeable_type = 'post' AND likeable_id = %s
ORDER BY id DESC LIMIT 20
"""


def carry_out() -> None:
    """Ask everything; afterwards the server has counted all of it."""
    chosen = subjects.choose()
    for case in cases.CASES:
        asks = chosen.asks(case.asks)
        for number in range(CALLS):
            with suppress(NotFound):  # somebody whom the viewer may not see
                case.ours(asks[number % len(asks)])
    for number in range(CALLS):
        person = chosen.people[number % len(chosen.people)]
        for read in OWN:
            read(person)
        for statement in OF_PEOPLE.values():
            _execute(statement, person)
        mark_notifications_read(user_id=person, up_to_id=person)
    for number in range(LIKERS_CALLS):
        _execute(LIKERS, chosen.posts[number % len(chosen.posts)])
    pool.close_all()  # a session that ends tells its counts


def _execute(statement: str, value: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
