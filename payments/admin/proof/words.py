"""What a proof says to people: how a day stands, what moved, and why both sides differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from payments.badges import Tone
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.proof import Because, Mark, Reason
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Sign:
    """How a day stands: a sign, a word and a tone, so that nothing hangs on colour."""

    icon: str
    text: StrOrPromise
    tone: Tone


SIGNS: Final[Mapping[Mark, Sign]] = {
    Mark.AGREES: Sign("✓", pgettext_lazy("proof", "agrees"), Tone.GOOD),
    Mark.EXPLAINED: Sign("≈", pgettext_lazy("proof", "explained"), Tone.WAITING),
    Mark.UNEXPLAINED: Sign("✕", pgettext_lazy("proof", "unexplained"), Tone.BAD),
    Mark.UNPROVEN: Sign("…", pgettext_lazy("proof", "differs, not proven yet"), Tone.QUIET),
    Mark.NO_REPORT: Sign("·", pgettext_lazy("proof", "no report"), Tone.QUIET),
}
MOVED: Final[Mapping[EntryKind, StrOrPromise]] = {
    EntryKind.CAPTURE: gettext_lazy("Payments"),
    EntryKind.REFUND: gettext_lazy("Refunds"),
    EntryKind.REFUND_REVERSED: gettext_lazy("Refunds that came back"),
    EntryKind.DISPUTE: gettext_lazy("Disputes"),
    EntryKind.FEE: gettext_lazy("Fees"),
    EntryKind.FX: gettext_lazy("Settled in another currency"),
    EntryKind.PAYOUT: gettext_lazy("Payouts"),
    EntryKind.ADJUSTMENT: gettext_lazy("Adjustments"),
    EntryKind.OPENING: gettext_lazy("When the books began"),
}
WHY: Final[Mapping[Because, StrOrPromise]] = {
    Because.THEY_FIRST: gettext_lazy("In their books before midnight, in ours after it"),
    Because.WE_FIRST: gettext_lazy("In our books before midnight, in theirs after it"),
    Because.WAITING: gettext_lazy("In our books, and in no report yet"),
    Because.CAME_BACK: gettext_lazy("Refunds that failed: gone from their books, and back later"),
    Because.UNREPORTED: gettext_lazy("In our books, of days that have no report"),
    Because.BEFORE: gettext_lazy("From before the first report, never compared"),
}
UNPOSTED: Final[Mapping[str, StrOrPromise]] = {
    EntryKind.FEE: gettext_lazy("Fees that our books do not have yet"),
    EntryKind.FX: gettext_lazy("Exchanges that our books do not have yet"),
    EntryKind.PAYOUT: gettext_lazy("Payouts that our books do not have yet"),
}
LATER: Final[Mapping[str, StrOrPromise]] = {
    EntryKind.FEE: gettext_lazy("Fees that our books have on another day"),
    EntryKind.FX: gettext_lazy("Exchanges that our books have on another day"),
    EntryKind.PAYOUT: gettext_lazy("Payouts that our books have on another day"),
}


def why(reason: Reason) -> str:
    """What explains a part of the difference."""
    if reason.because == Because.NOT_POSTED:
        return str(UNPOSTED[reason.kind])
    if reason.because == Because.POSTED_LATER:
        return str(LATER[reason.kind])
    if reason.because in WHY:
        return str(WHY[reason.because])
    kind = DiscrepancyKind(reason.kind).label
    if reason.because == Because.SETTLED_SINCE:
        return _("Settled since, or left as it is: %(kind)s") % {"kind": kind}
    return str(capfirst(kind))


def how_many(reason: Reason) -> str:
    """Of how many operations or payouts; "" where that is not known."""
    if not reason.count:
        return ""
    if reason.because in {Because.NOT_POSTED, Because.POSTED_LATER}:
        said = ngettext("%(count)s payout", "%(count)s payouts", reason.count)
    else:
        said = ngettext("%(count)s operation", "%(count)s operations", reason.count)
    return said % {"count": reason.count}
