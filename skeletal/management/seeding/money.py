"""Money of a made-up world: wallets, transactions, balanced entries, and payments.

The history is played three times with the same chance, for the final balances, for the
transactions and for the entries, so that it never lies in memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from skeletal.management.seeding.attachments import batched
from skeletal.management.seeding.chance import WRITES
from skeletal.management.seeding.encoding import Encoder
from skeletal.management.seeding.timeline import Series, identifier
from skeletal.management.seeding.world import World, numbers
from skeletal.models import LedgerEntry, Payment, Transaction, Wallet

WALLETS = Encoder(Wallet, held=0)
TRANSACTIONS = Encoder(Transaction, status="posted")
ENTRIES = Encoder(LedgerEntry)
PAYMENTS = Encoder(Payment)

CURRENCIES = ("EGP", "EGP", "EGP", "USD", "KWD", "JPY")
HOUSE_WALLETS = [
    (kind, currency) for kind in ("clearing", "fee") for currency in dict.fromkeys(CURRENCIES)
]
HOUSE = {wallet: place for place, wallet in enumerate(HOUSE_WALLETS)}
"""The wallets of the house come first: their place among all wallets of the world."""
GIFT_FEE = 10
"""The house keeps a tenth of a gift."""
PROVIDERS = ("stripe", "paypal", "fawry")
KINDS = ("tip", "gift", "transfer", "tip")


@dataclass(frozen=True)
class Journal:
    """One transaction: its legs are wallets by place with signed amounts, the payer's first."""

    number: int
    kind: str
    currency: str
    legs: tuple[tuple[int, int], ...]

    @property
    def amount(self) -> int:
        return abs(self.legs[0][1])


Leg = tuple[int, int, int, int]
Booked = tuple[Journal, list[Leg]]


class Purse:
    """The people who have a wallet, and the state of all wallets by place."""

    def __init__(self, people: int) -> None:
        self.owners = [person for person in range(people) if person % 5 != 3]
        places = len(HOUSE) + len(self.owners)
        self.balance, self.version = numbers(), numbers()
        self.earned, self.spent = numbers(), numbers()
        for column in (self.balance, self.version, self.earned, self.spent):
            column.frombytes(bytes(8 * places))

    def currency(self, place: int) -> str:
        """A person has one wallet; its currency follows from its place."""
        return CURRENCIES[place % len(CURRENCIES)]

    def named(self, place: int) -> tuple[str, str]:
        """The kind and the currency of a wallet."""
        if place < len(HOUSE):
            return HOUSE_WALLETS[place]
        return "person", self.currency(place)

    def move(self, place: int, amount: int, kind: str) -> Leg:
        """Book one leg; return place, amount, the balance after and the wallet's new version."""
        self.balance[place] += amount
        self.version[place] += 1
        if kind != "topup":
            self.earned[place] += max(0, amount)
            self.spent[place] += max(0, -amount)
        return place, amount, self.balance[place], self.version[place]


