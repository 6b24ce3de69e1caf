"""What a shopper's card, wallet or account does, by its token: the means to pay."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from benchmarks.chaos.bank.book import Book, Payment, Refund
from benchmarks.chaos.bank.errors import Refused

DECLINES: Final = {
    "tok_decline_generic": "generic_decline",
    "tok_decline_insufficient_funds": "insufficient_funds",
    "tok_decline_lost_card": "lost_card",
    "wal_decline": "wallet_declined",
}
LATE: Final = timedelta(minutes=50)
"""When money of `tok_late_success_after_void` comes: after the order has ended."""
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
    elif means == "tok_late_success_after_void":
        book.process(payment)
        book.after(LATE, lambda: book.succeed(payment))
    elif means in {"wal_slow", "qr_approve_late"}:
        book.process(payment)
        book.after(SLOW, lambda: _settle(book, payment))
    elif means in {"deb_approve", "deb_return"}:
        book.process(payment)
        book.after(DEBIT, lambda: _settle_debit(book, payment))
    else:
        book.succeed(payment)
        if means in DISPUTES:
            book.after(DISPUTED_AFTER, lambda: _dispute(book, payment, DISPUTES[means]))


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
