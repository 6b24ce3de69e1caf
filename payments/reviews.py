"""What each review means, what staff do about it, and the buttons that end it: data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from payments.models.records import Review, ReviewAct, ReviewKind
from payments.sights import (
    ASKED,
    CLAIMED,
    DISPUTED_ABROAD,
    LIVE_MONEY,
    LOST_ANEW,
    OTHER_PAYMENT,
    SENT,
    TEST_MONEY,
    WON_ANEW,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Guide:
    """What a kind of review means and what is to be done; `acts` in the order of the buttons."""

    means: StrOrPromise
    todo: StrOrPromise
    acts: tuple[ReviewAct, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """What a press does to the money, and who may press."""

    effect: StrOrPromise
    permission: str


ENDS_BY_NOTE: Final = (ReviewAct.NOTE,)

GUIDES: Final[dict[ReviewKind, Guide]] = {
    ReviewKind.MISMATCH: Guide(
        _("An answer that is not about this payment. Nothing of it was booked."),
        _("Compare it with the provider's own site, then ask again."),
        (ReviewAct.ASK_NOW, ReviewAct.NOTE),
    ),
    ReviewKind.WRONG_AMOUNT: Guide(
        _("Another amount moved than was asked for. It is booked as it moved."),
        _("Where an order is short: accept what came, ask for the rest, or give everything back."),
        (
            *(ReviewAct.ACCEPT, ReviewAct.ASK_REST, ReviewAct.GIVE_BACK),
            *(ReviewAct.ACCEPT_REFUND, ReviewAct.NOTE),
        ),
    ),
    ReviewKind.SURPLUS: Guide(
        _("Money that nobody owed has come, and a dispute or a refund has taken some of it."),
        _("Wait for the dispute, then refund; or return it another way."),
        (ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE, ReviewAct.NOTE),
    ),
    ReviewKind.EXTERNAL_REFUND: Guide(
        _("Somebody refunded at the provider's own site. It is booked already."),
        _("See that it was meant, and accept it."),
        (ReviewAct.ACCEPT_REFUND, ReviewAct.NOTE),
    ),
    ReviewKind.REFUND_FAILED: Guide(
        _("A refund was refused or came back. The money is still here."),
        _("Refund again, or return it another way and say so."),
        (ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE, ReviewAct.NOTE),
    ),
    ReviewKind.REFUND_TOTAL: Guide(
        _("The provider says that more went back than its refunds add up to."),
        _("Compare with the provider's own site, and note what you found."),
        ENDS_BY_NOTE,
    ),
    ReviewKind.HOLD_ENDING: Guide(
        _("The bank holds the money for less than 48, or 24, hours."),
        _("Capture it, or give it back. Left alone it lapses, and the shopper is asked anew."),
        (ReviewAct.CAPTURE, ReviewAct.RELEASE_REST, ReviewAct.GIVE_BACK, ReviewAct.NOTE),
    ),
    ReviewKind.CAPTURE_FAILED: Guide(
        _("A capture was refused. Nothing was charged by it."),
        _("Capture again while the money is held, or give up the order."),
        (ReviewAct.CAPTURE, ReviewAct.RELEASE_REST, ReviewAct.GIVE_BACK, ReviewAct.NOTE),
    ),
    ReviewKind.DISPUTE: Guide(
        _("The shopper claims the money back through the bank, which has taken it meanwhile."),
        _("Answer with evidence before it is due. The review ends once the bank has decided."),
        (ReviewAct.ASK_NOW, ReviewAct.NOTE),
    ),
    ReviewKind.BAD_ANSWER: Guide(
        _("The provider's answer cannot be read. Nothing of it was believed."),
        _("Look at the payment at the provider's own site, tell who keeps the adapter; ask again."),
        (ReviewAct.ASK_NOW, ReviewAct.NOTE),
    ),
    ReviewKind.NO_ANSWER: Guide(
        _("The provider was asked by the whole table of waits and does not say what became of it."),
        _(
            "Ask again now: what the provider does not know of is sent again, or has failed. If "
            "that brings nothing, ask the provider's own people."
        ),
        (ReviewAct.ASK_NOW, ReviewAct.NOTE),
    ),
    ReviewKind.LEDGER: Guide(
        _("Rows were changed past Till: sums do not agree with the ledger."),
        _("Have whoever runs the site put it right, then check again."),
        (ReviewAct.CHECK_LEDGER, ReviewAct.NOTE),
    ),
}

_DECIDED_ANEW: Final = Guide(
    _("The bank has changed its decision about a dispute. It is booked as it stands now."),
    _("Compare it with the provider's own site, then ask again or close it with a note."),
    (ReviewAct.ASK_NOW, ReviewAct.NOTE),
)
TO_DO_ABOUT: Final[dict[str, Guide]] = {
    TEST_MONEY: Guide(
        _("The provider speaks of test money, and our account is a live one. Nothing was booked."),
        _("Nobody was charged, so nothing is owed: close it with a note. Tell who runs the site."),
        ENDS_BY_NOTE,
    ),
    LIVE_MONEY: Guide(
        _("The provider speaks of real money, and our account is a test one. Nothing was booked."),
        _(
            "See at the provider's own site whether somebody was charged: what was, refund there. "
            "Here nothing is owed: close it with a note. Tell who runs the site."
        ),
        ENDS_BY_NOTE,
    ),
    OTHER_PAYMENT: Guide(
        _("The provider has a second payment under our reference. Nothing of it was booked."),
        _(
            "See at the provider's own site whether somebody was charged twice: what was, refund "
            "there. Then close it with a note. Tell who runs the site."
        ),
        ENDS_BY_NOTE,
    ),
    DISPUTED_ABROAD: Guide(
        _("A dispute is in another currency than the payment. It is not booked; all else is."),
        _(
            "Answer it at the provider's own site before it is due, and close this with a note. "
            "What the bank takes comes as a discrepancy with the provider's report."
        ),
        ENDS_BY_NOTE,
    ),
    SENT: Guide(
        _("The bank has let go of the money for goods that were sent. The shopper is asked anew."),
        _(
            "Write to the shopper. The question ends by itself once they have paid; close it with "
            "a note where the goods come back, or are given up."
        ),
        ENDS_BY_NOTE,
    ),
    CLAIMED: Guide(
        _("A refund was not sent: the shopper claims the money through the bank, which has it."),
        _(
            "Do not pay it back another way: whoever wins the dispute has the money. Refund again "
            "only once it is won."
        ),
        (ReviewAct.REFUND_AGAIN, ReviewAct.NOTE),
    ),
    ASKED: Guide(
        _("The shopper's bank asks about a payment. It has taken no money yet."),
        _(
            "Answer with evidence before it is due, or refund the payment: without an answer it "
            "may become a dispute. The review ends once the bank asks no more."
        ),
        (ReviewAct.ASK_NOW, ReviewAct.NOTE),
    ),
    WON_ANEW: _DECIDED_ANEW,
    LOST_ANEW: _DECIDED_ANEW,
}
"""What says more than its kind, by what was seen."""


_ASKED_IN_VAIN: Final = Guide(
    TO_DO_ABOUT[ASKED].means,
    _(
        "Nothing of it is left to refund. Answer with evidence before it is due: without an answer "
        "it may become a dispute. The review ends once the bank asks no more."
    ),
    TO_DO_ABOUT[ASKED].acts,
)
"""Where nothing of the payment is left that could be refunded."""


def guide_of(review: Review) -> Guide:
    if review.detail == ASKED and not review.payment.refundable.amount:
        return _ASKED_IN_VAIN
    return TO_DO_ABOUT.get(review.detail) or GUIDES[ReviewKind(review.kind)]


BUTTONS: Final[dict[ReviewAct, Button]] = {
    ReviewAct.ACCEPT: Button(
        _(
            "No money moves. What is owed is lowered to what came, the order is confirmed, and the "
            "shopper is told. Should more come, it goes back by itself."
        ),
        "payments.accept_payment",
    ),
    ReviewAct.ASK_REST: Button(
        _(
            "No money moves now. What came is kept, and the shopper gets a mail with a link to pay "
            "the rest within a week. The order is confirmed once the rest is there."
        ),
        "payments.ask_rest_payment",
    ),
    ReviewAct.GIVE_BACK: Button(
        _(
            "What was charged goes back the way it came, what is held is released, and an order "
            "that is open or confirmed is cancelled. The shopper is told."
        ),
        "payments.cancel_payment",
    ),
    ReviewAct.REFUND_AGAIN: Button(
        _(
            "It goes back the way it came, as a new refund: all of a refund that failed; of money "
            "that nobody owed, what is still here."
        ),
        "payments.refund_payment",
    ),
    ReviewAct.ELSEWHERE: Button(
        _(
            "Nothing is asked of the provider. The ledger notes that the amount left our own bank "
            "account, and it can no longer be refunded here. Press this once it has been paid."
        ),
        "payments.return_elsewhere_payment",
    ),
    ReviewAct.ACCEPT_REFUND: Button(
        _("No money moves: the refund is booked already. You say that it was meant."),
        "payments.accept_refund_payment",
    ),
    ReviewAct.CAPTURE: Button(
        _("The shopper is charged all that is still held. Nothing is held afterwards."),
        "payments.capture_payment",
    ),
    ReviewAct.RELEASE_REST: Button(
        _(
            "What was captured stays charged. The bank lets go of what it still holds, and no more "
            "is charged for this order."
        ),
        "payments.capture_payment",
    ),
    ReviewAct.ASK_NOW: Button(
        _(
            "The provider is asked, and what it says is booked. A refund or capture that it does "
            "not know of is sent again while that is harmless, and has failed later. The review "
            "ends if that settles it."
        ),
        "payments.ask_provider_payment",
    ),
    ReviewAct.CHECK_LEDGER: Button(
        _("Nothing changes: the sums are compared again. The review ends if they agree."),
        "payments.view_entry",
    ),
    ReviewAct.NOTE: Button(
        _(
            "No money moves. The review is closed, and your reason is kept with it. What is still "
            "without an answer is asked about again a day later."
        ),
        "payments.resolve_review",
    ),
}
