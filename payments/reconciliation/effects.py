"""What each way to settle a discrepancy does to our books: a table, arithmetic, no queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from orders.money import Money
from payments.books import BANK, FEES, LOSSES, PROVIDER, SUSPENSE, named
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import Resolution
from payments.states import EntryKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ADJUSTED, REFUNDED = Resolution.ADJUSTED, Resolution.REFUNDED
WRITTEN_OFF, IGNORED = Resolution.WRITTEN_OFF, Resolution.IGNORED
POSTED: Final = (ADJUSTED, WRITTEN_OFF)
"""What writes an entry into the ledger."""
BOOKED: Final = (ADJUSTED, WRITTEN_OFF, IGNORED)
ANYHOW: Final = (ADJUSTED, WRITTEN_OFF, REFUNDED, IGNORED)
ALLOWED: Final[Mapping[Kind, tuple[Resolution, ...]]] = {
    Kind.MISSING_IN_PROVIDER: BOOKED,
    Kind.MISSING_IN_LEDGER: ANYHOW,
    Kind.AMOUNT: ANYHOW,
    Kind.CURRENCY: ANYHOW,
    Kind.STATUS: (IGNORED,),
    Kind.FEE: BOOKED,
    Kind.DUPLICATE_IN_PROVIDER: ANYHOW,
    Kind.DUPLICATE_IN_LEDGER: BOOKED,
    Kind.TIMING: (IGNORED,),
    Kind.PAYOUT_TOTAL: (WRITTEN_OFF, IGNORED),
    Kind.BANK_TOTAL: BOOKED,
    Kind.UNPARSEABLE_LINE: (IGNORED,),
    Kind.WRONG_ACCOUNT_OR_MODE: (IGNORED,),
}
"""How a person may settle each kind; `auto` is the machine's.

Of a payout that is not its lines, neither side's lines are wrong: there is nothing to adjust.
"""

EFFECTS: Final[Mapping[Resolution, StrOrPromise]] = {
    ADJUSTED: _(
        "Our books follow theirs: the difference is booked, and waits under “suspense” until "
        "somebody knows whose it is. No money moves."
    ),
    REFUNDED: _(
        "Nothing is booked and no money moves. You say that the shopper has the money back "
        "already: their books have both, what came and what went back, and ours neither."
    ),
    WRITTEN_OFF: _(
        "Our books follow theirs: the difference is booked as our loss, or as our gain where they "
        "have more than we. No money moves."
    ),
    IGNORED: _(
        "Nothing is booked and no money moves. The two books go on differing by this amount, and "
        "the discrepancy is not shown again."
    ),
}
ADJUSTS: Final[Mapping[Kind, StrOrPromise]] = {
    Kind.FEE: _(
        "The provider has kept another fee than expected: the difference is booked to our fees. "
        "No money moves."
    ),
    Kind.BANK_TOTAL: _(
        "Our bank account is booked as the bank has it, and the difference waits under “suspense” "
        "until somebody knows where it went. No money moves."
    ),
    Kind.CURRENCY: _(
        "What we booked is taken back in our currency and booked in theirs; both amounts wait "
        "under “suspense”. No money moves."
    ),
}
"""Where `adjusted` says something of its own."""
WRITES_OFF: Final[Mapping[Kind, StrOrPromise]] = {
    Kind.PAYOUT_TOTAL: _(
        "We count on it no more: what the provider has kept of its own lines is booked as our "
        "loss, or what it sent beyond them as our gain. Its lines still have it, and every proof "
        "from today on says so. No money moves."
    ),
}
"""Where `written_off` does."""
IGNORES: Final[Mapping[Kind, StrOrPromise]] = {
    Kind.STATUS: _("Nothing is booked and no money moves; our books stay without the refund."),
    Kind.TIMING: _(
        "Nothing is booked and no money moves. Should it not come in a later report either, it is "
        "not asked about again."
    ),
    Kind.UNPARSEABLE_LINE: _(
        "Nothing is booked and no money moves. What the line was about is missing from what we "
        "know of their books; a corrected file is better."
    ),
    Kind.WRONG_ACCOUNT_OR_MODE: _(
        "Nothing is booked and no money moves: the line is about another account."
    ),
}
"""And where `ignored` does."""


def effect(kind: str, resolution: Resolution) -> StrOrPromise:
    """The sentence that says what a resolution does with money."""
    of_kind = {ADJUSTED: ADJUSTS, WRITTEN_OFF: WRITES_OFF, IGNORED: IGNORES}.get(resolution, {})
    return of_kind.get(Kind(kind), EFFECTS[resolution])


def possible(discrepancy: Discrepancy) -> list[Resolution]:
    """How this one may be settled: what posts needs an amount, `refunded` a shopper's money."""
    return [
        each
        for each in ALLOWED[Kind(discrepancy.kind)]
        if (each not in POSTED or moves(discrepancy, each))
        and (each != REFUNDED or _is_shoppers(discrepancy))
    ]


def _is_shoppers(discrepancy: Discrepancy) -> bool:
    """Whether it is what a shopper paid beyond our books, or what gave such money back."""
    theirs = discrepancy.theirs or 0
    ours = 0 if discrepancy.our_currency else discrepancy.ours or 0
    if discrepancy.about == EntryKind.CAPTURE:
        return theirs > ours
    return discrepancy.about == EntryKind.REFUND and theirs < ours


def moves(discrepancy: Discrepancy, resolution: Resolution) -> dict[tuple[str, str], int]:
    """What a resolution posts, by account and currency; it sums to zero. Empty where nothing is.

    After it the account at the provider, or at the bank, holds what their side says; of a payout,
    what we still count on.
    """
    if resolution not in POSTED or (books := _books(discrepancy, resolution)) is None:
        return {}
    theirs_account, other = books
    posted: dict[tuple[str, str], int] = {}
    for money in changes(discrepancy):
        if money.amount:
            posted[theirs_account, money.currency] = money.amount
            posted[other, money.currency] = -money.amount
    return posted


def _books(discrepancy: Discrepancy, resolution: Resolution) -> tuple[str, str] | None:
    """The account that follows theirs, and the one on the other side."""
    lost = resolution == WRITTEN_OFF
    if discrepancy.kind == Kind.BANK_TOTAL:
        return BANK, LOSSES if lost else SUSPENSE
    if discrepancy.account is None:
        return None
    code = discrepancy.account.code
    adjusted = named(FEES, code) if discrepancy.kind == Kind.FEE else SUSPENSE
    return named(PROVIDER, code), LOSSES if lost else adjusted


def changes(discrepancy: Discrepancy) -> list[Money]:
    """By how much theirs is more than ours, for each currency; a fee is less for us the more it is.

    Nothing where either side names no currency, or neither an amount.
    """
    ours, theirs = discrepancy.our_money, discrepancy.their_money
    if not discrepancy.currency:
        return []
    if discrepancy.our_currency:
        return [each for each in (ours * -1 if ours else None, theirs) if each is not None]
    difference = discrepancy.difference
    if difference is None:
        return []
    return [difference * -1 if discrepancy.kind == Kind.FEE else difference]
