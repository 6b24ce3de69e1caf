"""The reports of money that people ask for: sums of the ledger by period, method and currency."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from django.db.models import DateField, Q, QuerySet, Sum
from django.db.models.functions import Trunc
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from payments.books import BANK, PROVIDER
from payments.models import Posting
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LONGEST: Final = 400
"""So many days one report spans at most."""
USUAL: Final = 30


class Step(enum.StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Column(enum.StrEnum):
    """What is added up; the first three are of payments, the others of provider accounts."""

    SALES = "sales"
    REFUNDS = "refunds"
    DISPUTES = "disputes"
    FEES = "fees"
    PAYOUTS = "payouts"
    FX = "fx"
    ADJUSTMENTS = "adjustments"


OF_PAYMENTS: Final = (Column.SALES, Column.REFUNDS, Column.DISPUTES)
OF_ACCOUNTS: Final = (Column.FEES, Column.PAYOUTS, Column.FX, Column.ADJUSTMENTS)
TITLES: Final[Mapping[Column, StrOrPromise]] = {
    Column.SALES: pgettext_lazy("report", "Sales"),
    Column.REFUNDS: pgettext_lazy("report", "Refunds"),
    Column.DISPUTES: pgettext_lazy("report", "Disputes"),
    Column.FEES: pgettext_lazy("report", "Fees"),
    Column.PAYOUTS: pgettext_lazy("report", "Payouts"),
    Column.FX: pgettext_lazy("report", "Exchanged"),
    Column.ADJUSTMENTS: pgettext_lazy("report", "Adjustments"),
}
IN: Final[Mapping[str, Column]] = {
    EntryKind.CAPTURE: Column.SALES,
    EntryKind.REFUND: Column.REFUNDS,
    EntryKind.REFUND_REVERSED: Column.REFUNDS,
    EntryKind.ELSEWHERE: Column.REFUNDS,
    EntryKind.DISPUTE: Column.DISPUTES,
    EntryKind.FEE: Column.FEES,
    EntryKind.PAYOUT: Column.PAYOUTS,
    EntryKind.FX: Column.FX,
    EntryKind.ADJUSTMENT: Column.ADJUSTMENTS,
}
"""Where each kind of entry counts; what was there when the ledger began is in no report."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from the first to the last, both included, in the zone of the site, by period."""

    first: date
    last: date
    step: Step

    def begins(self, period: date) -> date:
        """The first day of a period that is in the span."""
        return max(period, self.first)


@dataclass(frozen=True, slots=True)
class Line:
    """What a method or a provider account came to in a period; minor units, above zero: in."""

    period: date
    currency: str
    name: str
    sums: Mapping[Column, int]

    @property
    def net(self) -> int:
        return sum(self.sums.values())


@dataclass(frozen=True, slots=True)
class Report:
    payments: list[Line]
    accounts: list[Line]

    @property
    def currencies(self) -> list[str]:
        return sorted({line.currency for line in (*self.payments, *self.accounts)})

    @property
    def names(self) -> list[str]:
        """The methods that were paid by."""
        return sorted({line.name for line in self.payments})

    def only(self, currency: str, method: str) -> Report:
        """The part about a currency and a method; "" for all of them."""

        def kept(lines: Sequence[Line], name: str) -> list[Line]:
            return [
                line
                for line in lines
                if currency in {"", line.currency} and name in {"", line.name}
            ]

        return Report(kept(self.payments, method), [] if method else kept(self.accounts, ""))


def report(span: Span) -> Report:
    """All that the ledger has of these days: one statement, however much that is."""
    rows = _postings(span).annotate(
        period=Trunc("entry__at", span.step.value, output_field=DateField())
    )
    names = ("period", "currency", "entry__attempt__method", "account", "entry__kind")
    found: dict[bool, dict[tuple[date, str, str], dict[Column, int]]] = {True: {}, False: {}}
    for period, currency, method, account, kind, amount in (
        rows.order_by().values_list(*names).annotate(sum=Sum("amount"))
    ):
        of_payment = IN[kind] in OF_PAYMENTS
        name = (method if of_payment else account.partition(":")[2]) or ""
        sums = found[of_payment].setdefault((span.begins(period), currency, name), {})
        sums[IN[kind]] = sums.get(IN[kind], 0) + int(amount)
    return Report(_lines(found[True]), _lines(found[False]))


def _lines(found: Mapping[tuple[date, str, str], dict[Column, int]]) -> list[Line]:
    return [
        Line(period, currency, name, found[period, currency, name])
        for period, currency, name in sorted(found)
    ]


def _postings(span: Span) -> QuerySet[Posting]:
    """What came to and left providers, and what went back from our own bank account."""
    zone = timezone.get_current_timezone()
    begin = datetime.combine(span.first, time(), zone)
    end = datetime.combine(span.last + timedelta(days=1), time(), zone)
    rows = Posting.objects.filter(entry__at__gte=begin, entry__at__lt=end, entry__kind__in=list(IN))
    elsewhere = Q(account=BANK, entry__kind=EntryKind.ELSEWHERE)
    return rows.filter(Q(account__startswith=f"{PROVIDER}:") | elsewhere)


def periods(span: Span) -> Iterator[date]:
    """The first day of every period, those without a movement too."""
    day = span.first
    while day <= span.last:
        yield day
        day = _next(day, span.step)


def _next(day: date, step: Step) -> date:
    if step == Step.DAY:
        return day + timedelta(days=1)
    if step == Step.WEEK:
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def totals(lines: Iterable[Line]) -> list[Line]:
    """What the lines of each currency come to; of no period and no name."""
    sums: dict[str, dict[Column, int]] = {}
    for line in lines:
        total = sums.setdefault(line.currency, {})
        for what, amount in line.sums.items():
            total[what] = total.get(what, 0) + amount
    return [Line(date.min, currency, "", total) for currency, total in sorted(sums.items())]
