"""Lines against payouts: what the lines of each come to, kept and compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db.models import Max, Min, Sum

from payments.models import Payout, ProviderAccount, SettlementTotal
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.explain import Explainer, Gap
from payments.reconciliation.questions import Question, keep_questions
from payments.reconciliation.rows import save_each

SOME: Final = 1000
CHANGES: Final = ("amount", "lines_net", "sent_at")
Key = tuple[str, str]
"""A payout: its reference, "" for what is not paid out yet, and its currency."""


@dataclass(slots=True)
class Lines:
    """What the lines of a payout come to, in minor units, and from when to when they are."""

    net: Decimal = Decimal(0)
    sent: int | None = None
    sent_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def rounded(self) -> int:
        return int(self.net.quantize(Decimal(1), ROUND_HALF_UP))


def sum_payouts(account: ProviderAccount) -> None:
    """Keep what each payout's lines come to, and ask about those that are paid otherwise.

    A difference that what is known of single lines explains is linked to them, and not asked.
    """
    lines = lines_of_payouts(account)
    payouts = _keep(account, lines)
    gaps = {
        key: Gap(
            key[1],
            payouts[key].pk,
            sent - found.rounded,
            found.first_at,
            found.last_at,
            found.sent_at,
        )
        for key, found in lines.items()
        if key[0] and (sent := found.sent) is not None
    }
    explainer = Explainer(account, gaps)
    explained = explainer.explained()
    questions = []
    for key, gap in gaps.items():
        if gap.amount and gap.payout_id not in explained:
            found = lines[key]
            ask = DiscrepancyKind.PAYOUT_TOTAL, payouts[key]
            questions.append(Question(*ask, found.rounded, found.sent, found.sent_at))
    explainer.link()
    keep_questions(account, DiscrepancyKind.PAYOUT_TOTAL, questions)


def lines_of_payouts(account: ProviderAccount) -> dict[Key, Lines]:
    """From all files that are loaded, by payout and currency of settlement."""
    loaded = SettlementTotal.objects.filter(file__account=account, file__state=FileState.LOADED)
    rows = loaded.values("payout_ref", "kind", "currency", "settled_currency").annotate(
        sum_gross=Sum("gross"),
        sum_settled=Sum("settled_gross"),
        sum_fee=Sum("fee"),
        first=Min("first_at"),
        last=Max("last_at"),
    )
    found: dict[Key, Lines] = {}
    for row in rows.order_by().iterator():
        abroad = row["settled_currency"]
        gross = row["sum_settled"] if abroad else row["sum_gross"]
        key = row["payout_ref"], abroad or row["currency"]
        _add(found.setdefault(key, Lines()), row, gross)
    return found


def _add(lines: Lines, row: Mapping[str, object], gross: int) -> None:
    first, last = row["first"], row["last"]
    assert isinstance(first, datetime)  # noqa: S101  # columns that are never null
    assert isinstance(last, datetime)  # noqa: S101  # columns that are never null
    fee = Decimal(str(row["sum_fee"]))
    if row["kind"] == LineKind.PAYOUT:
        lines.sent = (lines.sent or 0) - int(gross)
        lines.sent_at = max(lines.sent_at or last, last)
        lines.net -= fee
        return
    lines.net += int(gross) - fee
    lines.first_at = min(lines.first_at or first, first)
    lines.last_at = max(lines.last_at or last, last)


def _keep(account: ProviderAccount, lines: Mapping[Key, Lines]) -> dict[Key, Payout]:
    """What is in no file any more has not been sent: its file was taken back."""
    known = {(each.ref, each.currency): each for each in account.payouts.all()}
    found_now = {**dict.fromkeys(known, Lines()), **lines}
    new: list[Payout] = []
    changed: list[Payout] = []
    for (ref, currency), found in found_now.items():
        payout = known.get((ref, currency)) or Payout(account=account, ref=ref, currency=currency)
        values = found.sent, found.rounded, found.sent_at
        if payout.pk and values == (payout.amount, payout.lines_net, payout.sent_at):
            continue
        payout.amount, payout.lines_net, payout.sent_at = values
        known[ref, currency] = payout
        (changed if payout.pk else new).append(payout)
    Payout.objects.bulk_create(new, batch_size=SOME)
    save_each(changed, CHANGES)
    return known
