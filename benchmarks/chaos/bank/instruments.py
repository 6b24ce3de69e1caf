"""What a shopper's card, wallet or account does, by its token."""

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


def pay(book: Book, payment: Payment, token: str) -> None:
    """The shopper presses "pay"; raises Refused on a payment that is over."""
    if payment.status != "requires_action":
        raise Refused(409, "payment_finished")
    payment.instrument = token
    if token in DECLINES:
        book.decline(payment, DECLINES[token])
    elif token == "tok_late_success_after_void":  # noqa: S105  # a test card's name
        book.process(payment)
        book.after(LATE, lambda: book.succeed(payment))
    elif token in {"wal_slow", "qr_approve_late"}:
        book.process(payment)
        book.after(SLOW, lambda: _settle(book, payment))
    elif token in {"deb_approve", "deb_return"}:
        book.process(payment)
        book.after(DEBIT, lambda: _settle_debit(book, payment))
    else:
        book.succeed(payment)
        if token in DISPUTES:
            book.after(DISPUTED_AFTER, lambda: _dispute(book, payment, DISPUTES[token]))


def cancel(book: Book, payment: Payment) -> None:
    """The shopper presses "cancel"."""
    if payment.status != "requires_action":
        raise Refused(409, "payment_finished")
    book.void(payment)


def capture(book: Book, payment: Payment, reference: str, amount: int, *, final: bool) -> None:  # noqa: PLR0913, PLR0917  # what a capture is made of
    if payment.instrument == "tok_capture_fails":  # noqa: S105  # as above
        payment.refused.add(reference)
        raise Refused(422, "capture_refused")
    book.capture(payment, reference, amount, final=final)


def refund(book: Book, payment: Payment, reference: str, amount: int) -> Refund:
    made = book.refund(payment, reference, amount)
    token = payment.instrument
    pending = token in {"tok_refund_pending", "tok_refund_pending_then_failed"}
    book.move_refund(payment, made, "pending" if pending else "succeeded")
    if pending:
        end = "succeeded" if token == "tok_refund_pending" else "failed"  # noqa: S105  # as above
        book.after(PENDING, lambda: book.move_refund(payment, made, end))
    if token == "tok_refund_fails_later":  # noqa: S105  # as above
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
