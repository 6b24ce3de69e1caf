"""The file of one day, made of Stripe's reports, or one of them from the dashboard, as lines. Pure.

Of each payout, what left stands in one part and what was taken for it in others: Stripe knows only
days later which payout a charge is in, and of payouts that somebody sent by hand it never does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from orders.money import exponent
from payments.providers.cause import Cause, because
from payments.providers.columns import UNREADABLE, misfit, read_columns
from payments.providers.head import CLOSING, OPENING, Balances, Head, cells_of
from payments.providers.reports import BadLine, LineKind, ReportHeader, ReportLine, ReportRefused
from payments.providers.stripe.columns import (
    ACTIVITY,
    MEMBERS,
    OPTIONAL,
    PAYOUTS,
    Booked,
    Finer,
    Member,
    Sent,
    Table,
    minor,
)
from payments.providers.table import BLANK, Layout, bad, layout_of

TITLE: Final = "#Stripe reports of a day"
PART, END = "#report", "#end"
TAKEN: Final = "taken for payouts"
"""The payouts once more: what no report tells the parts of is its own part."""
PARTS: Final[Mapping[str, Table]] = {
    ACTIVITY.kind: ACTIVITY,
    PAYOUTS.kind: PAYOUTS,
    MEMBERS.kind: MEMBERS,
    TAKEN: PAYOUTS,
}
"""By name, in their order."""
KINDS: Final = {
    "charge": LineKind.CAPTURE,
    "partial_capture_reversal": LineKind.CAPTURE,
    "refund": LineKind.REFUND,
    "refund_failure": LineKind.REFUND_REVERSED,
    "dispute": LineKind.DISPUTE,
    "dispute_reversal": LineKind.DISPUTE_REVERSAL,
    "fee": LineKind.FEE,
    "network_cost": LineKind.FEE,
    "tax": LineKind.FEE,
}
"""By Stripe's reporting category; any other is an adjustment."""
OF_SHOPPERS: Final = frozenset(KINDS.values()) - {LineKind.FEE}
REVERSAL: Final = "payout_reversal"
SENT: Final = frozenset({"payout", REVERSAL})
FINER: Final = because("an amount has more decimals than its currency")


def parse_report(text: Iterator[str]) -> StripeReport:
    """Read the head of a day's file, or the columns of one report; raises ReportRefused."""
    balances = {OPENING: Balances(), CLOSING: Balances()}
    head = Head(TITLE, balances)
    for number, line in enumerate(text, start=1):
        if number == 1 and not line.startswith("#"):
            layout = layout_of(line, number, ACTIVITY.names, optional=OPTIONAL)
            return StripeReport(text, ReportHeader(), number, Part(ACTIVITY.kind, layout))
        if not line.startswith("#") or cells_of(line)[0] == PART:
            header = head.ended(number, *balances.values())
            return StripeReport(chain([line], text), header, number - 1)
        head.add(line, number)
    raise ReportRefused("The file breaks off before its first line", head.number or None)


@dataclass(slots=True)
class Part:
    """One of the reports in a file; its layout is known once its columns are."""

    name: str
    layout: Layout | None = None

    @property
    def table(self) -> Table:
        return PARTS[self.name]


