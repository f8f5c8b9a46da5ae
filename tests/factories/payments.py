"""Wallets, transactions with both legs, payments."""

from typing import Any

from skeletal import models as m
from tests.factories.base import make, number
from tests.factories.users import make_user


def make_wallet(**overrides: Any) -> m.Wallet:
    """A person's empty wallet in Egyptian pounds, or the house's own with `kind=` and no user."""
    owner = make_user if overrides.get("kind", "person") == "person" else None
    return make(m.Wallet, overrides, user=owner, currency="EGP")


def make_transaction(*, wallet: m.Wallet | None = None, **overrides: Any) -> m.Transaction:
    """A posted transfer of 1000 in the wallet's currency, without its entries."""
    wallet = wallet or make_wallet()
    return make(
        m.Transaction,
        overrides,
        wallet=wallet,
        type="transfer",
        amount=1000,
        currency=wallet.currency,
        idempotency_key=lambda: f"key{number()}",
    )


def make_transfer(
    *,
    source: m.Wallet,
    target: m.Wallet,
    amount: int = 1000,
    transaction: m.Transaction | None = None,
) -> m.Transaction:
    """Move `amount` between wallets: a transaction, both legs in one INSERT, both balances."""
    made = transaction or make_transaction(wallet=source, counterparty_wallet=target, amount=amount)
    m.LedgerEntry.objects.bulk_create([_leg(made, source, -amount), _leg(made, target, amount)])
    return made


def _leg(transaction: m.Transaction, wallet: m.Wallet, amount: int) -> m.LedgerEntry:
    wallet.refresh_from_db()
    wallet.balance, wallet.version = wallet.balance + amount, wallet.version + 1
    wallet.save()
    return m.LedgerEntry(
        transaction=transaction,
        wallet=wallet,
        currency=wallet.currency,
        amount=amount,
        balance_after=wallet.balance,
        sequence=wallet.version,
    )


def make_ledger_entry(
    *,
    transaction: m.Transaction | None = None,
    wallet: m.Wallet | None = None,
    amount: int = 1000,
) -> m.LedgerEntry:
    """The leg that credits `wallet`; the other leg of its transfer debits a clearing wallet."""
    wallet = wallet or (transaction.wallet if transaction else make_wallet())
    clearing, _ = m.Wallet.objects.get_or_create(kind="clearing", currency=wallet.currency)
    transfer = make_transfer(source=clearing, target=wallet, amount=amount, transaction=transaction)
    return transfer.entries.get(wallet=wallet)


def make_payment(**overrides: Any) -> m.Payment:
    return make(
        m.Payment,
        overrides,
        user=make_user,
        provider="stripe",
        external_id=lambda: f"pi_{number()}",
        amount=1000,
        currency="EGP",
    )
