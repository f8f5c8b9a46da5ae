"""Posts and their comments as others see them."""

from collections.abc import Iterable

from django.db.models import Exists, QuerySet

from skeletal.db.prepared import BIGINTS, Param, read
from skeletal.errors import NotFound
from skeletal.models import Comment, Post, User
from skeletal.queries.batches import in_order, wanted
from skeletal.queries.content.shared import public
from skeletal.queries.counters import exact, exactly
from skeletal.queries.pages import ids_first, newest_first, oldest_first, page_of, size_of
from skeletal.queries.users import is_visible_user
from skeletal.queries.visibility import AUTHOR, JUDGED, Sight, sight_of, visible
from skeletal.records import Page, Viewer
from skeletal.records.content import CommentRecord, PostRecord, PostWithComments

POST_COUNTS = ("likes_count", "comments_count", "reposts_count")


def get_post_with_comments(
    post_id: int, viewer_id: Viewer = None, limit: int = 20
) -> PostWithComments:
    """Return a post, its counts exact at this moment, and its first comments: 2 statements.

    The comments' cursor continues in `list_comments`. Raises NotFound for a post that is absent
    or not visible.
    """
    size_of(limit)
    sight, viewer = sight_of(viewer_id)
    post = _post(sight).first(post_id=post_id, viewer=viewer)
    if post is None:
        raise NotFound("no such post")
    return PostWithComments(post=post, comments=_comments_page(post_id, None, limit, viewer_id))


def get_multiple_posts(post_ids: Iterable[int], viewer_id: Viewer = None) -> dict[int, PostRecord]:
    """Return posts by id, in the order asked, without those that are not visible: 1 statement.

    Raises InvalidInput for more than 1,000 different ids.
    """
    ids = wanted(post_ids)
    sight, viewer = sight_of(viewer_id)
    return in_order(ids, _posts(sight).all(ids=ids, viewer=viewer)) if ids else {}


def list_public_posts(
    cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List everybody's public posts, newest first: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return page_of(_public_posts, sight, cursor, limit, viewer=viewer)


def list_user_posts(
    user_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[PostRecord]:
    """List a person's posts, newest first: 1 statement, 2 where the page is empty.

    Raises NotFound for an account that is absent or not visible.
    """
    sight, viewer = sight_of(viewer_id)
    page = page_of(_user_posts, sight, cursor, limit, owner=user_id, user_id=user_id, viewer=viewer)
    if not page.data and not is_visible_user(user_id, viewer_id):
        raise NotFound("no such user")
    return page


def list_comments(
    post_id: int, cursor: str | None = None, limit: int = 20, viewer_id: Viewer = None
) -> Page[CommentRecord]:
    """List all comments of a post, oldest first: 1 statement, 2 where the page is empty.

    Threads are not nested: `parent_id` and `depth` say where each belongs. Raises NotFound for a
    post that is absent or not visible.
    """
    page = _comments_page(post_id, cursor, limit, viewer_id)
    if not page.data and not is_visible_post(post_id, viewer_id):
        raise NotFound("no such post")
    return page


def is_visible_post(post_id: int, viewer_id: Viewer = None) -> bool:
    """Whether a post stands and may be seen: 1 statement."""
    sight, viewer = sight_of(viewer_id)
    return _visible_post(sight).first(post_id=post_id, viewer=viewer) is not None


def _comments_page(
    post_id: int, cursor: str | None, limit: int, viewer_id: Viewer
) -> Page[CommentRecord]:
    sight, viewer = sight_of(viewer_id)
    return page_of(_comments, sight, cursor, limit, owner=post_id, post_id=post_id, viewer=viewer)


@read(PostRecord, paths=exactly(POST_COUNTS))
def _post(sight: Sight) -> QuerySet[Post]:
    rows = visible(Post.objects.filter(pk=Param("post_id")), sight)
    return exact(rows, "post", POST_COUNTS)


@read(int, paths={"": "pk"})
def _visible_post(sight: Sight) -> QuerySet[Post]:
    return visible(Post.objects.filter(pk=Param("post_id")), sight)


@read(PostRecord)
def _posts(sight: Sight) -> QuerySet[Post]:
    return visible(Post.objects.filter(pk__any=Param("ids", BIGINTS)), sight)


@read(PostRecord, key="id")
def _public_posts(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    return newest_first(public(Post.objects.all(), sight), continued, size)


@read(PostRecord, key="id")
def _user_posts(sight: Sight, continued: bool, size: int) -> QuerySet[Post]:
    author = visible(User.objects.filter(pk=Param("user_id")), sight, rule=AUTHOR)
    rows = Post.objects.filter(Exists(author), author_id=Param("user_id"))
    return ids_first(newest_first(visible(rows, sight, known=JUDGED), continued, size))


@read(CommentRecord, key="id")
def _comments(sight: Sight, continued: bool, size: int) -> QuerySet[Comment]:
    """The comments of a post, and none where the post itself is not visible."""
    posts = visible(Post.objects.filter(pk=Param("post_id")), sight)
    rows = Comment.objects.filter(Exists(posts), post_id=Param("post_id"))
    return oldest_first(visible(rows, sight), continued, size)
