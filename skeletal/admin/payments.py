"""Money, for looking only: it moves by actions, which write both legs and the balances."""

from django.contrib import admin

from skeletal.admin.base import TablePage
from skeletal.admin.search import Search
from skeletal.admin.words import by_words
from skeletal.models import LedgerEntry, Payment, Transaction, Wallet


@admin.register(Wallet)
class WalletPage(TablePage[Wallet]):
    list_display = ("id", "user", "kind", "currency", "shard", "balance", "held", "version")


@admin.register(Transaction)
class TransactionPage(TablePage[Transaction]):
    list_display = ("id", "wallet", "type", "amount", "currency", "status", "created_at")


@admin.register(LedgerEntry)
class LedgerEntryPage(TablePage[LedgerEntry]):
    list_display = ("id", "wallet", "amount", "currency", "balance_after", "sequence")


@admin.register(Payment)
class PaymentPage(TablePage[Payment]):
    list_display = ("id", "user", "provider", "external_id", "amount", "currency", "status")
    list_filter = (by_words("status"),)
    search = Search(exact=("external_id",), leading="provider")
