"""By how much the two books differ at one moment, and why: one grouping around it, by reference.

As in a match, an operation is known by kind, reference and currency. What one side had before that
moment and the other had not is a gap; only what lies within the settlement delay is grouped, and
what is older is known by its discrepancy. A line that cannot be read, or is of another account, is
unheard: what we booked of it has no line. A discrepancy that ended by itself was a gap until it was
in the other book too; where neither came to have it, its line is gone, and with it the gap. What
left their books alone and came back is told by `came_back`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection

from orders.clock import now
from payments.books import PROVIDER, named
from payments.models import (
    Attempt,
    Discrepancy,
    Entry,
    Match,
    Operation,
    Posting,
    ProviderObject,
    SettlementFile,
    SettlementLine,
)
from payments.models.discrepancy import STANDS, UNRESOLVED
from payments.models.settlement import FileState
from payments.reconciliation.days import Side, begin, end
from payments.reconciliation.keys import NAMES_OURS, OURS, THEIRS_ALONE, reference_in_key
from payments.reconciliation.rows import marks, table

Value = str | int | date | None


class Why(enum.StrEnum):
    """What kind of gap it is; `known` has a discrepancy, and `odd` nothing that explains it."""

    THEY_FIRST = "they_first"
    WE_FIRST = "we_first"
    WAITING = "waiting"
    KNOWN = "known"
    ODD = "odd"


class Gap(NamedTuple):
    """How much more they have than we, over so many operations; `kind` is the discrepancy's."""

    why: Why
    kind: str
    resolved: bool
    amount: int
    operations: int


_THEIR_REF: Final = """
    CASE WHEN l.kind IN ('dispute', 'dispute_reversal') THEN '#' || l.provider_ref
         WHEN {names_ours} THEN l.our_ref
         ELSE COALESCE((
             SELECT CASE l.kind WHEN 'capture' THEN a.our_ref ELSE o.our_ref END
             FROM {seen} s JOIN {attempt} a ON a.id = s.attempt_id
             LEFT JOIN {operation} o ON o.id = s.operation_id
             WHERE s.account_id = {account} AND s.object_id = l.provider_ref
             ORDER BY s.id LIMIT 1
         ), '#' || l.provider_ref) END
"""