@dataclass(slots=True)
class StripeReport:
    """A file that is being read; `part` is where it is, and None between two of them.

    Where it begins with a part, it is one report from the dashboard, which has no end of its own.
    """

    text: Iterator[str]
    header: ReportHeader
    number: int
    """Of the last line that was read."""
    part: Part | None = None
    named: list[str] = field(default_factory=list)
    """The parts so far, in their order."""
    members: set[str] = field(default_factory=set)
    """Payouts of which the parts are told."""
    whole: bool = False

    def lines(self) -> Iterator[ReportLine | BadLine]:
        alone = self.part is not None
        for line in self.text:
            self.number += 1
            if not line.strip(BLANK):
                continue
            if self.whole:
                raise ReportRefused("There is more after the end", self.number)
            if line.startswith("#") and not alone:
                self._turn(cells_of(line))
            elif made := self._read(line):
                yield made
        if not (self.whole or alone):
            raise ReportRefused(
                "The file breaks off: it has no end (%(word)s)", self.number, word=END
            )

    def _turn(self, cells: list[str]) -> None:
        """Go to the part that a line of the file names, or to its end."""
        expected = [*PARTS][: len(self.named) + 1]
        if cells == [END] and self.named == [*PARTS]:
            self.whole, self.part = True, None
        elif cells == [PART, expected[-1]] and len(expected) > len(self.named):
            self.part = Part(expected[-1])
            self.named = expected
        else:
            raise ReportRefused(
                "%(word)s is missing, or not as it should be", self.number, word=PART
            )

    def _read(self, line: str) -> ReportLine | BadLine | None:
        """The line of a part; None where it is its columns, or tells nothing that counts."""
        if self.part is None:
            raise ReportRefused(
                "%(word)s is missing, or not as it should be", self.number, word=PART
            )
        table, layout = self.part.table, self.part.layout
        if layout is None:
            self.part.layout = layout_of(line, self.number, table.names, optional=OPTIONAL)
            return None
        row = layout.row(line)
        if isinstance(row, Cause):
            return bad(line, self.number, row)
        try:
            values = (column[0] for column in read_columns(table.columns, [row]))
            return self._line(table.row(*values))
        except UNREADABLE as error:
            why = FINER if isinstance(error, Finer) else misfit(table.columns, row)
            return bad(line, self.number, why or FINER)

    def _line(self, row: Booked | Member | Sent) -> ReportLine | None:
        if isinstance(row, Booked):
            return _moved(self.number, row)
        if isinstance(row, Member):
            self.members.add(row.payout)
            return _member(self.number, row)
        if self.part and self.part.name == TAKEN:
            told = row.payout in self.members and row.category != REVERSAL
            return None if told or row.category not in SENT else _taken(self.number, row)
        return _sent(self.number, row)


def _moved(number: int, row: Booked) -> ReportLine:
    kind = KINDS.get(row.category, LineKind.ADJUSTMENT)
    gross, fee = minor(row.gross, row.currency), row.fee.scaleb(exponent(row.currency))
    if kind == LineKind.FEE:
        gross, fee = 0, fee - gross
    line = _plain(number, row)._replace(
        kind=kind,
        our_ref=_our_ref(kind, row),
        method=row.method,
        gross=gross,
        fee=fee,
    )
    if row.facing is None or row.abroad in {"", row.currency} or kind not in OF_SHOPPERS:
        return line
    if row.booked_in not in {"", row.abroad}:
        return line  # shown to the shopper in their own currency, which no book of ours has
    seen = minor(abs(row.facing), row.abroad)
    return line._replace(
        currency=row.abroad,
        gross=seen if gross > 0 else -seen,
        settled_currency=row.currency,
        settled_gross=gross,
    )


def _member(number: int, row: Member) -> ReportLine:
    kind = KINDS.get(row.category, LineKind.ADJUSTMENT)
    return _plain(number, row)._replace(
        our_ref=_our_ref(kind, row),
        gross=minor(row.gross - row.fee, row.currency),
        payout_ref=row.payout,
    )


def _sent(number: int, row: Sent) -> ReportLine:
    """What is neither sent nor came back, such as money that is held, is for a person to see."""
    sent = row.category in SENT
    return _plain(number, row)._replace(
        kind=LineKind.PAYOUT if sent else LineKind.ADJUSTMENT,
        gross=minor(row.gross, row.currency),
        fee=row.fee.scaleb(exponent(row.currency)),
        payout_ref=row.payout if sent else "",
    )


def _taken(number: int, row: Sent) -> ReportLine:
    net = minor(row.gross - row.fee, row.currency)
    return _plain(number, row)._replace(gross=-net, payout_ref=row.payout)


def _plain(number: int, row: Booked | Member | Sent) -> ReportLine:
    """An allotment of nothing, with what all rows have."""
    named = row.payout if isinstance(row, Sent) else row.source or row.transaction
    return ReportLine(
        number=number,
        kind=LineKind.ALLOTMENT,
        provider_ref=named,
        our_ref="",
        method="",
        currency=row.currency,
        gross=0,
        fee=row.fee * 0,
        settled_currency="",
        settled_gross=None,
        occurred_at=row.at,
        settled_at=row.at,
        payout_ref="",
        merchant_id="",
        mode="",
    )


def _our_ref(kind: LineKind, row: Booked | Member) -> str:
    """A refund's is its own; a dispute is known by Stripe's id."""
    if kind in {LineKind.REFUND, LineKind.REFUND_REVERSED}:
        return row.refund_ref
    return row.payment_ref if kind == LineKind.CAPTURE else ""
