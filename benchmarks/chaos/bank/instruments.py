"""What a shopper's card, wallet or account does, by its token: the means to pay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from benchmarks.chaos.bank.book import LATE_CARDS, Book, Dispute, Payment, Refund
from benchmarks.chaos.bank.errors import Refused

DECLINES: Final = {
    "tok_decline_generic": "generic_decline",
    "tok_decline_insufficient_funds": "insufficient_funds",
    "tok_decline_lost_card": "lost_card",
    "wal_decline": "wallet_declined",
}
AMOUNTS: Final[dict[str, Callable[[int], int]]] = {
    "tok_wrong_amount": lambda asked: max(1, asked - max(1, asked // 100)),
    "tok_partial_capture": lambda asked: max(1, asked // 2),
    "tok_captures_more": lambda asked: asked + max(1, asked // 100),
}
"""How much is captured by cards that take another amount than was asked for."""
CHALLENGED: Final = "tok_3ds"
MISTOLD: Final = "tok_wrong_mode"
MISTOLD_FOR: Final = timedelta(hours=2)
LATE: Final = timedelta(minutes=50)
"""When money of the late cards comes: after the order has ended."""
SLOW: Final = timedelta(minutes=3)
DEBIT: Final = timedelta(hours=20)
PENDING: Final = timedelta(hours=5)
FAILS_AFTER: Final = timedelta(days=3)
DISPUTED_AFTER: Final = timedelta(hours=9)
DECIDED_AFTER: Final = timedelta(days=2)
DISPUTES: Final = {"tok_dispute_won": "won", "tok_dispute_lost": "lost"}


def pay(book: Book, payment: Payment, means: str) -> None:
    """The shopper presses "pay"; raises Refused on a payment that is over."""
    if payment.status != "requires_action":
        raise Refused(409, "payment_finished")
    payment.instrument = means
    if means in DECLINES:
        book.decline(payment, DECLINES[means])
    elif means in UNDER_WAY:
        wait, end = UNDER_WAY[means]
        book.process(payment)
        book.after(wait, lambda: end(book, payment))
    elif means == CHALLENGED:
        payment.challenged = True
    else:
        _take(book, payment)


def answer_issuer(book: Book, payment: Payment, *, agreed: bool) -> None:
    """The shopper tells the card's issuer whether it was them; raises Refused where nobody asks."""
    if payment.status != "requires_action" or not payment.challenged:
        raise Refused(409, "payment_finished")
    payment.challenged = False
    if agreed:
        book.succeed(payment)
    else:
        book.decline(payment, "authentication_failed")


def cancel(book: Book, payment: Payment) -> None:
    """The shopper presses "cancel"."""
    if payment.status != "requires_action":
        raise Refused(409, "payment_finished")
    book.void(payment)


def capture(book: Book, payment: Payment, *, reference: str, amount: int, final: bool) -> None:
    if payment.instrument == "tok_capture_fails":
        payment.refused.add(reference)
        raise Refused(422, "capture_refused")
    book.capture(payment, reference=reference, amount=amount, final=final)


def refund(book: Book, payment: Payment, *, reference: str, amount: int) -> Refund:
    made = book.refund(payment, reference, amount)
    means = payment.instrument
    pending = means in {"tok_refund_pending", "tok_refund_pending_then_failed"}
    book.move_refund(payment, made, "pending" if pending else "succeeded")
    if pending:
        end = "succeeded" if means == "tok_refund_pending" else "failed"
        book.after(PENDING, lambda: book.move_refund(payment, made, end))
    if means == "tok_refund_fails_later":
        book.after(FAILS_AFTER, lambda: book.move_refund(payment, made, "failed"))
    return made


def answer_dispute(book: Book, dispute_id: str) -> tuple[Payment, Dispute]:
    """Take evidence, once; raises Refused where it is too late."""
    known = [(each, dispute) for each in book.payments.values() for dispute in each.disputes]
    found = next((pair for pair in known if pair[1].id == dispute_id), None)
    if found is None:
        raise Refused(404, "not_found")
    dispute = found[1]
    if dispute.status != "open":
        raise Refused(409, "dispute_decided")
    if dispute.answered:
        raise Refused(409, "evidence_taken")
    dispute.answered = book.now()
    return found


def _take(book: Book, payment: Payment) -> None:
    """The money comes at once, and what this card brings on follows."""
    means, asked = payment.instrument, payment.wanted.amount
    if means == MISTOLD:
        payment.mistold = True
        book.after(MISTOLD_FOR, lambda: _tell_rightly(payment))
    book.succeed(payment, AMOUNTS[means](asked) if means in AMOUNTS else None)
    if means in DISPUTES:
        book.after(DISPUTED_AFTER, lambda: _dispute(book, payment, DISPUTES[means]))


def _come_late(book: Book, payment: Payment) -> None:
    book.succeed(payment)
    if payment.instrument == "tok_late_success_disputed":
        _dispute(book, payment, "lost")


def _tell_rightly(payment: Payment) -> None:
    payment.mistold = False


def _settle(book: Book, payment: Payment) -> None:
    if payment.status == "processing":
        book.succeed(payment)


def _settle_debit(book: Book, payment: Payment) -> None:
    if payment.instrument == "deb_return":
        book.decline(payment, "debit_returned")
    else:
        _settle(book, payment)


def _dispute(book: Book, payment: Payment, end: str) -> None:
    if dispute := book.open_dispute(payment):
        book.after(DECIDED_AFTER, lambda: book.close_dispute(payment, dispute, end))


UNDER_WAY: Final[dict[str, tuple[timedelta, Callable[[Book, Payment], None]]]] = {
    **dict.fromkeys(LATE_CARDS, (LATE, _come_late)),
    **dict.fromkeys(("wal_slow", "qr_approve_late"), (SLOW, _settle)),
    **dict.fromkeys(("deb_approve", "deb_return"), (DEBIT, _settle_debit)),
}
"""How long money is under way by some means, and what comes of it."""