_LATE_LINE: Final = """
    CASE l.kind WHEN 'dispute_reversal' THEN 'dispute' ELSE l.kind END = about
    AND l.settled_at >= {end} AND l.stray = '' AND f.account_id = {account} AND f.state = {loaded}
"""
_STATEMENT: Final = """
    WITH grouped AS (
        SELECT kind || ':' || ref AS subject, SUM(ours) AS ours, SUM(theirs) AS theirs,
               SUM(all_ours) AS all_ours, SUM(all_theirs) AS all_theirs, SUM(our_rows) AS our_rows,
               SUM(their_rows) AS their_rows, MAX(our_at) AS our_at
        FROM (
            SELECT e.kind AS kind, {ref} AS ref,
                   CASE WHEN e.at < {end} THEN p.amount ELSE 0 END AS ours, 0 AS theirs,
                   p.amount AS all_ours, 0 AS all_theirs, 1 AS our_rows, 0 AS their_rows,
                   e.at AS our_at
            FROM {entry} e JOIN {posting} p ON p.entry_id = e.id
            WHERE e.at >= {low} AND e.at < {high} AND e.kind IN ({ours})
              AND p.account = {name} AND p.currency = {currency}
            UNION ALL
            SELECT CASE l.kind WHEN 'dispute_reversal' THEN 'dispute' ELSE l.kind END, {their_ref},
                   0, CASE WHEN l.settled_at < {end} THEN l.gross ELSE 0 END, 0, l.gross, 0, 1, NULL
            FROM {line} l
            WHERE l.file_id IN (
                SELECT f.id FROM {file} f WHERE f.account_id = {account} AND f.state = {loaded}
                AND f.last_day >= {low_day} AND f.first_day <= {high_day}
              )
              AND l.settled_at >= {low} AND l.settled_at < {high} AND l.currency = {currency}
              AND l.kind NOT IN ({theirs_alone}) AND l.stray = ''
        ) both_books
        GROUP BY kind, ref
    ), outstanding AS (
        SELECT CASE WHEN SUBSTR(subject, LENGTH(subject) - 3) = ':' || currency
                    THEN SUBSTR(subject, 1, LENGTH(subject) - 4) ELSE subject END AS subject,
               kind, CASE WHEN state = 'resolved' THEN 1 ELSE 0 END AS resolved, resolution,
               attempt_id, at, about, reference,
               CASE WHEN currency = {currency} THEN theirs END AS theirs,
               CASE WHEN our_currency = {currency} OR (our_currency = '' AND currency = {currency})
                    THEN ours END AS ours
        FROM {discrepancy}
        WHERE account_id = {account} AND line_no IS NULL AND about NOT IN ('', 'fee', 'payout')
          AND (currency = {currency} OR our_currency = {currency})
          AND (state IN ({unresolved}) OR resolution IN ({stands}) OR resolved_at >= {end})
          AND NOT (resolution = 'auto' AND EXISTS (
              SELECT 1 FROM {operation} o WHERE o.id = operation_id AND o.status = 'failed'))
    ), unheard AS (
        SELECT about || ':' || reference AS subject, MIN(kind) AS kind,
               MIN(attempt_id) AS attempt_id,
               MIN(CASE WHEN state = 'resolved' THEN 1 ELSE 0 END) AS resolved
        FROM {discrepancy}
        WHERE account_id = {account} AND line_no IS NOT NULL AND attempt_id IS NOT NULL
          AND about NOT IN ('', 'fee', 'payout') AND reference <> ''
          AND seen_at >= (SELECT m.ended_at FROM {match} m WHERE m.account_id = {account})
          AND resolution <> 'auto'
        GROUP BY about, reference
    )
    SELECT why, kind, resolved, SUM(gap), COUNT(*) FROM (
        SELECT CASE WHEN all_ours = all_theirs AND our_rows > 0 AND their_rows > 0
                    THEN CASE WHEN theirs - ours > 0 THEN 'they_first' ELSE 'we_first' END
                    WHEN kind IS NOT NULL OR unheard IS NOT NULL THEN 'known'
                    WHEN their_rows = 0 AND our_at >= {late_from} THEN 'waiting'
                    ELSE 'odd' END AS why,
               COALESCE(kind, unheard, '') AS kind,
               COALESCE(resolved, left_so, 0) AS resolved,
               CASE WHEN our_rows IS NOT NULL
                    THEN CASE WHEN their_rows > 0 THEN theirs ELSE COALESCE(d_theirs, 0) END
                       - CASE WHEN our_rows > 0 THEN ours ELSE COALESCE(d_ours, 0) END
                    WHEN kind IS NULL THEN COALESCE((
                        SELECT -SUM(p.amount) FROM {entry} e JOIN {posting} p ON p.entry_id = e.id
                        WHERE e.attempt_id = of_line AND e.kind || ':' || {ref} = subject
                          AND e.at < {low} AND p.account = {name} AND p.currency = {currency}
                    ), 0)
                    WHEN at < {low} AND (resolution <> 'auto' OR EXISTS (
                        SELECT 1 FROM {entry} e
                        WHERE e.attempt_id = known.attempt_id AND e.kind = about AND e.at >= {end}
                    ) OR EXISTS (
                        SELECT 1 FROM {line} l JOIN {file} f ON f.id = l.file_id
                        WHERE l.our_ref = reference AND reference <> '' AND {late_line}
                    ) OR EXISTS (
                        SELECT 1 FROM {line} l JOIN {file} f ON f.id = l.file_id
                        WHERE l.provider_ref = reference AND reference <> '' AND {late_line}
                    ) OR EXISTS (
                        SELECT 1 FROM {seen} s JOIN {line} l ON l.provider_ref = s.object_id
                        JOIN {file} f ON f.id = l.file_id
                        WHERE s.account_id = {account} AND s.attempt_id = known.attempt_id
                          AND {late_line}))
                    THEN COALESCE(d_theirs, 0) - COALESCE(d_ours, 0)
                    ELSE 0 END AS gap
        FROM (
            SELECT subject, MAX(ours) AS ours, MAX(theirs) AS theirs, MAX(all_ours) AS all_ours,
                   MAX(all_theirs) AS all_theirs, MAX(our_rows) AS our_rows,
                   MAX(their_rows) AS their_rows, MAX(our_at) AS our_at, MAX(kind) AS kind,
                   MAX(resolved) AS resolved, MAX(resolution) AS resolution,
                   MAX(attempt_id) AS attempt_id, MAX(at) AS at, MAX(about) AS about,
                   MAX(reference) AS reference,
                   MAX(d_theirs) AS d_theirs, MAX(d_ours) AS d_ours, MAX(unheard) AS unheard,
                   MAX(left_so) AS left_so, MAX(of_line) AS of_line
            FROM (
                SELECT subject, ours, theirs, all_ours, all_theirs, our_rows, their_rows, our_at,
                       {no_text} AS kind, {none} AS resolved, {no_text} AS resolution,
                       {none} AS attempt_id, {no_moment} AS at, {no_text} AS about,
                       {no_text} AS reference, {none} AS d_theirs, {none} AS d_ours,
                       {no_text} AS unheard, {none} AS left_so, {none} AS of_line
                FROM grouped
                UNION ALL
                SELECT subject, {none}, {none}, {none}, {none}, {none}, {none}, {no_moment},
                       kind, resolved, resolution, attempt_id, at, about, reference, theirs, ours,
                       {no_text}, {none}, {none}
                FROM outstanding
                UNION ALL
                SELECT subject, {none}, {none}, {none}, {none}, {none}, {none}, {no_moment},
                       {no_text}, {none}, {no_text}, {none}, {no_moment}, {no_text}, {no_text},
                       {none}, {none}, kind, resolved, attempt_id
                FROM unheard
            ) each_of_them
            GROUP BY subject
        ) known
    ) gaps
    WHERE gap <> 0
    GROUP BY why, kind, resolved
    ORDER BY why, kind, resolved
"""


