"""The page of reports: a chart and the tables behind it, for each currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from orders.money import Money
from payments.admin.download import csv_download
from payments.admin.marks import STYLE
from payments.admin.reports.bars import Chart, chart
from payments.admin.reports.form import ReportForm, usual
from payments.reconciliation.export import csv_lines
from payments.registry import METHOD_LABELS
from payments.reports import (
    OF_ACCOUNTS,
    OF_PAYMENTS,
    TITLES,
    Column,
    Line,
    Report,
    Span,
    periods,
    report,
    totals,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Labels = Mapping[str, StrOrPromise]

PERMISSION: Final = "payments.view_entry"
"""A report adds up the ledger, so it is for those who may read it."""
REPORT_STYLE: Final[dict[str, Sequence[str]]] = {"all": [*STYLE["all"], "payments/proof.css"]}


CHARGED: Final[Mapping[Column, StrOrPromise]] = {
    Column.FEES: gettext_lazy("Above the line fees, the most in one period %(most)s."),
    Column.PAYOUTS: gettext_lazy("Above the line payouts, the most in one period %(most)s."),
}
"""What has a chart of its own beside that of sales: it would be too small, or too large, in it."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A line as it is shown: an amount for each column, None where nothing moved."""

    period: date | None
    name: StrOrPromise
    sums: list[Money | None]
    net: Money


@dataclass(frozen=True, slots=True)
class Table:
    """One currency's lines of payments or of provider accounts."""

    titles: list[StrOrPromise]
    lines: list[Cells]
    total: Cells | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its words: `above` and `below` say what its bars are, "" for none."""

    name: str
    title: str
    chart: Chart
    above: str
    below: str


@dataclass(frozen=True, slots=True)
class Part:
    """All about one currency; the figures of what moved, of payments and of accounts."""

    currency: str
    figures: list[Figure]
    charged: list[Figure]
    payments: Table
    accounts: Table


def may_see_reports(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def reports_page(site: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    _check(request)
    form = ReportForm(usual() | request.GET.dict())
    given = form.is_valid()
    whole = report(form.span) if given else Report([], [])
    shown = _narrowed(form, whole) if given else whole
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Reports"),
        "media": site.media + forms.Media(css=REPORT_STYLE),
        "form": form,
        "zone": timezone.get_current_timezone_name(),
        "currencies": whole.currencies,
        "methods": [(name, METHOD_LABELS.get(name, name)) for name in whole.names],
        "parts": [part(shown, currency, form.span) for currency in shown.currencies],
        "query": request.GET.urlencode(),
    }
    return TemplateResponse(request, "payments/admin/reports.html", context)


def reports_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the page shows, as one file; a question that makes no sense is answered by 400."""
    _check(request)
    form = ReportForm(usual() | request.GET.dict())
    if not form.is_valid():
        return HttpResponse(form.errors.as_text(), status=400, content_type="text/plain")
    shown = _narrowed(form, report(form.span))
    name = f"report-{form.span.first}-{form.span.last}.csv"
    return csv_download(csv_lines(csv_rows(shown)), name)


def _check(request: HttpRequest) -> None:
    if not may_see_reports(request):
        raise PermissionDenied


def _narrowed(form: ReportForm, whole: Report) -> Report:
    return whole.only(form.cleaned_data["currency"], form.cleaned_data["method"])


def part(shown: Report, currency: str, span: Span) -> Part:
    mine = shown.only(currency, "")
    charged = (_charged(mine.accounts, column, currency, span=span) for column in CHARGED)
    return Part(
        currency,
        [_sold(mine.payments, currency, span)] if mine.payments else [],
        [figure for figure in charged if figure.above or figure.below],
        _table(mine.payments, OF_PAYMENTS, METHOD_LABELS),
        _table(mine.accounts, OF_ACCOUNTS, {}),
    )


def _sold(lines: Sequence[Line], currency: str, span: Span) -> Figure:
    """Sales above the line; refunds and disputes below it, as far as they take more than bring."""
    came = _by_period(lines, lambda line: line.sums.get(Column.SALES, 0))
    went = _by_period(lines, lambda line: line.net - line.sums.get(Column.SALES, 0))
    bars = _bars(came, went, span)
    return Figure(
        "sales",
        _("Sales, refunds and disputes in %(currency)s") % {"currency": currency},
        bars,
        _most(_("Above the line sales, the most in one period %(most)s."), bars.highest, currency),
        _most(
            _("Below it refunds and disputes, the most in one period %(most)s."),
            bars.lowest,
            currency,
        ),
    )


def _charged(lines: Sequence[Line], column: Column, currency: str, *, span: Span) -> Figure:
    """What a provider kept, or paid out to us, above the line; what it gave back below it."""
    moved = _by_period(lines, lambda line: -line.sums.get(column, 0))
    bars = _bars(moved, moved, span)
    return Figure(
        column.value,
        _("%(what)s in %(currency)s") % {"what": TITLES[column], "currency": currency},
        bars,
        _most(CHARGED[column], bars.highest, currency),
        _most(
            _("Below it what came back, the most in one period %(most)s."), bars.lowest, currency
        ),
    )


def _by_period(lines: Sequence[Line], amount: Callable[[Line], int]) -> dict[date, int]:
    sums: dict[date, int] = {}
    for line in lines:
        sums[line.period] = sums.get(line.period, 0) + amount(line)
    return sums


def _bars(came: Mapping[date, int], went: Mapping[date, int], span: Span) -> Chart:
    days = list(periods(span))
    return chart(
        [max(came.get(day, 0), 0) for day in days], [min(went.get(day, 0), 0) for day in days]
    )


def _most(text: StrOrPromise, amount: int, currency: str) -> str:
    return str(text) % {"most": format_money(Money(amount, currency))} if amount else ""


def _table(lines: Sequence[Line], columns: Sequence[Column], labels: Labels) -> Table:
    """`labels`: what the names of the lines are called, where they have a label."""
    total = totals(lines)
    return Table(
        [TITLES[column] for column in columns],
        [_cells(line, columns, labels) for line in lines],
        _cells(total[0], columns, labels) if total else None,
    )


def _cells(line: Line, columns: Sequence[Column], labels: Labels) -> Cells:
    sums = [
        Money(line.sums[column], line.currency) if column in line.sums else None
        for column in columns
    ]
    period = None if line.period == date.min else line.period
    name = labels.get(line.name, line.name)
    return Cells(period, name, sums, Money(line.net, line.currency))


def csv_rows(shown: Report) -> Iterator[list[object]]:
    """Every line with a column for each sum, in major units; of methods first, then of accounts."""
    columns = (*OF_PAYMENTS, *OF_ACCOUNTS)
    names = (_("Beginning"), _("Currency"), _("Method"), _("Provider account"))
    yield [*names, *(TITLES[column] for column in columns)]
    for lines, of_method in ((shown.payments, True), (shown.accounts, False)):
        for line in lines:
            named = [line.name, ""] if of_method else ["", line.name]
            sums = [Money(line.sums.get(column, 0), line.currency).decimal for column in columns]
            yield [line.period.isoformat(), line.currency, *named, *sums]
