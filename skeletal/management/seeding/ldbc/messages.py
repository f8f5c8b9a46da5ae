"""Posts, comments and likes of LDBC's network, and the tags of posts."""

from collections.abc import Iterable

from skeletal.errors import InvalidInput
from skeletal.management.seeding.attachments import BEARS, HASHTAGS, MEDIA, numbered
from skeletal.management.seeding.comments import COMMENTS
from skeletal.management.seeding.encoding import always
from skeletal.management.seeding.ldbc import files
from skeletal.management.seeding.ldbc.book import NODE, Book
from skeletal.management.seeding.ldbc.files import Message
from skeletal.management.seeding.posts import POSTS
from skeletal.management.seeding.reactions import LIKES
from skeletal.management.seeding.timeline import IDS_EPOCH, identifier

IMAGES = "https://media.example.invalid/ldbc/"
"""A photo's address is this and LDBC's own name of the file."""
DEEPEST = 50


def write_posts(book: Book) -> None:
    """Write posts, the photos among them, the hashtags and which posts bear them."""
    posts, tags = files.read_messages(book.directory, files.POSTS), _tags_of_posts(book)
    for first, batch in numbered(posts):
        book.posts.update(
            zip((post.id for post in batch), _add(book, first, batch, tags), strict=True)
        )
    for first, batch in numbered(post for post in posts if post.image):
        _add_images(book, first, batch)
    rows = [(post, name) for post in posts for name in tags.get(post.id, ())]
    _write_hashtags(book, {name: post.written for post, name in rows})
    for first, bears in numbered(rows):
        book.add(
            BEARS,
            first,
            [post.written for post, _ in bears],
            post_id=[book.posts[post.id] for post, _ in bears],
            hashtag_id=[book.hashtags[name] for _, name in bears],
            listed=always(True),
        )


def _tags_of_posts(book: Book) -> dict[int, list[str]]:
    """Folded names by LDBC post."""
    tags: dict[int, list[str]] = {}
    for link in files.read_links(book.directory, files.POST_TAGS):
        chosen, name = tags.setdefault(link.first, []), book.tag(link.second)
        if name is None:
            continue
        if name in chosen:
            book.refused["tag written like another of the same post"] += 1
        else:
            chosen.append(name)
    return tags


def _add(book: Book, first: int, posts: list[Message], tags: dict[int, list[str]]) -> list[int]:
    times = [post.written for post in posts]
    return book.add(
        POSTS,
        first,
        times,
        updated_at=times,
        author_id=[book.person(post.author) for post in posts],
        content=[book.fit(post.text, 5000, "post") for post in posts],
        media_urls=[[IMAGES + post.image] if post.image else [] for post in posts],
        hashtags=[tags.get(post.id, []) for post in posts],
        status=always("published"),
        visibility=always("public"),
        circle_id=always(None),
        language=[post.language[:35] for post in posts],
        edited_at=always(None),
        deleted_at=always(None),
    )


def _add_images(book: Book, first: int, posts: list[Message]) -> None:
    nothing = {name: always(None) for name in ("width", "height", "duration")}
    book.add(
        MEDIA,
        first,
        [post.written for post in posts],
        owner_id=[book.person(post.author) for post in posts],
        post_id=[book.posts[post.id] for post in posts],
        position=always(0),
        kind=always("image"),
        mime=always("image/jpeg"),
        url=[IMAGES + post.image for post in posts],
        bytes=always(0),
        blurhash=always(""),
        alt_text=always(""),
        processing_state=always("ready"),
        **nothing,
    )


def _write_hashtags(book: Book, last_use: dict[str, int]) -> None:
    """Write the hashtags that the database lacks, made at the beginning of our time."""
    shown: dict[str, str] = {}
    for tag, display in files.read_tags(book.directory).items():
        name = book.tag(tag)
        if name in shown:
            book.refused["tag written like another one (made one)"] += 1
        elif name:
            shown[name] = display
    lacking = [name for name in shown if name not in book.hashtags]
    for first, names in numbered(lacking):
        times = [IDS_EPOCH + 1000 * rank for rank in range(first, first + len(names))]
        ids = book.add(
            HASHTAGS,
            first,
            times,
            updated_at=times,
            name=names,
            display_name=[book.fit(shown[name], 100, "tag") for name in names],
            trendable=always(True),
            last_used_at=[last_use.get(name) for name in names],
        )
        book.hashtags.update(zip(names, ids, strict=True))


def write_comments(book: Book) -> None:
    """Write comments with their threads."""
    comments = files.read_messages(book.directory, files.COMMENTS)
    for rank, comment in enumerate(comments):
        book.comments[comment.id] = identifier(comment.written, NODE, rank)
    by_id = {comment.id: comment for comment in comments}
    for first, batch in numbered(comments):
        times = [comment.written for comment in batch]
        threads = [_thread(comment, by_id) for comment in batch]
        book.add(
            COMMENTS,
            first,
            times,
            updated_at=times,
            author_id=[book.person(comment.author) for comment in batch],
            post_id=[book.post(thread[-1].post) for thread in threads],
            video_id=always(None),
            parent_id=[book.comments.get(comment.comment) for comment in batch],
            root_id=[
                book.comments[thread[-1].id] if len(thread) > 1 else None for thread in threads
            ],
            depth=[len(thread) - 1 for thread in threads],
            content=[book.fit(comment.text, 2000, "comment") for comment in batch],
            status=always("published"),
            edited_at=always(None),
            deleted_at=always(None),
        )


def _thread(comment: Message, by_id: dict[int, Message]) -> list[Message]:
    """A comment and all that it answers, up to the one that answers a post."""
    thread = [comment]
    while thread[-1].comment >= 0:
        parent = by_id.get(thread[-1].comment)
        if parent is None or len(thread) > DEEPEST:
            raise InvalidInput(f"the thread of the comment {comment.id} is broken or too deep")
        thread.append(parent)
    return thread


def write_likes(book: Book) -> None:
    """Write likes of posts and comments in order of time."""
    likes: dict[tuple[str, int, int], int] = {}
    for name, kind in ((files.LIKES_OF_POSTS, "post"), (files.LIKES_OF_COMMENTS, "comment")):
        target = book.post if kind == "post" else book.comment
        for link in files.read_links(book.directory, name):
            key = kind, book.person(link.first), target(link.second)
            book.keep(likes, key, link.since, "like")
    _add_likes(book, sorted(likes.items(), key=lambda like: like[1]))


def _add_likes(book: Book, likes: Iterable[tuple[tuple[str, int, int], int]]) -> None:
    for first, batch in numbered(likes):
        book.add(
            LIKES,
            first,
            [since for _, since in batch],
            likeable_type=[kind for (kind, _, _), _ in batch],
            user_id=[person for (_, person, _), _ in batch],
            likeable_id=[target for (_, _, target), _ in batch],
        )