def gaps_at(side: Side, day: date) -> list[Gap]:
    """Every gap at the end of a day, `theirs - ours`, added up by why it is there: one statement.

    All that is known of an operation comes together by its subject in a grouping and not in joins:
    SQLite takes what is outstanding for a handful of rows, and would look through it for each.

    What an adjustment has evened out by then is none.
    """
    values = _Marks(_tables(), _values(side, day))
    parts = {
        "{their_ref}": _THEIR_REF,
        "{late_line}": _LATE_LINE,
        "{names_ours}": NAMES_OURS,
        "{theirs_alone}": THEIRS_ALONE,
        "{ref}": reference_in_key(side.account),
        "{none}": "CAST(NULL AS bigint)",
        "{no_text}": "CAST(NULL AS varchar)",
        "{no_moment}": "CAST(NULL AS timestamptz)",
    }
    statement = _STATEMENT
    for name, text in parts.items():
        statement = statement.replace(name, text)
    filled = statement.format_map(values)
    with connection.cursor() as cursor:
        cursor.execute(filled, values.noted)
        return [
            Gap(Why(why), kind if why == Why.KNOWN else "", bool(resolved), int(amount), count)
            for why, kind, resolved, amount, count in cursor.fetchall()
        ]


class _Marks(dict[str, str]):
    """The names of tables, and for a value its mark; each value is noted where it stands."""

    def __init__(self, tables: Mapping[str, str], marked: Mapping[str, Sequence[Value]]) -> None:
        super().__init__(tables)
        self._marked = marked
        self.noted: list[Value] = []

    def __missing__(self, name: str) -> str:
        values = self._marked[name]
        self.noted.extend(values)
        return marks(values)


def _tables() -> dict[str, str]:
    models = {
        "entry": Entry,
        "posting": Posting,
        "line": SettlementLine,
        "file": SettlementFile,
        "discrepancy": Discrepancy,
        "match": Match,
        "seen": ProviderObject,
        "attempt": Attempt,
        "operation": Operation,
    }
    return {name: table(model) for name, model in models.items()}


def _values(side: Side, day: date) -> dict[str, Sequence[Value]]:
    around = timedelta(days=side.account.settlement_days)
    low, high = begin(day - around, side.zone), end(day + around, side.zone)
    return {
        "account": [side.account.pk],
        "name": [named(PROVIDER, side.account.code)],
        "currency": [side.currency],
        "loaded": [FileState.LOADED.value],
        "ours": [kind.value for kind in OURS],
        "unresolved": [state.value for state in UNRESOLVED],
        "stands": [resolution.value for resolution in STANDS],
        "low": [_stored(low)],
        "end": [_stored(end(day, side.zone))],
        "high": [_stored(high)],
        "late_from": [_stored(now() - around)],
        "low_day": [day - around],
        "high_day": [day + around],
    }


def _stored(moment: datetime) -> Value:
    return connection.ops.adapt_datetimefield_value(moment)
