"""Fills a database with the ledger of a plan, and writes its files. A process of its own.

python -m benchmarks.reconcile.fill <folder> <lines> <seed>
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Final

import django

django.setup()

from django.db import connection, transaction  # noqa: E402  # once Django is set up

from benchmarks.reconcile.bare import bare  # noqa: E402  # once Django is set up
from benchmarks.reconcile.made import World  # noqa: E402  # once Django is set up
from benchmarks.reconcile.plan import (  # noqa: E402  # once Django is set up
    FIXED,
    LATE_DAYS,
    MERCHANT,
    PERCENT,
    Booked,
    Known,
)
from orders.clock import now  # noqa: E402  # once Django is set up
from orders.models import Order  # noqa: E402  # once Django is set up
from payments.models import Attempt, FeeRule, Payment, ProviderAccount  # noqa: E402  # once Django is set up

SOME: Final = 20_000
POSTGRESQL: Final = connection.vendor == "postgresql"
STATEMENTS: Final = """
    INSERT INTO payments_attempt (our_ref, {columns})
        SELECT m.ref, {of_template} FROM (SELECT DISTINCT ref FROM made_attempt) m
        CROSS JOIN payments_attempt t WHERE t.id = {template};
    INSERT INTO payments_providerobject (account_id, kind, object_id, attempt_id)
        SELECT {account}, 'payment', m.provider_ref, a.id
        FROM made_attempt m JOIN payments_attempt a ON a.our_ref = m.ref WHERE m.pending = '';
    INSERT INTO payments_entry (key, kind, attempt_id, at)
        SELECT m.key, m.kind, a.id, {at}
        FROM made_entry m JOIN payments_attempt a ON a.our_ref = m.attempt;
    CREATE INDEX made_by_key ON made_entry (key);
    INSERT INTO payments_posting (entry_id, account, currency, amount)
        SELECT e.id, 'provider:bench', m.currency, CAST(m.amount AS bigint)
        FROM payments_entry e JOIN made_entry m ON m.key = e.key;
    INSERT INTO payments_posting (entry_id, account, currency, amount)
        SELECT e.id, 'sales', m.currency, -CAST(m.amount AS bigint)
        FROM payments_entry e JOIN made_entry m ON m.key = e.key;
    INSERT INTO payments_operation (attempt_id, kind, our_ref, request_key, amount, status, reason,
                                    external, final, error_code, error_raw, created_at, tries)
        SELECT a.id, 'refund', m.pending, 'bench:' || m.pending, 1, 'pending', '',
               {no}, {no}, '', '', a.created_at, 0
        FROM made_attempt m JOIN payments_attempt a ON a.our_ref = m.ref WHERE m.pending <> '';
    DROP TABLE made_entry;
    DROP TABLE made_attempt
"""
FILLED: Final = (
    "payments_attempt",
    "payments_providerobject",
    "payments_entry",
    "payments_posting",
    "payments_operation",
)
TABLES: Final = {
    "made_entry": ("kind", "key", "attempt", "currency", "amount", "at"),
    "made_attempt": ("ref", "provider_ref", "pending"),
}


def main() -> None:
    folder, lines, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    world = World(folder, lines, seed)
    fill(world)
    world.save_faults(folder / "faults.json")
    print(world.written)


def fill(world: World) -> None:
    """Write the files of a world, and put what our books have into the database."""
    attempt = _begin()
    _stage(world.play())
    _copy_over(attempt)


def _begin() -> Attempt:
    account = ProviderAccount(
        code="bench",
        provider="sandbox",
        merchant_id=MERCHANT,
        base_url="http://127.0.0.1:9",
        settlement_days=LATE_DAYS,
    )
    account.set_secrets({"api_key": "sk_none", "webhook_secret": "whsec_none"})
    account.save()
    for currency in ("GBP", "EUR"):
        FeeRule.objects.create(
            account=account, currency=currency, percent=PERCENT, fixed=FIXED, tolerance=1
        )
    order = Order.objects.create(
        number="BENCH00000", currency="GBP", total_amount=1, link_expires_at=now()
    )
    payment = Payment.objects.create(order=order, amount=1, currency="GBP")
    return Attempt.objects.create(
        payment=payment, account=account, method="card", amount=1, status="captured"
    )


def _stage(rows: Iterator[Booked | Known]) -> None:
    """Put what our books get into two plain tables."""
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            cursor.execute(f"CREATE TABLE {table} ({', '.join(f'{c} text' for c in columns)})")
    while some := list(islice(rows, SOME)):
        with transaction.atomic():
            _write("made_entry", [row for row in some if isinstance(row, Booked)])
            _write("made_attempt", [row for row in some if isinstance(row, Known)])


def _write(table: str, rows: Sequence[Booked] | Sequence[Known]) -> None:
    columns = ", ".join(TABLES[table])
    marks = ", ".join(["%s"] * len(TABLES[table]))
    with connection.cursor() as cursor:
        if POSTGRESQL:
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)  # noqa: S608  # names of ours only


def _copy_over(attempt: Attempt) -> None:
    """From there into the tables of payments, as the product would have written them."""
    fields = Attempt._meta.concrete_fields  # noqa: SLF001  # Django's documented _meta
    names = [str(field.column) for field in fields if field.column not in {"id", "our_ref"}]
    words = {
        "columns": ", ".join(names),
        "of_template": ", ".join(f"t.{name}" for name in names),
        "template": attempt.pk,
        "account": attempt.account_id,
        "at": "at::timestamptz" if POSTGRESQL else "SUBSTR(at, 1, 19)",
        "no": "false" if POSTGRESQL else "0",
    }
    with bare(FILLED) if POSTGRESQL else nullcontext(), connection.cursor() as cursor:
        for statement in STATEMENTS.split(";"):
            cursor.execute(statement.format(**words))
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
