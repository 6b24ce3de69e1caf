"""The end of every story: the weather clears, the bank settles, and weeks pass."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orders.states import OrderState
from payments.models import InboxEvent, Refund, Review
from payments.providers.base import RefundStatus, Status
from payments.states import UNSETTLED, Approval, InboxState
from tests.payments.machine.bank import WAITING, Bank
from tests.payments.machine.shop import Shop

SOON: Final = timedelta(minutes=1)
ROUNDS: Final = 100
"""More than any table of waits has."""


def bring_to_an_end(shop: Shop) -> None:
    """Settle all at the bank, send each last event once more, and let the workers work."""
    shop.line.weather.clear()
    shop.wait(SOON)
    shop.work()  # what had no answer is sent again before its event is heard
    while shop.line.late:
        shop.the_late_arrives()
    settle(shop.bank)
    while Refund.objects.filter(payment=shop.payment_id, approval=Approval.WAITING).exists():
        shop.decide(0, yes=False)
    shop.bank.starts_as, shop.bank.refunds_as = Status.REQUIRES_ACTION, RefundStatus.SUCCEEDED
    for booked in shop.bank.payments:
        last = next(each for each in reversed(shop.bank.events) if each.payment == booked.id)
        shop.hear(last)
    for _ in range(ROUNDS):
        if (due := shop.next_moment()) is None:
            break
        shop.wait(max(due - shop.clock.time(), timedelta(seconds=1)))
        shop.work()
    _we_know_what_the_bank_knows(shop)
    _nothing_is_left_open(shop)


def settle(bank: Bank) -> None:
    """Whatever is on its way at the bank arrives, or does not."""
    for booked in bank.payments:
        if booked.status in WAITING:
            bank.end(booked, Status.EXPIRED)
        for refund in list(booked.refunds.values()):
            if refund.status == RefundStatus.PENDING:
                bank.move_refund(booked, refund.provider_id, RefundStatus.SUCCEEDED)


def _we_know_what_the_bank_knows(shop: Shop) -> None:
    ours = {attempt.our_ref: attempt for attempt in shop.attempts}
    for booked in shop.bank.payments:
        attempt = ours[booked.asked.our_ref]
        assert (attempt.captured, attempt.released) == (booked.captured, booked.released)
        assert attempt.refunded - attempt.refund_reversed == booked.returned
        assert attempt.disputed == booked.disputed
    known = {booked.asked.our_ref for booked in shop.bank.payments}
    assert not any(each.captured for ref, each in ours.items() if ref not in known)


def _nothing_is_left_open(shop: Shop) -> None:
    assert not [each for each in shop.attempts if each.in_flight or each.held]
    unsettled = [each.our_ref for each in shop.operations if each.status in UNSETTLED]
    reviews = Review.objects.filter(payment=shop.payment_id, kind="no_answer")
    assert not set(unsettled) - set(reviews.values_list("subject_ref", flat=True))
    assert shop.order.state != OrderState.OPEN or any(each.captured for each in shop.attempts)
    assert not InboxEvent.objects.exclude(state__in=[InboxState.DONE, InboxState.DEAD]).exists()
