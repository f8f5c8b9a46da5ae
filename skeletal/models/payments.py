"""Money: wallets, transactions, the append-only ledger, and payments through providers.

Amounts are integers in the minor unit of their ISO 4217 currency.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from skeletal.db.triggers import Tally, counted_by
from skeletal.models.base import (
    APPEND_ONLY,
    EditableTable,
    PlannedQuerySet,
    Table,
    at_least,
    classified,
    one_of,
)


class WalletQuerySet(PlannedQuerySet["Wallet"]):
    list_related = ("user",)


class Wallet(EditableTable):
    """What a person, or the house itself (`user` empty), holds in one currency.

    A hot wallet is split into rows that differ by `shard`. `version` counts its entries.
    """

    privacy = classified(
        relation="user",
        money="balance held earned_total spent_total currency",
        system="kind shard version",
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wallets",
        db_index=False,
    )
    kind = models.CharField(max_length=10, default="person")
    currency = models.CharField(max_length=3)
    shard = models.SmallIntegerField(default=0)
    balance = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    earned_total = models.BigIntegerField(default=0)
    spent_total = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    objects = WalletQuerySet.as_manager()

    class Meta:
        db_table = "wallets"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "kind", "currency", "shard"],
                nulls_distinct=False,
                name="uq_wallet",
            ),
            one_of("kind", "person clearing fee liquidity", "wallets_kind"),
            models.CheckConstraint(
                condition=Q(kind="person", user__isnull=False) | (~Q(kind="person") & Q(user=None)),
                name="wallets_owner",
            ),
            models.CheckConstraint(
                condition=~Q(kind="person") | Q(balance__gte=F("held")), name="wallets_covered"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex="^[A-Z]{3}$"), name="wallets_currency"
            ),
            at_least("held", 0, "wallets_held"),
            at_least("earned_total", 0, "wallets_earned"),
            at_least("spent_total", 0, "wallets_spent"),
            at_least("version", 0, "wallets_version"),
        ]

    def __str__(self) -> str:
        return f"{self.balance} {self.currency}"


class TransactionQuerySet(PlannedQuerySet["Transaction"]):
    list_related = ("wallet__user", "counterparty_wallet__user")
    detail_related = ("entries__wallet",)


class Transaction(Table):
    """One movement of money; `amount` is positive, its entries carry the signs."""

    privacy = classified(
        relation="wallet counterparty_wallet",
        money="type amount currency metadata",
        system="status idempotency_key",
    )

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="transactions", db_index=False)
    counterparty_wallet = models.ForeignKey(
        Wallet, models.PROTECT, null=True, blank=True, related_name="counter_transactions"
    )
    type = models.CharField(max_length=15)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, default="posted")
    metadata = models.JSONField(default=dict, blank=True)
    idempotency_key = models.CharField(max_length=255)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        db_table = "transactions"
        constraints = [
            models.UniqueConstraint(
                fields=["wallet", "idempotency_key"], name="uq_transaction_key"
            ),
            at_least("amount", 1, "transactions_amount"),
            one_of(
                "type",
                "topup tip gift transfer subscription refund payout fee",
                "transactions_type",
            ),
            one_of("status", "pending posted void", "transactions_status"),
        ]
        indexes = [models.Index(fields=["wallet", "-id"], name="idx_transactions_wallet")]
        triggers = counted_by(Tally("platform", "1", "transactions_count"))

    def __str__(self) -> str:
        return f"{self.type} {self.amount} {self.currency}"


class LedgerEntryQuerySet(PlannedQuerySet["LedgerEntry"]):
    list_related = ("wallet", "transaction")


class LedgerEntry(Table):
    """One leg: a signed amount on a wallet, its balance after, and its place in the wallet's order.

    Append-only. All legs of a transaction come in one INSERT and sum to zero.
    """

    append_only = True
    always_triggers = (*APPEND_ONLY, "zero_sum")
    privacy = classified(
        relation="wallet transaction", money="amount balance_after currency", system="sequence"
    )

    transaction = models.ForeignKey(
        Transaction, models.PROTECT, related_name="entries", db_index=False
    )
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", db_index=False)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    sequence = models.BigIntegerField()

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        db_table = "ledger_entries"
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["transaction", "wallet"], name="uq_entry_leg"),
            models.UniqueConstraint(fields=["wallet", "sequence"], name="uq_entry_sequence"),
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entries_amount"),
            at_least("sequence", 1, "ledger_entries_sequence"),
        ]
        indexes = [models.Index(fields=["wallet", "-id"], name="idx_entries_wallet")]

    def __str__(self) -> str:
        return f"{self.amount:+d} {self.currency}"


class PaymentQuerySet(PlannedQuerySet["Payment"]):
    list_related = ("user", "transaction")


class Payment(EditableTable):
    """Money that a provider collects; `external_id` is the provider's own name for it."""

    privacy = classified(
        relation="user transaction",
        money="provider external_id amount currency",
        system="status",
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=10)
    external_id = models.CharField(max_length=255)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, default="pending")
    transaction = models.OneToOneField(
        Transaction, models.PROTECT, null=True, blank=True, related_name="payment"
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        db_table = "payments"
        constraints = [
            models.UniqueConstraint(fields=["provider", "external_id"], name="uq_payment_external"),
            one_of("provider", "stripe paypal fawry", "payments_provider"),
            one_of("status", "pending succeeded failed refunded", "payments_status"),
            at_least("amount", 1, "payments_amount"),
        ]
        indexes = [
            models.Index(
                fields=["status", "id"], name="idx_payments_pending", condition=Q(status="pending")
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.external_id}"
