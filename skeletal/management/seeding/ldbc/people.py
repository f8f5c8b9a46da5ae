"""People of LDBC's network, their friendships, and the tags that interest them."""

from skeletal.management.seeding.accounts import Account, write_accounts
from skeletal.management.seeding.attachments import TAG_FOLLOWS, numbered
from skeletal.management.seeding.graph import FOLLOWS
from skeletal.management.seeding.ldbc import files
from skeletal.management.seeding.ldbc.book import NODE, Book
from skeletal.management.seeding.ldbc.ids import username
from skeletal.management.seeding.timeline import identifier


def write_people(book: Book) -> None:
    """Write an account for each person."""
    languages = files.read_languages(book.directory)
    accounts = []
    for rank, person in enumerate(files.read_people(book.directory)):
        ours = identifier(person.joined, NODE, rank)
        book.people[person.id], book.joined[person.id] = ours, person.joined
        shown = book.fit(person.name, 50, "name")
        locale = languages.get(person.id, "en")[:35]
        accounts.append(Account(ours, person.joined, username(person.id), shown, locale))
    write_accounts(book.stream, accounts)


def write_follows(book: Book) -> None:
    """Write two follows for each friendship: friends follow each other from its first moment.

    Of one moment the friend with the smaller LDBC id has the larger id: newest first, as lists
    show follows, is then LDBC's own order.
    """
    pairs: dict[tuple[int, int], int] = {}
    for link in files.read_links(book.directory, files.KNOWS):
        for one, other in ((link.first, link.second), (link.second, link.first)):
            if one == other:
                book.refused["self-follow"] += 1
            else:
                book.keep(pairs, (one, other), link.since, "follow")
    follows = sorted(pairs.items(), key=lambda follow: (follow[1], -follow[0][1]))
    for first, batch in numbered(follows):
        book.add(
            FOLLOWS,
            first,
            [since for _, since in batch],
            follower_id=[book.person(one) for (one, _), _ in batch],
            followee_id=[book.person(other) for (_, other), _ in batch],
        )


def write_interests(book: Book) -> None:
    """Write that people follow the tags of their interests, from the day they joined."""
    pairs: dict[tuple[int, int], int] = {}
    for link in files.read_links(book.directory, files.INTERESTS):
        person, name = book.person(link.first), book.tag(link.second)
        if name:
            pair = person, book.hashtags[name]
            book.keep(pairs, pair, book.joined[link.first], "interest in a tag")
    for first, batch in numbered(sorted(pairs.items(), key=lambda item: item[1])):
        book.add(
            TAG_FOLLOWS,
            first,
            [since for _, since in batch],
            user_id=[person for (person, _), _ in batch],
            hashtag_id=[hashtag for (_, hashtag), _ in batch],
        )
