"""LDBC's update stream sent through the public writes, each a transaction of its own."""

import secrets
import time
from datetime import datetime
from pathlib import Path

from skeletal.actions.content.comments import add_comment
from skeletal.actions.content.posts import publish_post
from skeletal.actions.social.graph import follow_user
from skeletal.actions.social.hashtags import follow_hashtag
from skeletal.actions.social.likes import like
from skeletal.actions.users import register_user
from skeletal.db import locks
from skeletal.errors import Conflict, Forbidden, InvalidInput, NotFound, SetupError
from skeletal.management.seeding.database import ALIAS, errors_in_words, require_schema, settle
from skeletal.management.seeding.ldbc import files
from skeletal.management.seeding.ldbc.book import found
from skeletal.management.seeding.ldbc.files import Message
from skeletal.management.seeding.ldbc.ids import message_ids, person_ids, username
from skeletal.management.seeding.ldbc.messages import IMAGES
from skeletal.management.seeding.ldbc.network import Network
from skeletal.management.seeding.ldbc.updates import (
    Arrival,
    Befriended,
    Beyond,
    Liked,
    Update,
    Written,
    read_updates,
)
from skeletal.management.seeding.progress import Listener, Silent
from skeletal.management.seeding.report import Report
from skeletal.models import Comment, Post, SeededWorld, User

NAME = "ldbc-updates"
TABLES = ("users", "posts", "comments", "likes", "follows", "hashtag_follows")
REFUSALS = (InvalidInput, Forbidden, NotFound, Conflict)


def replay(directory: Path, *, listener: Listener | None = None) -> Report:
    """Send the whole stream, in order of time, to the network that `seed --ldbc` made.

    Each write is kept as soon as it is done. A run that ended early is gone on with by the next
    one, which finds people by name, posts and comments by author and moment, and repeats the rest.
    Two at once take turns. What the rules refuse is counted by reason. Raises InvalidInput for a
    broken file, SetupError where the network is not there.
    """
    listener = listener or Silent()
    started = time.perf_counter()
    report = Report(NAME, rows=dict.fromkeys(TABLES, 0))
    updates = read_updates(directory)
    with errors_in_words():
        require_schema()
        _require_network(directory)
        with locks.exclusive(locks.REPLAY):
            sender = Sender(directory, report)
            listener.begin(NAME)
            for update in updates:
                sender.send(update)
                listener.advance(1)
            listener.finish(NAME, len(updates))
        settle(TABLES, listener)
    report.already_there = not sender.made
    report.seconds = time.perf_counter() - started
    return report


def _require_network(directory: Path) -> None:
    ours = Network(directory).parameters["identity"]
    there = SeededWorld.objects.using(ALIAS).filter(name="ldbc").first()
    if there is None or there.parameters["identity"] != ours:
        raise SetupError(
            f"the network of {directory} is not in this database: run manage.py seed --ldbc first"
        )


class Sender:
    """Sends writes one by one, and remembers whose id is whose."""

    def __init__(self, directory: Path, report: Report) -> None:
        self.made = 0
        self._report = report
        self._tags = {tag: files.hashtag(name) for tag, name in files.read_tags(directory).items()}
        self._people = person_ids(directory)
        self._messages = {theirs: ours for theirs, (_, ours) in message_ids(directory).items()}
        self._posts = _posts_of_comments(directory)
        people = User.objects.filter(username__startswith=username(""))
        self._users = dict(people.values_list("username", "id"))
        self._written = {"post": _written(Post), "comment": _written(Comment)}

    def send(self, update: Update) -> None:
        """Do one write, unless it is done; count it, or why it is refused."""
        try:
            match update.what:
                case Arrival() as arrival:
                    self._register(arrival, update.at)
                case Written() as written:
                    self._write(written, update.at)
                case Liked(kind, link):
                    person, target = self._person(link.first), self._message(link.second)
                    self._count("likes", new=like(person, kind, target, at=update.at).changed)
                case Befriended(link):
                    self._befriend(self._person(link.first), self._person(link.second), update.at)
                case Beyond(name):
                    self._report.refused[files.OUT_OF_SCOPE[name]] += 1
        except REFUSALS as error:
            self._report.refused[f"{type(update.what).__name__.lower()}: {error.message}"] += 1

    def _register(self, arrival: Arrival, at: datetime) -> None:
        person = arrival.person
        name = username(person.id)
        found = self._users.get(name)
        self._people[person.id] = found or register_user(
            name,
            f"{name}@example.invalid",
            secrets.token_urlsafe(),
            display_name=person.name,
            locale=arrival.language,
            at=at,
        )
        self._count("users", new=not found)
        for file, rows in arrival.left_out.items():
            self._refuse(files.OUT_OF_SCOPE[file], rows)
        for tag in filter(None, map(self._tags.get, arrival.tags)):
            done = follow_hashtag(self._people[person.id], tag)
            self._count("hashtag_follows", new=done.changed)

    def _write(self, written: Written, at: datetime) -> None:
        message = written.message
        author = self._person(message.author)
        found = self._written[written.kind].get((author, at))
        if written.kind == "comment":
            self._posts[message.id] = self._post_of(message)
        send = self._publish if written.kind == "post" else self._comment
        self._messages[message.id] = found or send(message, author, at)
        self._count(f"{written.kind}s", new=not found)
        self._refuse(f"tag of a {written.kind} (taken from texts alone)", written.tags)

    def _publish(self, message: Message, author: int, at: datetime) -> int:
        image = [IMAGES + message.image] if message.image else []
        return publish_post(
            author, message.text, media_urls=image, language=message.language, at=at
        ).id

    def _comment(self, message: Message, author: int, at: datetime) -> int:
        parent = self._message(message.comment) if message.comment >= 0 else None
        post = self._message(self._posts[message.id])
        return add_comment(author, post, message.text, parent, at=at).id

    def _post_of(self, comment: Message) -> int:
        """LDBC's id of the post of a comment's thread; -1, which is nobody's, where it is gone."""
        return self._posts.get(comment.comment, -1) if comment.comment >= 0 else comment.post

    def _befriend(self, one: int, other: int, at: datetime) -> None:
        for follower, followee in ((one, other), (other, one)):
            self._count("follows", new=follow_user(follower, followee, at=at).changed)

    def _count(self, table: str, *, new: bool) -> None:
        self._report.rows[table] += 1
        self.made += new

    def _refuse(self, reason: str, rows: int) -> None:
        if rows:
            self._report.refused[reason] += rows

    def _person(self, theirs: int) -> int:
        return found(self._people, theirs, "person")

    def _message(self, theirs: int) -> int:
        return found(self._messages, theirs, "message")


def _posts_of_comments(directory: Path) -> dict[int, int]:
    """LDBC's id of the post of each comment's thread, by LDBC's id."""
    posts: dict[int, int] = {}
    for comment in files.read_messages(directory, files.COMMENTS):
        answered = posts.get(comment.comment, -1)
        posts[comment.id] = answered if comment.comment >= 0 else comment.post
    return posts


def _written(model: type[Post] | type[Comment]) -> dict[tuple[int, datetime], int]:
    """Ids by author and moment."""
    rows = model._default_manager.filter(author__username__startswith="ldbc_")
    return {(author, at): pk for author, at, pk in rows.values_list("author", "created_at", "id")}
