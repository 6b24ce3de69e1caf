"""What a payout is made of: what its lines come to by kind, and the lines, some at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils.translation import pgettext_lazy

from orders.formats import format_exact
from payments.admin.books.reported import LINES
from payments.models import (
    Attempt,
    Dispute,
    Operation,
    Payout,
    ProviderObject,
    SettlementLine,
    SettlementTotal,
)
from payments.models.settlement import FileState
from payments.providers.reports import LineKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST: Final = 100
"""Lines on one page."""
GONE: Final = "gone"
TITLES: Final[Mapping[str, StrOrPromise]] = {
    **LINES,
    LineKind.PAYOUT: pgettext_lazy("payout", "fee of the payout itself"),
    LineKind.ALLOTMENT: pgettext_lazy("payout", "booked in no report that is here"),
    GONE: LINES[LineKind.ALLOTMENT],
}
GROSS: Final = Coalesce("settled_gross", "gross")
"""Of a line, in the currency in which it is settled."""
MONEY: Final = DecimalField(max_digits=26, decimal_places=6)
OF_ATTEMPT: Final = "payment", "payment__order__number"
PLACES: Final = {kind: place for place, kind in enumerate(TITLES)}
Place = tuple[int, int]
"""A file and the number of a line in it."""
Moved = tuple[str, int, int, Decimal]
"""Of one kind: how many lines, what they gross and what they cost."""
Row = TypeVar("Row", SettlementLine, SettlementTotal)


@dataclass(frozen=True, slots=True)
class Sums:
    """`gross` and `fee` in minor units; a fee is above zero where it cost us, and may be broken."""

    currency: str
    kind: str
    count: int
    gross: int
    fee: Decimal

    @property
    def title(self) -> StrOrPromise:
        return TITLES.get(self.kind, self.kind)

    @property
    def shown(self) -> list[str]:
        """Gross, fee and net, as staff read them."""
        amounts = Decimal(self.gross), self.fee, self.gross - self.fee
        return [format_exact(amount, self.currency) for amount in amounts]


@dataclass(frozen=True, slots=True)
class Line:
    """One of them, and the payment it is of: its key and the number of the order."""

    place: Place
    sums: Sums
    ref: str
    payment: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class MadeOf:
    """`parts` by kind, none where no report tells of any; `files`: the reports that do."""

    payout: Payout
    parts: Sequence[Sums]
    files: Sequence[int]

    @property
    def is_known(self) -> bool:
        return any(each.kind != LineKind.ALLOTMENT for each in self.parts)

    @property
    def total(self) -> Sums:
        count = sum(each.count for each in self.parts)
        gross = sum(each.gross for each in self.parts)
        fee = sum((each.fee for each in self.parts), Decimal(0))
        return Sums(self.payout.currency, "", count, gross, fee)


def made_of(payout: Payout) -> MadeOf:
    """What its lines come to, as files that count tell; two statements."""
    told = _counted(payout, SettlementTotal.objects.all())
    own = Case(When(settled_currency="", then="gross"), default="settled_gross")
    by_file = told.filter(payout_ref=payout.ref).order_by().values_list("file", "kind")
    rows = list(by_file.annotate(n=Sum("lines"), g=Sum(own), f=Sum("fee")))
    moved = [row[1:] for row in rows if row[1] not in {LineKind.PAYOUT, LineKind.ALLOTMENT}]
    moved += [(kind, 0, 0, fee) for _, kind, _, _, fee in rows if kind == LineKind.PAYOUT and fee]
    files = sorted({row[0] for row in rows})
    if not payout.ref:
        moved += _gone(told)
    elif any(row[1] == LineKind.ALLOTMENT for row in rows):
        moved += _allotted(payout, files)
    return MadeOf(payout, _by_kind(payout.currency, moved), files)


def _gone(told: QuerySet[SettlementTotal]) -> list[Moved]:
    """What was in no payout, and is in one now."""
    gone = told.filter(kind=LineKind.ALLOTMENT).aggregate(n=Sum("lines"), g=Sum("gross"))
    return [(GONE, gone["n"], -gone["g"], Decimal(0))] if gone["n"] else []


def _allotted(payout: Payout, files: Sequence[int]) -> list[Moved]:
    """As the lines that were booked before say what each is, and what it cost."""
    lines = _lines(payout, files).filter(kind=LineKind.ALLOTMENT).order_by()
    sums = lines.values_list("of").annotate(n=Count("*"), g=Sum("net"), f=Sum("took"))
    return [(kind, count, int(net + fee), fee) for kind, count, net, fee in sums]


def _by_kind(currency: str, moved: Iterable[Moved]) -> list[Sums]:
    found: dict[str, Sums] = {}
    for kind, count, gross, fee in moved:
        so_far = found.get(kind) or Sums(currency, kind, 0, 0, Decimal(0))
        more = so_far.count + count, so_far.gross + gross, so_far.fee + fee
        found[kind] = Sums(currency, kind, *more)
    return sorted(found.values(), key=lambda sums: PLACES.get(sums.kind, len(PLACES)))


def lines_of_payout(made: MadeOf, after: Place | None = None) -> tuple[list[Line], bool]:
    """Those behind a place, and whether there are more; two statements."""
    lines = _lines(made.payout, made.files).order_by("file_id", "line_no")
    if after:
        lines = lines.filter(pk__gt=after)
    columns = "file_id", "line_no", "our_ref", "provider_ref", "of", "net", "took"
    rows = list(lines.values_list(*columns)[: MOST + 1])
    payments = _payments(made.payout, [row[2] for row in rows], [row[3] for row in rows])
    some = [_line(made.payout.currency, row, payments) for row in rows[:MOST]]
    return some, len(rows) > MOST


def _line(currency: str, row: tuple[Any, ...], payments: Mapping[str, tuple[int, str]]) -> Line:
    file, number, ours, theirs, kind, net, fee = row
    sums = Sums(currency, kind, 1, int(net + fee), fee)
    return Line((file, number), sums, theirs, payments.get(ours) or payments.get(theirs))


def _lines(payout: Payout, files: Sequence[int]) -> QuerySet[Any]:
    """With what each is ("of"), its fee ("took") and what it nets, in the payout's currency.

    An allotment says only what it nets: the rest is in the line that was booked before.
    """
    counted = _counted(payout, SettlementLine.objects.filter(stray=""))
    lines = counted.filter(file__in=files, payout_ref=payout.ref)
    booked = counted.exclude(kind__in=(LineKind.ALLOTMENT, LineKind.PAYOUT))
    same = booked.filter(
        provider_ref=OuterRef("provider_ref"), fee=GROSS - OuterRef("gross")
    ).order_by("pk")
    allotted, none = Q(kind=LineKind.ALLOTMENT), Value(Decimal(0))
    return lines.exclude(kind=LineKind.PAYOUT).annotate(
        of=Case(
            When(allotted, then=Coalesce(Subquery(same.values("kind")[:1]), F("kind"))),
            default=F("kind"),
        ),
        took=Case(
            When(allotted, then=Coalesce(Subquery(same.values("fee")[:1]), none)),
            default=F("fee"),
        ),
        net=Case(When(allotted, then=F("gross")), default=GROSS - F("fee"), output_field=MONEY),
    )


def _counted(payout: Payout, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Of the files of its account that count, and settled in its currency."""
    own = Q(settled_currency="", currency=payout.currency)
    return rows.filter(
        own | Q(settled_currency=payout.currency),
        file__account=payout.account_id,
        file__state=FileState.LOADED,
    )


def _payments(
    payout: Payout, ours: Iterable[str], theirs: Iterable[str]
) -> dict[str, tuple[int, str]]:
    """By either reference: the key of the payment and the number of its order; one statement."""
    attempts = Attempt.objects.filter(our_ref__in=ours).values_list("our_ref", *OF_ATTEMPT)
    of_it = [f"attempt__{name}" for name in OF_ATTEMPT]
    refunds = Operation.objects.filter(our_ref__in=ours).values_list("our_ref", *of_it)
    account = {"account": payout.account_id}
    disputes = Dispute.objects.filter(provider_id__in=theirs, **account)
    objects = ProviderObject.objects.filter(object_id__in=theirs, **account)
    named = attempts.union(
        refunds,
        disputes.values_list("provider_id", *of_it),
        objects.values_list("object_id", *of_it),
    )
    return {ref: (key, number) for ref, key, number in named}
