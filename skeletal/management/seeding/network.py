"""Writes LDBC's social network into our tables."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from skeletal.errors import InvalidInput
from skeletal.management.seeding import ldbc
from skeletal.management.seeding.accounts import Account, write_accounts
from skeletal.management.seeding.attachments import batched
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.graph import FOLLOWS
from skeletal.management.seeding.ldbc import NODE, Cutter, Message
from skeletal.management.seeding.loading import Surroundings
from skeletal.management.seeding.reading import digest
from skeletal.management.seeding.reactions import LIKES
from skeletal.management.seeding.stream import Stream
from skeletal.management.seeding.timeline import IDS_EPOCH, identifier
from skeletal.models import Comment, Hashtag, HashtagFollow, MediaAttachment, Post, PostHashtag

POSTS = Encoder(
    Post, status="published", visibility="public", circle_id=None, edited_at=None, deleted_at=None
)
MEDIA = Encoder(
    MediaAttachment,
    position=0,
    kind="image",
    mime="image/jpeg",
    bytes=0,
    width=None,
    height=None,
    duration=None,
    blurhash="",
    alt_text="",
    processing_state="ready",
)
COMMENTS = Encoder(Comment, video_id=None, status="published", edited_at=None, deleted_at=None)
HASHTAGS = Encoder(Hashtag, usable=True, trendable=True)
BEARS = Encoder(PostHashtag)
INTERESTS = Encoder(HashtagFollow)
IMAGES = "https://media.example.invalid/ldbc/"


@dataclass
class Network:
    """The network of a folder: a Source."""

    directory: Path
    refused: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._digest = digest(ldbc.find_all(self.directory))
        self._cutter = Cutter(self.refused)
        self._tags = ldbc.read_tags(self.directory)

    @property
    def name(self) -> str:
        return "ldbc"

    @property
    def marker(self) -> int:
        return identifier(IDS_EPOCH, NODE, 0)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"identity": {"digest of the files": self._digest}, "node": NODE}

    @property
    def tags(self) -> list[str]:
        return [ldbc.fold(tag) for tag in self._tags.values()]

    def make(self, stream: Stream, around: Surroundings) -> None:
        """Write people, follows, posts, hashtags, comments and likes; count what has no table."""
        _Writer(self, stream, around, self._tags, self._cutter).write()
        for name, reason in ldbc.OUT_OF_SCOPE.items():
            self.refused[reason] += ldbc.count_rows(self.directory, name)


class _Writer:
    """Knows the ids of what was written so far, by LDBC id."""

    def __init__(
        self,
        network: Network,
        stream: Stream,
        around: Surroundings,
        tags: dict[int, str],
        cutter: Cutter,
    ) -> None:
        self._directory, self._refused = network.directory, network.refused
        self._stream, self._cutter = stream, cutter
        self._tags = tags
        self._names = {tag: ldbc.fold(name) for tag, name in tags.items()}
        self._tag_ids = dict(around.hashtags)
        self._people: dict[int, int] = {}
        self._joined: dict[int, int] = {}
        self._posts: dict[int, int] = {}
        self._comments: dict[int, int] = {}

    def write(self) -> None:
        self._write_people()
        self._write_follows()
        posts = ldbc.read_messages(self._directory, ldbc.POSTS)
        bears = self._bears()
        self._write_posts(posts, bears)
        self._write_tags(posts, bears)
        self._write_interests()
        self._write_comments()
        self._write_likes()

    def _write_people(self) -> None:
        languages = ldbc.read_languages(self._directory)
        accounts = []
        for index, person in enumerate(ldbc.read_people(self._directory)):
            ours = identifier(person.joined, NODE, index)
            self._people[person.id], self._joined[person.id] = ours, person.joined
            shown = self._cutter.fit(person.name, 50, "name")
            locale = languages.get(person.id, "en")[:35]
            accounts.append(Account(ours, person.joined, f"ldbc_{person.id}", shown, locale))
        write_accounts(self._stream, accounts)

    def _write_follows(self) -> None:
        """Friends follow each other from the moment of their friendship."""
        pairs: dict[tuple[int, int], int] = {}
        for link in ldbc.read_links(self._directory, ldbc.KNOWS):
            for pair in ((link.first, link.second), (link.second, link.first)):
                self._keep(pairs, pair, link.since, "follow")
        for first, batch in _numbered(pairs.items()):
            times = [since for _, since in batch]
            self._add(
                FOLLOWS,
                first,
                times,
                follower_id=[self._person(pair[0]) for pair, _ in batch],
                followee_id=[self._person(pair[1]) for pair, _ in batch],
            )

    def _keep(
        self, pairs: dict[tuple[int, int], int], pair: tuple[int, int], since: int, kind: str
    ) -> None:
        if kind == "follow" and pair[0] == pair[1]:
            self._refused["self-follow"] += 1
        elif pair in pairs:
            self._refused[f"duplicate {kind}"] += 1
        else:
            pairs[pair] = since

    def _bears(self) -> dict[int, list[int]]:
        """The tags of each post; of two that are written alike the first stays."""
        bears: dict[int, list[int]] = {}
        for link in ldbc.read_links(self._directory, ldbc.POST_TAGS):
            chosen = bears.setdefault(link.first, [])
            if self._name(link.second) in {self._names[tag] for tag in chosen}:
                self._refused["tag written like another of the same post"] += 1
            else:
                chosen.append(link.second)
        return bears

    def _write_posts(self, posts: list[Message], bears: dict[int, list[int]]) -> None:
        for first, batch in _numbered(posts):
            times = [post.written for post in batch]
            ids = self._add(
                POSTS,
                first,
                times,
                updated_at=times,
                author_id=[self._person(post.author) for post in batch],
                content=[self._cutter.fit(post.text, 5000, "post") for post in batch],
                media_urls=[[IMAGES + post.image] if post.image else [] for post in batch],
                hashtags=[[self._names[t] for t in bears.get(post.id, ())] for post in batch],
                language=[post.language[:35] for post in batch],
            )
            self._posts.update((post.id, ours) for post, ours in zip(batch, ids, strict=True))
        for first, batch in _numbered([post for post in posts if post.image]):
            self._add(
                MEDIA,
                first,
                [post.written for post in batch],
                owner_id=[self._person(post.author) for post in batch],
                post_id=[self._posts[post.id] for post in batch],
                url=[IMAGES + post.image for post in batch],
            )

    def _write_tags(self, posts: list[Message], bears: dict[int, list[int]]) -> None:
        """Write the hashtags that the database lacks, then which posts bear them."""
        rows = [(post, tag) for post in posts for tag in bears.get(post.id, ())]
        last_use = {self._names[tag]: post.written for post, tag in rows}
        new: dict[str, str] = {}
        for tag, shown in self._tags.items():
            if new.setdefault(self._names[tag], shown) is not shown:
                self._refused["tag written like another one (made one)"] += 1
        lacking = [(n, shown) for n, shown in new.items() if n not in self._tag_ids]
        for first, batch in _numbered(lacking):
            times = [IDS_EPOCH + 1000 * index for index in range(first, first + len(batch))]
            names = [name for name, _ in batch]
            ids = self._add(
                HASHTAGS,
                first,
                times,
                updated_at=times,
                name=names,
                display_name=[self._cutter.fit(shown, 100, "tag") for _, shown in batch],
                last_used_at=[last_use.get(name) for name in names],
            )
            self._tag_ids.update(zip(names, ids, strict=True))
        for first, written in _numbered(rows):
            self._add(
                BEARS,
                first,
                [post.written for post, _ in written],
                post_id=[self._posts[post.id] for post, _ in written],
                hashtag_id=[self._tag_ids[self._names[tag]] for _, tag in written],
            )

    def _write_interests(self) -> None:
        """A person follows the tags of their interests from the day they joined."""
        pairs: dict[tuple[int, int], int] = {}
        for link in ldbc.read_links(self._directory, ldbc.INTERESTS):
            pair = self._person(link.first), self._tag_ids[self._name(link.second)]
            self._keep(pairs, pair, self._joined[link.first], "interest")
        for first, batch in _numbered(sorted(pairs.items(), key=lambda item: item[1])):
            self._add(
                INTERESTS,
                first,
                [since for _, since in batch],
                user_id=[pair[0] for pair, _ in batch],
                hashtag_id=[pair[1] for pair, _ in batch],
            )

    def _write_comments(self) -> None:
        comments = ldbc.read_messages(self._directory, ldbc.COMMENTS)
        self._comments = {
            comment.id: identifier(comment.written, NODE, index)
            for index, comment in enumerate(comments)
        }
        threads = _Threads(comments)
        for first, batch in _numbered(comments):
            times = [comment.written for comment in batch]
            places = [threads.place(comment) for comment in batch]
            self._add(
                COMMENTS,
                first,
                times,
                updated_at=times,
                author_id=[self._person(comment.author) for comment in batch],
                post_id=[self._post(root.post) for root, _ in places],
                parent_id=[self._comments.get(comment.comment) for comment in batch],
                root_id=[self._comments[root.id] if depth else None for root, depth in places],
                depth=[depth for _, depth in places],
                content=[self._cutter.fit(comment.text, 2000, "comment") for comment in batch],
            )

    def _write_likes(self) -> None:
        likes: dict[tuple[str, int, int], int] = {}
        for name, kind in ((ldbc.LIKES_OF_POSTS, "post"), (ldbc.LIKES_OF_COMMENTS, "comment")):
            for link in ldbc.read_links(self._directory, name):
                target = self._post(link.second) if kind == "post" else self._comment(link.second)
                key = kind, self._person(link.first), target
                if key in likes:
                    self._refused["duplicate like"] += 1
                likes.setdefault(key, link.since)
        for first, batch in _numbered(sorted(likes.items(), key=lambda item: item[1])):
            self._add(
                LIKES,
                first,
                [since for _, since in batch],
                likeable_type=[kind for (kind, _, _), _ in batch],
                user_id=[user for (_, user, _), _ in batch],
                likeable_id=[target for (_, _, target), _ in batch],
            )

    def _add(
        self, encoder: Encoder, first: int, times: list[int], **columns: Iterable[Any]
    ) -> list[int]:
        """Put rows on the stream; return their ids, made from their times and from `first` on."""
        ids = [identifier(time, NODE, index) for index, time in enumerate(times, first)]
        self._stream.add(encoder, len(ids), id=ids, created_at=times, **columns)
        return ids

    def _person(self, theirs: int) -> int:
        return _found(self._people, theirs, "person")

    def _post(self, theirs: int) -> int:
        return _found(self._posts, theirs, "post")

    def _comment(self, theirs: int) -> int:
        return _found(self._comments, theirs, "comment")

    def _name(self, tag: int) -> str:
        return _found(self._names, tag, "tag")
