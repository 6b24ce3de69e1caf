"""Whether the provider took the fee that was agreed on: set by set, once for each file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.db import connection, transaction

from orders.clock import now
from payments.models import Discrepancy, FeeRule, ProviderAccount, SettlementFile, SettlementLine
from payments.models.settlement import FileState
from payments.providers.reports import LineKind

_QUESTION: Final = """
    INSERT INTO {discrepancy} (account_id, subject, kind, about, reference, currency, our_currency,
                               ours, theirs, at, file_id, line_no, detail, state, found_at, seen_at,
                               resolution, reason, evidence, request_key)
    SELECT %s, 'line:' || l.file_id || ':' || l.line_no, 'fee', 'fee',
           CASE WHEN l.our_ref <> '' THEN l.our_ref ELSE l.provider_ref END, l.currency, '',
           CAST(ROUND({expected}) AS bigint), CAST(ROUND(l.fee) AS bigint), l.occurred_at,
           l.file_id, l.line_no, '', 'open', %s, %s, '', '', '', ''
    FROM {line} l
    WHERE l.file_id = %s AND l.kind = 'capture' AND l.currency = %s AND l.settled_currency = ''
      AND l.stray = '' AND ABS(l.fee - ({expected})) > {tolerance}
      AND NOT EXISTS (
        SELECT 1 FROM {discrepancy} d
        WHERE d.account_id = %s AND d.subject = 'capture:' || l.our_ref
          AND (d.kind = 'amount' AND ABS(l.fee - ({of_ours})) <= {tolerance}
               OR d.kind = 'missing_in_ledger' AND d.attempt_id IS NULL)
      )
    ORDER BY l.line_no
    ON CONFLICT (account_id, subject) DO NOTHING
"""


def question_fees(account: ProviderAccount) -> None:
    """Ask about every fee of a newly read file that is not what the account's rule says.

    Where the amount is asked about, the fee that is agreed for ours is no second question, nor is
    any of money that nobody knows.
    """
    rules = list(account.fee_rules.all())
    files = account.settlement_files.filter(state=FileState.LOADED, fees_checked=False)
    for file in files:
        with transaction.atomic():
            for rule in rules:
                _question(file, rule)
            SettlementFile.objects.filter(pk=file.pk).update(fees_checked=True)


def _question(file: SettlementFile, rule: FeeRule) -> None:
    agreed = f"* {_number(rule.percent)} / 100 + {_number(rule.fixed)}"
    statement = _QUESTION.format(
        discrepancy=Discrepancy._meta.db_table,  # noqa: SLF001  # Django's documented _meta
        line=SettlementLine._meta.db_table,  # noqa: SLF001  # as above
        expected=f"l.gross {agreed}",
        of_ours=f"d.ours {agreed}",
        tolerance=_number(rule.tolerance),
    )
    moment = connection.ops.adapt_datetimefield_value(now())
    values = [rule.account_id, moment, moment, file.pk, rule.currency, rule.account_id]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _number(value: Decimal) -> str:
    """As SQL reads it: a column of decimals, so no text of anybody's gets there."""
    return f"{value:f}"


def expected_fee(kind: str, gross: int, rule: FeeRule | None) -> Decimal:
    """What a capture of so much should cost, in minor units; nothing else costs anything."""
    if rule is None or kind != LineKind.CAPTURE:
        return Decimal(0)
    return gross * rule.percent / 100 + rule.fixed


def rules_of(account: ProviderAccount) -> Mapping[str, FeeRule]:
    """By currency."""
    return {rule.currency: rule for rule in account.fee_rules.all()}