def _journals(world: World, series: Series, purse: Purse) -> Iterator[Journal]:
    """Play the history on `purse`; the caller books each journal before it asks for the next."""
    rng = world.random("money")
    for first, last in series.chunks():
        present = world.people.present(series.share(first))
        # Four in five of the first people have a wallet; some more are not there yet.
        active = max(2, present * 4 // 5 - 1)
        payer = WRITES.chooser(rng, active)
        for number in range(first, last):
            place = len(HOUSE) + payer()
            yield _journal(rng, purse, number, place, active)


def _journal(rng: Random, purse: Purse, number: int, place: int, active: int) -> Journal:
    currency, balance = purse.currency(place), purse.balance[place]
    other = len(HOUSE) + int(active * rng.random())
    # A wallet in the same currency: the next one that has it.
    while purse.currency(other) != currency:
        other = other + 1 if other + 1 < len(HOUSE) + active else len(HOUSE)
    if balance < 100 or other == place or number % 3 == 0:
        amount = 1000 + int(50_000 * rng.random())
        legs: tuple[tuple[int, int], ...] = (
            (place, amount),
            (HOUSE["clearing", currency], -amount),
        )
        return Journal(number, "topup", currency, legs)
    amount = 10 + int((balance - 10) * rng.random() ** 3)
    kind = KINDS[number % len(KINDS)]
    fee = amount // GIFT_FEE if kind == "gift" else 0
    legs = ((place, -amount), (other, amount - fee))
    return Journal(number, kind, currency, (*legs, (HOUSE["fee", currency], fee)) if fee else legs)


def _booked(world: World, series: Series, purse: Purse) -> Iterator[Booked]:
    """Play the history and book it: each journal with what its legs did."""
    for journal in _journals(world, series, purse):
        yield journal, [purse.move(*leg, journal.kind) for leg in journal.legs]


def write_money(world: World) -> None:
    """Write wallets with their final balances, then transactions, entries and payments."""
    series = world.series(max(60, world.sizes.users * 2), lag=0.3)
    final = Purse(world.sizes.users)
    topups = [journal for journal, _ in _booked(world, series, final) if journal.kind == "topup"]
    wallets = _write_wallets(world, final)
    _write_transactions(world, series, wallets)
    _write_entries(world, series, wallets)
    _write_payments(world, series, topups, final)


def _write_wallets(world: World, purse: Purse) -> list[int]:
    """Write the house's wallets, then people's as they joined; return all ids by place."""
    people, year = world.people, world.year
    house = [year.start] * len(HOUSE)
    times = house + people.series.times_of(purse.owners)
    ids = [identifier(moment, year.node, place) for place, moment in enumerate(times)]
    owners = [None] * len(HOUSE) + [people.ids[person] for person in purse.owners]
    for batch in batched(range(len(ids))):
        at = slice(batch[0], batch[-1] + 1)
        named = [purse.named(place) for place in batch]
        world.add(
            WALLETS,
            ids[at],
            created_at=times[at],
            updated_at=times[at],
            user_id=owners[at],
            kind=[kind for kind, _ in named],
            currency=[currency for _, currency in named],
            shard=[year.node if place < len(HOUSE) else 0 for place in batch],
            balance=purse.balance[at],
            earned_total=purse.earned[at],
            spent_total=purse.spent[at],
            version=purse.version[at],
        )
    return ids


def _write_transactions(world: World, series: Series, wallets: list[int]) -> None:
    purse = Purse(world.sizes.users)
    for batch in batched(_booked(world, series, purse)):
        journals = [journal for journal, _ in batch]
        first = journals[0].number
        times = series.times(first, first + len(batch))
        world.add(
            TRANSACTIONS,
            series.ids(first, times),
            created_at=times,
            wallet_id=[wallets[journal.legs[0][0]] for journal in journals],
            counterparty_wallet_id=[wallets[journal.legs[1][0]] for journal in journals],
            type=[journal.kind for journal in journals],
            amount=[journal.amount for journal in journals],
            currency=[journal.currency for journal in journals],
            metadata=[{"note": "شكرا"} if j.number % 15 == 1 else {} for j in journals],
            idempotency_key=[f"{world.name}-{journal.number}" for journal in journals],
        )


def _write_entries(world: World, series: Series, wallets: list[int]) -> None:
    """Write the legs; all of a transaction are in one batch, as the zero-sum trigger wants."""
    purse, written = Purse(world.sizes.users), 0
    for batch in batched(_booked(world, series, purse)):
        first = batch[0][0].number
        moments = series.times(first, first + len(batch))
        transactions = series.ids(first, moments)
        rows = [
            (moment, transaction, journal.currency, *leg)
            for moment, transaction, (journal, legs) in zip(
                moments, transactions, batch, strict=True
            )
            for leg in legs
        ]
        times, of, currencies, places, amounts, balances, versions = zip(*rows, strict=True)
        world.add(
            ENTRIES,
            series.ids(written, list(times)),
            created_at=times,
            transaction_id=of,
            wallet_id=[wallets[place] for place in places],
            currency=currencies,
            amount=amounts,
            balance_after=balances,
            sequence=versions,
        )
        written += len(rows)


def _write_payments(world: World, series: Series, topups: list[Journal], purse: Purse) -> None:
    """Write a payment for each top-up, and for one in nine another that failed or waits."""
    written = 0
    for batch in batched(topups, 1024):
        rows = [(journal, True) for journal in batch]
        rows += [(journal, False) for journal in batch if journal.number % 9 == 0]
        rows.sort(key=lambda row: (row[0].number, row[1]))
        times = series.times_of(journal.number for journal, _ in rows)
        bought = [series.ids(j.number, [t])[0] for (j, _), t in zip(rows, times, strict=True)]
        owners = [purse.owners[journal.legs[0][0] - len(HOUSE)] for journal, _ in rows]
        world.add(
            PAYMENTS,
            series.ids(written, times),
            created_at=times,
            updated_at=times,
            user_id=[world.people.ids[owner] for owner in owners],
            provider=[PROVIDERS[journal.number % 3] for journal, _ in rows],
            external_id=[f"{world.name}_{'p' if paid else 'q'}{j.number}" for j, paid in rows],
            amount=[journal.amount for journal, _ in rows],
            currency=[journal.currency for journal, _ in rows],
            status=[_payment_status(journal.number, paid) for journal, paid in rows],
            transaction_id=[x if paid else None for (_, paid), x in zip(rows, bought, strict=True)],
        )
        written += len(rows)


def _payment_status(number: int, paid: bool) -> str:
    if paid:
        return "succeeded"
    return "failed" if number % 2 else "pending"
