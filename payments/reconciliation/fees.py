"""Whether the provider took the fee that was agreed on: set by set, once for each file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import connection, transaction

from orders.clock import now
from payments.models import Discrepancy, FeeRule, ProviderAccount, SettlementLine
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.keys import REFERENCE_IN_LINE
from payments.reconciliation.rows import table

_CURRENCY: Final = "CASE WHEN l.settled_currency <> '' THEN l.settled_currency ELSE l.currency END"
_GROSS: Final = "CASE WHEN l.settled_currency <> '' THEN l.settled_gross ELSE l.gross END"
"""Of settlement: the fee is taken from that, in that currency."""
_QUESTION: Final = """
    INSERT INTO {discrepancy} (account_id, subject, kind, about, reference, currency, our_currency,
                               ours, theirs, at, file_id, line_no, detail, state, found_at, seen_at,
                               resolution, reason, evidence, request_key)
    SELECT %s, 'line:' || l.file_id || ':' || l.line_no, 'fee', 'fee',
           CASE WHEN l.our_ref <> '' THEN l.our_ref ELSE l.provider_ref END, r.currency, '',
           CAST(ROUND(({gross}) * r.percent / 100.0 + r.fixed) AS bigint),
           CAST(ROUND(l.fee) AS bigint), l.occurred_at, l.file_id, l.line_no, '', 'open', %s, %s,
           '', '', '', ''
    FROM {line} l JOIN {rule} r ON r.account_id = %s AND r.currency = {currency}
    WHERE l.file_id = %s AND l.kind = 'capture' AND l.stray = ''
      AND ABS(l.fee - (({gross}) * r.percent / 100.0 + r.fixed)) > r.tolerance
      AND NOT EXISTS (
        SELECT 1 FROM {discrepancy} d
        WHERE d.account_id = %s AND d.subject = 'capture:' || {ref_of_line}
          AND (d.kind = 'amount' AND l.settled_currency = ''
               AND ABS(l.fee - (d.ours * r.percent / 100.0 + r.fixed)) <= r.tolerance
               OR d.kind = 'missing_in_ledger' AND d.attempt_id IS NULL)
      )
    ORDER BY l.line_no
    ON CONFLICT (account_id, subject) DO NOTHING
"""


def question_fees(account: ProviderAccount) -> None:
    """Ask about every fee of a newly read file that is not what the account's rules say.

    What was settled in another currency is judged by the rule of that, by what it was settled for.
    Where the amount is asked about, the fee that is agreed for ours is no second question, nor is
    any of money that nobody knows.
    """
    statement = _QUESTION.format(
        discrepancy=table(Discrepancy),
        line=table(SettlementLine),
        rule=table(FeeRule),
        ref_of_line=REFERENCE_IN_LINE,
        gross=_GROSS,
        currency=_CURRENCY,
    )
    files = account.settlement_files.filter(state=FileState.LOADED, fees_checked=False)
    for file in files:
        moment = connection.ops.adapt_datetimefield_value(now())
        with transaction.atomic(), connection.cursor() as cursor:
            if files.filter(pk=file.pk).update(fees_checked=True):  # nobody took it back meanwhile
                values = [account.pk, moment, moment, account.pk, file.pk, account.pk]
                cursor.execute(statement, values)


def expected_fee(kind: str, gross: int, rule: FeeRule | None) -> Decimal:
    """What a capture of so much should cost, in minor units; nothing else costs anything."""
    if rule is None or kind != LineKind.CAPTURE:
        return Decimal(0)
    return gross * rule.percent / 100 + rule.fixed


def rules_of(account: ProviderAccount) -> Mapping[str, FeeRule]:
    """By currency."""
    return {rule.currency: rule for rule in account.fee_rules.all()}
