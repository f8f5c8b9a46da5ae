import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
import skeletal.db.ids
from django.conf import settings
from django.db import migrations, models


GUARDS = """
CREATE FUNCTION daira_require_zero_sum() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows GROUP BY transaction_id, currency HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'the entries of a transaction must sum to zero in each currency'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_zero_sum';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER zero_sum AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION daira_require_zero_sum();
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER zero_sum;
CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION daira_refuse_change();
CREATE TRIGGER append_only_table BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION daira_refuse_change();
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER append_only_rows;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER append_only_table;
"""

DROP_GUARDS = """
DROP TRIGGER append_only_table ON ledger_entries;
DROP TRIGGER append_only_rows ON ledger_entries;
DROP TRIGGER zero_sum ON ledger_entries;
DROP FUNCTION daira_require_zero_sum();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("skeletal", "0003_init_social_graph"),
    ]

    operations = [
        migrations.CreateModel(
            name="Wallet",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("kind", models.CharField(default="person", max_length=10)),
                ("currency", models.CharField(max_length=3)),
                ("shard", models.SmallIntegerField(default=0)),
                ("balance", models.BigIntegerField(default=0)),
                ("held", models.BigIntegerField(default=0)),
                ("earned_total", models.BigIntegerField(default=0)),
                ("spent_total", models.BigIntegerField(default=0)),
                ("version", models.BigIntegerField(default=0)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="wallets",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "wallets",
            },
        ),
        migrations.CreateModel(
            name="Transaction",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("type", models.CharField(max_length=15)),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(default="posted", max_length=10)),
                ("metadata", models.JSONField(blank=True, default=dict)),
                ("idempotency_key", models.CharField(max_length=255)),
                (
                    "counterparty_wallet",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counter_transactions",
                        to="skeletal.wallet",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transactions",
                        to="skeletal.wallet",
                    ),
                ),
            ],
            options={
                "db_table": "transactions",
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("balance_after", models.BigIntegerField()),
                ("sequence", models.BigIntegerField()),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="skeletal.transaction",
                    ),
                ),
                (
                    "wallet",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="skeletal.wallet",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "ledger entries",
                "db_table": "ledger_entries",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), editable=False
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("id", skeletal.db.ids.TimeOrderedIdField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=10)),
                ("external_id", models.CharField(max_length=255)),
                ("amount", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("status", models.CharField(default="pending", max_length=10)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment",
                        to="skeletal.transaction",
                    ),
                ),
            ],
            options={
                "db_table": "payments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")),
                        fields=["status", "id"],
                        name="idx_payments_pending",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "external_id"), name="uq_payment_external"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("provider__in", ["stripe", "paypal", "fawry"])),
                        name="payments_provider",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["pending", "succeeded", "failed", "refunded"])
                        ),
                        name="payments_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 1)), name="payments_amount"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.UniqueConstraint(
                fields=("user", "kind", "currency", "shard"), name="uq_wallet", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["person", "clearing", "fee", "liquidity"])),
                name="wallets_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "person"), ("user__isnull", False)),
                    models.Q(models.Q(("kind", "person"), _negated=True), ("user", None)),
                    _connector="OR",
                ),
                name="wallets_owner",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "person"), _negated=True),
                    ("balance__gte", models.F("held")),
                    _connector="OR",
                ),
                name="wallets_covered",
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")), name="wallets_currency"
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("held__gte", 0)), name="wallets_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("earned_total__gte", 0)), name="wallets_earned"
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("spent_total__gte", 0)), name="wallets_spent"
            ),
        ),
        migrations.AddConstraint(
            model_name="wallet",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 0)), name="wallets_version"
            ),
        ),
        migrations.AddIndex(
            model_name="transaction",
            index=models.Index(fields=["wallet", "-id"], name="idx_transactions_wallet"),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.UniqueConstraint(
                fields=("wallet", "idempotency_key"), name="uq_transaction_key"
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 1)), name="transactions_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "topup",
                            "tip",
                            "gift",
                            "transfer",
                            "subscription",
                            "refund",
                            "payout",
                            "fee",
                        ],
                    )
                ),
                name="transactions_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="transaction",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["pending", "posted", "void"])),
                name="transactions_status",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transaction",
            trigger=pgtrigger.compiler.Trigger(
                name="count_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'transactions_count', sum(n) FROM (SELECT 1::bigint AS object_id, 1 AS n FROM new_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="0d44000c63648d328cbd2f1b1dbb6af21eaf2c5e",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_count_insert_96ee3",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="transactions",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="transaction",
            trigger=pgtrigger.compiler.Trigger(
                name="count_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="INSERT INTO counter_deltas (object_type, object_id, counter, delta) SELECT 'platform', object_id, 'transactions_count', sum(n) FROM (SELECT 1::bigint AS object_id, -1 AS n FROM old_rows WHERE 1 IS NOT NULL AND (true)) AS changed GROUP BY object_id HAVING sum(n) <> 0; RETURN NULL;",
                    hash="230692938910279dbba7f7843e1e328afd35a1dc",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_count_delete_df0e5",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="transactions",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerentry",
            index=models.Index(fields=["wallet", "-id"], name="idx_entries_wallet"),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                fields=("transaction", "wallet"), name="uq_entry_leg"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                fields=("wallet", "sequence"), name="uq_entry_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount", 0), _negated=True), name="ledger_entries_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("sequence__gte", 1)), name="ledger_entries_sequence"
            ),
        ),
        migrations.RunSQL(GUARDS, DROP_GUARDS),
    ]
