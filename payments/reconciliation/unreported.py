"""What was booked on days that no report covers, and that no other report has either.

As in a match, an operation is known by kind, reference and currency; several entries of ours may
be of one, such as two captures. What was booked of it on those days is reported where the lines
come to more than what was booked of it on all others, by whichever amount.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from orders.clock import now
from payments.books import PROVIDER, named
from payments.models import (
    Entry,
    Operation,
    Posting,
    ProviderObject,
    SettlementFile,
    SettlementLine,
)
from payments.models.settlement import FileState
from payments.reconciliation.balances import reports
from payments.reconciliation.days import DAY, Side, begin, end
from payments.reconciliation.keys import NAMES_OURS, OURS, reference_in_key
from payments.reconciliation.rows import table

Value = str | int | None
_POSTED: Final = """
    {entry} e JOIN {posting} p ON p.entry_id = e.id
    WHERE p.account = %(name)s AND p.currency = %(currency)s
"""
_LINES: Final = """
    SELECT COALESCE(SUM(l.gross), 0) FROM {line} l JOIN {file} f ON f.id = l.file_id
    WHERE f.account_id = %(account)s AND f.state = %(loaded)s AND l.stray = ''
      AND l.currency = %(currency)s
      AND CASE l.kind WHEN 'dispute_reversal' THEN 'dispute' ELSE l.kind END = hole.kind
"""
_THEIRS: Final = """
    CASE WHEN hole.kind = 'dispute'
         THEN ({lines} AND l.provider_ref = SUBSTR(hole.ref, 2))
         ELSE ({lines} AND {names_ours} AND l.our_ref = hole.ref)
            + ({lines} AND NOT ({names_ours}) AND l.provider_ref IN (
                SELECT s.object_id FROM {seen} s
                LEFT JOIN {operation} o ON o.id = s.operation_id
                WHERE s.account_id = %(account)s AND s.attempt_id = hole.attempt_id
                  AND (hole.kind = 'capture' OR o.our_ref = hole.ref)))
    END
"""
_STATEMENT: Final = """
    WITH hole AS (
        SELECT kind, ref, attempt_id, SUM(amount) AS amount, COUNT(*) AS operations
        FROM (
            SELECT e.kind AS kind, {ref} AS ref, e.attempt_id AS attempt_id, p.amount AS amount
            FROM {posted}
              AND e.at < %(late_from)s AND ({uncovered}) AND e.kind IN ({ours})
        ) booked
        GROUP BY kind, ref, attempt_id
    )
    SELECT COALESCE(SUM(amount), 0), COALESCE(SUM(operations), 0)
    FROM (
        SELECT amount, operations, {theirs} AS theirs,
               (SELECT SUM(p.amount) FROM {posted}
                  AND e.attempt_id = hole.attempt_id AND e.kind = hole.kind
                  AND {ref} = hole.ref) AS all_ours
        FROM hole
    ) both_books
    WHERE amount > 0 AND theirs <= all_ours - amount
       OR amount < 0 AND theirs >= all_ours - amount
"""


class Unreported(NamedTuple):
    """By how much we have more, over so many operations."""

    amount: int
    operations: int


def unreported_at(side: Side, day: date) -> Unreported:
    """All of it up to a day, but for what may be in a report still: two statements at most."""
    stretches = list(holes(_covered(side, day)))
    if not stretches:
        return Unreported(0, 0)
    marks, values = _uncovered(side, stretches)
    late_from = now() - timedelta(days=side.account.settlement_days)
    values |= {
        "name": named(PROVIDER, side.account.code),
        "currency": side.currency,
        "account": side.account.pk,
        "loaded": FileState.LOADED.value,
        "late_from": _stored(late_from),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(side, marks), values)
        return Unreported(*map(int, cursor.fetchone()))


def _uncovered(side: Side, stretches: list[tuple[date, date]]) -> tuple[str, dict[str, Value]]:
    """Whether an entry is of these days, and the moments that ask it."""
    asked, moments = [], dict[str, Value]()
    for number, (first, last) in enumerate(stretches):
        asked.append(f"e.at >= %(from{number})s AND e.at < %(until{number})s")
        moments[f"from{number}"] = _stored(begin(first, side.zone))
        moments[f"until{number}"] = _stored(end(last, side.zone))
    return " OR ".join(asked), moments


def _stored(moment: datetime) -> Value:
    return connection.ops.adapt_datetimefield_value(moment)


def _statement(side: Side, uncovered: str) -> str:
    models = {
        "entry": Entry,
        "posting": Posting,
        "line": SettlementLine,
        "file": SettlementFile,
        "seen": ProviderObject,
        "operation": Operation,
    }
    parts = {
        "theirs": _THEIRS,
        "lines": _LINES,
        "posted": _POSTED,
        "names_ours": NAMES_OURS,
        "uncovered": uncovered,
        "ours": ", ".join(f"'{kind.value}'" for kind in OURS),
        "ref": reference_in_key(side.account),
        **{name: table(model) for name, model in models.items()},
    }
    statement = _STATEMENT
    for name, text in parts.items():
        statement = statement.replace(f"{{{name}}}", text)
    return statement


def _covered(side: Side, day: date) -> list[tuple[date, date]]:
    told = reports(side).filter(first_day__lte=day, last_day__isnull=False)
    return [
        (first, last)
        for first, last in told.order_by("first_day").values_list("first_day", "last_day")
        if first and last
    ]


def holes(covered: list[tuple[date, date]]) -> Iterator[tuple[date, date]]:
    """The days between those that are covered, as first and last of each stretch."""
    until: date | None = None
    for first, last in covered:
        if until and first > until + DAY:
            yield until + DAY, first - DAY
        until = max(until or last, last)
