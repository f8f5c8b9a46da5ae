"""The public writes: ours, by hand for psycopg, and as ordinary ORM code, each with its effects.

A case does a thing and undoes it, and what an undoing leaves is taken away between the rounds, so
that every round finds the world as the first one did.
"""

from skeletal.management.bench.writes.case import Way as Way
from skeletal.management.bench.writes.case import WriteCase as WriteCase
from skeletal.management.bench.writes.comments import ADD_COMMENT
from skeletal.management.bench.writes.edits import EDIT_POST
from skeletal.management.bench.writes.follows import FOLLOW
from skeletal.management.bench.writes.keeping import BOOKMARK, REPOST
from skeletal.management.bench.writes.likes import LIKE
from skeletal.management.bench.writes.messages import SEND_MESSAGE
from skeletal.management.bench.writes.posts import PUBLISH_POST
from skeletal.management.bench.writes.views import RECORD_VIEW
from skeletal.management.bench.writes.walls import BLOCK, MUTE

WRITES = [
    LIKE,
    FOLLOW,
    PUBLISH_POST,
    EDIT_POST,
    ADD_COMMENT,
    REPOST,
    BOOKMARK,
    SEND_MESSAGE,
    BLOCK,
    MUTE,
    RECORD_VIEW,
]
