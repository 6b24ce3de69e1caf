"""Lines against payouts: what the lines of each come to, kept and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Sum

from payments.models import Payout, ProviderAccount, SettlementTotal
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.explain import Explainer
from payments.reconciliation.moved import whole
from payments.reconciliation.paid import Gaps, Paid
from payments.reconciliation.questions import Question, keep_questions
from payments.reconciliation.rows import save_each, slices

SOME: Final = 200
HALF: Final = Decimal("0.5")
CHANGES: Final = ("amount", "lines_net", "sent_at")
Key = tuple[str, str]
"""A payout: its reference, "" for what is not paid out yet, and its currency."""


@dataclass(slots=True)
class Lines:
    """What the lines of a payout come to, in minor units, and from when to when they are."""

    gross: int = 0
    fee: Decimal = Decimal(0)
    sent: int | None = None
    sent_at: datetime | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def rounded(self) -> int:
        """With its fees as they are posted; of half a unit the provider may keep either half."""
        exactly = self.gross - self.fee
        if self.sent is not None and abs(self.sent - exactly) <= HALF:
            return self.sent
        return self.gross - whole(self.fee)


def sum_payouts(account: ProviderAccount) -> None:
    """Keep what each payout's lines come to, as far as files that are loaded tell of them."""
    found = lines_of_payouts(account)
    while some := dict(islice(found, SOME)):
        _keep(account, some)
    _let_go(account)


def explain_payouts(account: ProviderAccount) -> None:
    """Ask about payouts that are paid otherwise than their lines, for no reason that is known.

    A difference that what is known of single lines explains is linked to them, and not asked; nor
    is one that was only seen at the bank.
    """
    ask = DiscrepancyKind.PAYOUT_TOTAL
    questions: list[Question] = []
    for keys in slices(_unexplained(account), SOME):
        questions += (
            Question(ask, each, each.lines_net, each.amount, each.sent_at)
            for each in account.payouts.filter(pk__in=keys).order_by("pk")
            if each.lines_net != each.amount
        )
    keep_questions(account, ask, questions)


def lines_of_payouts(account: ProviderAccount) -> Iterator[tuple[Key, Lines]]:
    """From all files that are loaded, by payout and currency of settlement; one after another.

    Whoever takes them may write in between: no statement is open meanwhile.
    """
    loaded = SettlementTotal.objects.filter(file__account=account, file__state=FileState.LOADED)
    allotted = _allotted(loaded)
    names = loaded.order_by("payout_ref").values_list("payout_ref", flat=True).distinct()
    some = list(names[:SOME])
    while some:
        yield from _lines_of(loaded.filter(payout_ref__in=some), allotted)
        some = list(names.filter(payout_ref__gt=some[-1])[:SOME])


def _allotted(totals: QuerySet[SettlementTotal]) -> Mapping[str, int]:
    """By currency, how much of the lines that name no payout is in one all the same."""
    rows = totals.filter(kind=LineKind.ALLOTMENT).order_by().values_list("currency")
    return {currency: int(sum_) for currency, sum_ in rows.annotate(sum=Sum("gross"))}


def _lines_of(
    totals: QuerySet[SettlementTotal], allotted: Mapping[str, int]
) -> Iterator[tuple[Key, Lines]]:
    rows = totals.values("payout_ref", "kind", "currency", "settled_currency").annotate(
        sum_gross=Sum("gross"),
        sum_settled=Sum("settled_gross"),
        sum_fee=Sum("fee"),
        first=Min("first_at"),
        last=Max("last_at"),
    )
    found: dict[Key, Lines] = defaultdict(Lines)
    for row in rows.order_by():
        abroad = row["settled_currency"]
        gross = row["sum_settled"] if abroad else row["sum_gross"]
        _add(found[row["payout_ref"], abroad or row["currency"]], row, gross)
    for currency, amount in allotted.items():
        if waiting := found.get(("", currency)):
            waiting.gross -= amount
    yield from sorted(found.items())


def _add(lines: Lines, row: Mapping[str, object], gross: int) -> None:
    first, last = row["first"], row["last"]
    assert isinstance(first, datetime)  # noqa: S101  # columns that are never null
    assert isinstance(last, datetime)  # noqa: S101  # columns that are never null
    fee = Decimal(str(row["sum_fee"]))
    if row["kind"] == LineKind.PAYOUT:
        lines.sent = (lines.sent or 0) - int(gross)
        lines.sent_at = max(lines.sent_at or last, last)
        lines.fee += fee
        return
    lines.gross += int(gross)
    lines.fee += fee
    lines.first_at = min(lines.first_at or first, first)
    lines.last_at = max(lines.last_at or last, last)


def _keep(account: ProviderAccount, lines: Mapping[Key, Lines]) -> None:
    """Store what their lines come to."""
    refs = {ref for ref, _ in lines}
    known = {(each.ref, each.currency): each for each in account.payouts.filter(ref__in=refs)}
    new: list[Payout] = []
    changed: list[Payout] = []
    for (ref, currency), found in lines.items():
        payout = known.get((ref, currency)) or Payout(account=account, ref=ref, currency=currency)
        values = found.sent, found.rounded, found.sent_at
        if payout.pk and values == (payout.amount, payout.lines_net, payout.sent_at):
            continue
        payout.amount, payout.lines_net, payout.sent_at = values
        known[ref, currency] = payout
        (changed if payout.pk else new).append(payout)
    Payout.objects.bulk_create(new)
    save_each(changed, CHANGES)


def _unexplained(account: ProviderAccount) -> list[int]:
    """The keys of those whose difference nothing explains; what explains the others is linked."""
    gaps = Gaps()
    found = lines_of_payouts(account)
    while some := dict(islice(found, SOME)):
        _add_gaps(account, some, gaps)
    explainer = Explainer(account, gaps)
    explained = explainer.explained()
    explainer.link()
    return [gaps.payout_ids[number] for number in gaps.differing() if number not in explained]


def _add_gaps(account: ProviderAccount, lines: Mapping[Key, Lines], gaps: Gaps) -> None:
    """Note by how much each is paid otherwise; where it was sent as it is, what came of it."""
    sent = account.payouts.filter(ref__in={ref for ref, _ in lines}, amount__isnull=False)
    for payout in sent.exclude(ref=""):
        found = lines.get((payout.ref, payout.currency))
        if found is None or payout.amount is None:
            continue
        paid = payout.amount
        if paid == payout.lines_net and payout.arrived is not None:
            paid = payout.arrived
        when = found.first_at, found.last_at, found.sent_at
        more = paid - payout.lines_net
        gaps.add(Paid(payout.ref, payout.currency, payout.pk, more, *when))


def _let_go(account: ProviderAccount) -> None:
    """What is in no file any more has not been sent: its file was taken back."""
    loaded = SettlementTotal.objects.filter(file__account=account, file__state=FileState.LOADED)
    own, currency = Q(settled_currency=""), OuterRef("currency")
    here = Q(settled_currency=currency) | own & Q(currency=currency)
    told = loaded.filter(here, payout_ref=OuterRef("ref"))
    nothing = {"amount": None, "lines_net": 0, "sent_at": None}
    account.payouts.exclude(**nothing).filter(~Exists(told)).update(**nothing)
