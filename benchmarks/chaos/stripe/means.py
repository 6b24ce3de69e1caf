"""How a shopper pays at Stripe, and what their bank does with it later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

VISA: Final = "4242424242424242"
ALWAYS_ASKED: Final = "4000002760003184"
DISPUTED_AFTER: Final = timedelta(hours=9)
DECIDED_AFTER: Final = timedelta(days=2)
FAILS_AFTER: Final = timedelta(days=3)
FAILS_WHILE_PENDING: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Means:
    """One of the stand-in's test cards, or a wallet.

    `at_closing`: the shopper is as quick as the shop is to close the page. `disputed`: how it ends.
    `refund_fails`: so long after it was made. `hold_is_gone`: nothing can be captured of a hold.
    """

    number: str = VISA
    pay_with: str = "card"
    at_closing: bool = False
    disputed: Literal["won", "lost", ""] = ""
    refund_fails: timedelta | None = None
    hold_is_gone: bool = False


MEANS: Final = {
    "tok_approve": Means(),
    "tok_debit": Means("4000056655665556"),
    "tok_3ds": Means(ALWAYS_ASKED),
    "tok_3ds_once": Means("4000002500003155"),
    "tok_decline_generic": Means("4000000000000002"),
    "tok_decline_insufficient_funds": Means("4000000000009995"),
    "tok_decline_lost_card": Means("4000000000009987"),
    "tok_decline_after_3ds": Means("4000008400001629"),
    "tok_refund_pending": Means("4000000000007726"),
    "tok_refund_pending_then_failed": Means("4000000000007726", refund_fails=FAILS_WHILE_PENDING),
    "tok_refund_fails": Means("4000000000005126"),
    "tok_refund_fails_later": Means(refund_fails=FAILS_AFTER),
    "tok_dispute_won": Means(disputed="won"),
    "tok_dispute_lost": Means(disputed="lost"),
    "tok_dispute_unanswered": Means("4000000000000259"),
    "tok_late_success_after_void": Means(at_closing=True),
    "tok_late_success_disputed": Means(at_closing=True, disputed="lost"),
    "tok_capture_fails": Means(hold_is_gone=True),
    "wal_approve": Means(pay_with="apple_pay"),
    "wal_google": Means(pay_with="google_pay"),
    "wal_link": Means(pay_with="link"),
}
