"""One day of an account: drawn, as a table, as CSV, with the reason of every difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.clock import now
from orders.money import Money
from payments.admin.proof import links
from payments.admin.proof.waterfall import Look, Step, drawn
from payments.admin.proof.words import MOVED, SIGNS, how_many, why
from payments.models import SettlementFile
from payments.reconciliation.balances import Held
from payments.reconciliation.days import DAY, Side, day_of
from payments.reconciliation.proof import Proof, Reason
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

OPENING = gettext_lazy("Opening")
CLOSING = gettext_lazy("Closing")
OUR_CLOSING = gettext_lazy("Closing in our books")
THEIR_CLOSING = gettext_lazy("Closing in their books")
UNEXPLAINED = gettext_lazy("Unexplained")


OF_PAYOUTS: Final = (EntryKind.FEE, EntryKind.FX, EntryKind.PAYOUT)
"""What a report brings into our books, payout by payout."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `ours_at` and `gap_at` are where its numbers lead to, or ""."""

    label: StrOrPromise
    ours: Money
    theirs: Money
    ours_at: str = ""
    gap_at: str = ""

    @property
    def gap(self) -> Money:
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Told:
    """A reason, and where it leads to."""

    why: str
    how_many: str
    money: Money
    url: str


@dataclass(frozen=True, slots=True)
class Balance:
    """What a report states beside what its lines come to. `known`: single lines say why."""

    label: StrOrPromise
    stated: Money
    counted: Money
    agrees: bool
    known: bool = False

    @property
    def gap(self) -> Money:
        return self.counted - self.stated


def day_context(request: HttpRequest, proof: Proof) -> dict[str, Any]:
    """All that the page of a day shows."""
    side, day = proof.side, proof.day
    today = day_of(now(), side.zone)
    return {
        "proof": proof,
        "side": side,
        "sign": SIGNS[proof.mark],
        "rows": list(rows(request, proof)),
        "reasons": [_told(request, proof, reason) for reason in proof.reasons],
        "gap": Money(proof.gap, side.currency),
        "unexplained": Money(proof.unexplained, side.currency),
        "stated": list(stated(proof)),
        "waterfall": drawn(steps(proof)),
        "reports": [_report(request, each) for each in proof.reports],
        "upload": links.upload(request, side),
        "ledger": links.ledger(request, side, day=day.isoformat()),
        "discrepancies": links.discrepancies(request, side, day=day.isoformat()),
        "before": day - DAY,
        "after": day + DAY if day < today else None,
    }


def rows(request: HttpRequest, proof: Proof) -> Iterator[Row]:
    """Opening, each kind, closing. A difference leads to its reasons, or to where it began."""
    side, day = proof.side, proof.day
    eve = links.day_url(side, day - DAY)
    reasons = "#why" if proof.reasons or proof.unexplained else eve
    payouts = links.payouts(request, side)
    yield _row(side, OPENING, proof.opening, gap_at=eve)
    for moved in proof.movements:
        at = links.ledger(request, side, day=day.isoformat(), kind__exact=moved.kind)
        gap_at = {**dict.fromkeys(OF_PAYOUTS, payouts), EntryKind.ADJUSTMENT: at}
        differs = gap_at.get(moved.kind, reasons)
        yield _row(side, MOVED[moved.kind], moved.held, ours_at=at, gap_at=differs)
    yield _row(side, CLOSING, proof.closing, gap_at=reasons)


def _row(
    side: Side, label: StrOrPromise, held: Held, *, ours_at: str = "", gap_at: str = ""
) -> Row:
    ours, theirs = Money(held.ours, side.currency), Money(held.theirs, side.currency)
    return Row(label, ours, theirs, ours_at, gap_at if ours != theirs else "")


def steps(proof: Proof) -> list[Step]:
    """From our opening to our closing, and over what explains the difference to theirs.

    Without a report there is nothing of theirs to arrive at.
    """

    def step(label: StrOrPromise, amount: int, look: Look) -> Step:
        return Step(label, Money(amount, proof.side.currency), look)

    moved = [each for each in proof.movements if each.held.ours]
    ours = [
        step(OPENING, proof.opening.ours, Look.STANDS),
        *(step(MOVED[each.kind], each.held.ours, Look.MOVES) for each in moved),
        step(OUR_CLOSING, proof.closing.ours, Look.STANDS),
    ]
    if not proof.reports:
        return ours
    left = [step(UNEXPLAINED, proof.unexplained, Look.UNKNOWN)] if proof.unexplained else []
    return [
        *ours,
        *(step(why(reason), reason.amount, Look.KNOWN) for reason in proof.reasons),
        *left,
        step(THEIR_CLOSING, proof.closing.theirs, Look.STANDS),
    ]


def stated(proof: Proof) -> Iterator[Balance]:
    """What their report says of itself, where it does."""
    said = proof.stated

    def money(amount: int) -> Money:
        return Money(amount, proof.side.currency)

    if said.opening is not None:
        yield Balance(OPENING, money(said.opening), money(said.began), not said.jump)
    if said.closing is not None:
        agrees, closing = not said.off, money(said.closing)
        yield Balance(CLOSING, closing, money(said.came_to), agrees, known=said.explained)


def _told(request: HttpRequest, proof: Proof, reason: Reason) -> Told:
    money = Money(reason.amount, proof.side.currency)
    return Told(why(reason), how_many(reason), money, links.of_reason(request, proof, reason))


def _report(request: HttpRequest, file: SettlementFile) -> dict[str, Any]:
    return {"file": file, "url": links.report(request, file.pk)}


def csv_rows(proof: Proof) -> Iterator[list[object]]:
    """The table, the reasons and what their report states, amounts in major units."""
    currency = proof.side.currency

    def major(amount: int) -> str:
        return str(Money(amount, currency).decimal)

    def line(label: StrOrPromise, held: Held) -> list[object]:
        gap = held.theirs - held.ours
        return [label, currency, *(major(each) for each in (held.ours, held.theirs, gap)), ""]

    yield [_("Kind"), _("Currency"), _("Ours"), _("Theirs"), _("Difference"), _("How many")]
    yield line(OPENING, proof.opening)
    for moved in proof.movements:
        yield line(MOVED[moved.kind], moved.held)
    yield line(CLOSING, proof.closing)
    for reason in proof.reasons:
        yield [why(reason), currency, "", "", major(reason.amount), reason.count or ""]
    yield [UNEXPLAINED, currency, "", "", major(proof.unexplained), ""]
    for each in stated(proof):
        label = _("%(balance)s, as their report states it") % {"balance": each.label}
        yield [label, currency, "", str(each.stated.decimal), "", ""]


def title_of(side: Side, day: date) -> str:
    about = {"account": side.account.code, "currency": side.currency, "day": date_format(day)}
    return _("Proof of %(day)s, %(account)s, %(currency)s") % about
