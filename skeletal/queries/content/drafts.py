"""What posts said before, and posts that are not published yet."""

from django.db.models import Exists, OuterRef, QuerySet

from skeletal.db.prepared import Param, read
from skeletal.errors import NotFound
from skeletal.models import Draft, Post, PostRevision
from skeletal.queries.content.posts import is_visible_post
from skeletal.queries.visibility import Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.content import DraftRecord, RevisionRecord


def list_drafts(user_id: int, cursor: str | None = None, limit: int = 20) -> Page[DraftRecord]:
    """List a person's drafts that are not published, newest first: 1 statement.

    Raises InvalidCursor, and InvalidInput for a limit outside 1..100.
    """
    rows = Draft.objects.filter(author_id=user_id).exclude(state=Draft.State.PUBLISHED)
    return rows.page(cursor=cursor, limit=limit).map(_draft)


def list_post_revisions(post_id: int, viewer_id: Viewer = None) -> list[RevisionRecord]:
    """List what a post said before each edit, the latest first: 1 statement, 2 where there is none.

    Whoever sees a post sees its history. Raises NotFound for a post that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    found = _revisions(sight).all(post_id=post_id, viewer=viewer)
    if not found and not is_visible_post(post_id, viewer_id):
        raise NotFound("no such post")
    return found


def _draft(row: Draft) -> DraftRecord:
    return DraftRecord(
        id=row.pk,
        payload=row.payload,
        state=row.state,
        scheduled_at=row.scheduled_at,
        error=row.error,
        updated_at=row.updated_at,
    )


@read(RevisionRecord, paths={"edited_at": "created_at"})
def _revisions(sight: Sight) -> QuerySet[PostRevision]:
    post = visible(Post.objects.filter(pk=OuterRef("post_id")), sight)
    rows = PostRevision.objects.filter(Exists(post), post_id=Param("post_id"))
    return rows.order_by("-version")
