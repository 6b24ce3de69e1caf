"""Money that the order does not want goes back by itself; late money revives what it can."""

from __future__ import annotations

import pytest

from demo.models import Product
from orders.clock import now
from orders.models import Mail
from orders.money import Money
from orders.states import OrderState
from payments.errors import NotPayable
from payments.models import Operation, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundStatus, Status
from payments.services.cancel import cancel_order
from payments.states import OperationStatus, PaymentStatus
from tests.factories import a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.services.cast import a_hold, an_expired_order, apply, capture, held

pytestmark = pytest.mark.django_db


def test_late_money_takes_the_goods_again_and_confirms_the_order() -> None:
    order, attempt = an_expired_order(stock=2)

    payment = apply(attempt, captured(attempt))

    order.refresh_from_db()
    assert (order.state, payment.status) == (OrderState.CONFIRMED, PaymentStatus.PAID)
    assert Product.objects.get().stock == 0


def test_late_money_for_goods_that_are_sold_goes_back() -> None:
    order, attempt = an_expired_order(stock=1)

    payment = apply(attempt, captured(attempt))

    order.refresh_from_db()
    assert (order.state, payment.status) == (OrderState.EXPIRED, PaymentStatus.EXPIRED)
    assert Operation.objects.get().amount == 6000
    assert Product.objects.get().stock == 1


def test_an_order_can_expire_and_come_back_more_than_once() -> None:
    order, attempt = an_expired_order(stock=2)
    apply(attempt, captured(attempt))

    order.refresh_from_db()

    assert order.stock_ref == f"{order.number}-1"


def test_surplus_is_given_back_once_however_often_it_is_told() -> None:
    _order, attempt = an_expired_order(stock=0)

    apply(attempt, captured(attempt), captured(attempt), captured(attempt))

    assert Operation.objects.count() == 1


def test_a_paid_order_stays_paid_when_its_surplus_went_back() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    second = an_attempt(order)
    apply(second, captured(second))
    apply(first, captured(first))
    ours = Operation.objects.get().our_ref

    payment = apply(first, captured(first, refunds=(a_refund_seen(6000, our_ref=ours),)))

    assert (payment.refunded, payment.status) == (6000, PaymentStatus.PAID)


def test_surplus_that_cannot_go_back_is_for_a_person() -> None:
    _order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt))
    ours = Operation.objects.get().our_ref
    failed = a_refund_seen(6000, our_ref=ours, status=RefundStatus.FAILED)

    apply(attempt, captured(attempt, refunds=(failed,)))

    assert Operation.objects.get().status == OperationStatus.FAILED
    assert Review.objects.get().kind == ReviewKind.REFUND_FAILED


def test_disputed_surplus_is_not_given_back_twice() -> None:
    _order, attempt = an_expired_order(stock=0)
    dispute = DisputeSeen("dp_1", Money(6000, "GBP"), DisputeStatus.OPEN)

    apply(attempt, captured(attempt, disputes=(dispute,)))

    assert not Operation.objects.exists()
    assert {review.kind for review in Review.objects.all()} == {
        ReviewKind.DISPUTE,
        ReviewKind.SURPLUS,
    }


def test_surplus_of_which_a_dispute_holds_a_part_is_for_a_person() -> None:
    _order, attempt = an_expired_order(stock=0)
    dispute = DisputeSeen("dp_1", Money(1500, "GBP"), DisputeStatus.OPEN)

    apply(attempt, captured(attempt, disputes=(dispute,)))

    assert not Operation.objects.exists()
    assert Review.objects.get(kind=ReviewKind.SURPLUS).subject_ref == attempt.our_ref


def test_a_dispute_that_leaves_the_surplus_free_asks_nobody_about_it() -> None:
    attempt = an_attempt(an_order())
    dispute = DisputeSeen("dp_1", Money(1500, "GBP"), DisputeStatus.OPEN)

    apply(attempt, captured(attempt, 7000, disputes=(dispute,)))

    assert Operation.objects.get().amount == 1000
    assert Review.objects.get().kind == ReviewKind.DISPUTE


def test_the_shopper_is_told_that_surplus_went_back() -> None:
    _order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt))
    ours = Operation.objects.get().our_ref

    apply(attempt, captured(attempt, refunds=(a_refund_seen(6000, our_ref=ours),)))

    assert Mail.objects.get(kind="refund").context["reason"] == "surplus"


def test_an_attempt_that_is_captured_twice_keeps_the_order_paid() -> None:
    attempt = an_attempt(an_order())

    payment = apply(attempt, captured(attempt), captured(attempt, 12000))

    assert (payment.status, payment.surplus) == (PaymentStatus.PAID, 6000)
    assert Operation.objects.get().amount == 6000


@pytest.mark.parametrize("steps", [(9000,), (6000, 9000), (2000, 9000), (2000, 6000, 9000)])
def test_it_does_not_matter_in_how_many_steps_a_capture_was_seen(steps: tuple[int, ...]) -> None:
    attempt = an_attempt(an_order())

    payment = apply(attempt, *[captured(attempt, step) for step in steps])

    assert (payment.status, payment.surplus) == (PaymentStatus.PAID, 3000)
    assert sum(refund.amount for refund in Operation.objects.all()) == 3000


@pytest.mark.parametrize(
    "steps", [(6000,), (9000,), (2000, 6000), (2000, 9000), (2000, 2000, 6000)]
)
def test_a_part_that_was_seen_first_leaves_no_question_once_the_whole_is_there(
    steps: tuple[int, ...],
) -> None:
    attempt = an_attempt(an_order())

    apply(attempt, *[captured(attempt, step) for step in steps])

    assert not Review.objects.filter(resolved_at=None).exists()


@pytest.mark.parametrize("steps", [(6000,), (2000, 6000)])
def test_late_money_in_two_steps_revives_the_order_too(steps: tuple[int, ...]) -> None:
    order, attempt = an_expired_order(stock=2)

    apply(attempt, *[captured(attempt, step) for step in steps])

    order.refresh_from_db()
    assert order.state == OrderState.CONFIRMED
    assert not Operation.objects.exists()


def test_a_third_attempt_finds_no_room_when_surplus_went_back() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    second = an_attempt(order)
    apply(second, captured(second))
    apply(first, captured(first))
    ours = Operation.objects.get().our_ref
    apply(first, captured(first, refunds=(a_refund_seen(6000, our_ref=ours),)))

    with pytest.raises(NotPayable):
        an_attempt(order)


@pytest.mark.parametrize("steps", [(6000,), (5000, 6000)])
def test_the_rest_of_a_cancelled_short_payment_goes_back_by_itself(steps: tuple[int, ...]) -> None:
    attempt = an_attempt(an_order())
    apply(attempt, captured(attempt, 4000))
    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="gone", requested_by=None)

    payment = apply(attempt, *[captured(attempt, step) for step in steps])

    assert (payment.refund_pending, payment.surplus) == (6000, 6000)
    assert not Review.objects.filter(resolved_at=None).exists()


def test_a_capture_in_flight_when_the_order_is_cancelled_goes_back_by_itself() -> None:
    hold = a_hold()
    apply(hold, held(hold))
    capture(hold, 4000, final=False)
    apply(hold, held(hold, captured=4000))
    capture(hold, 2000)
    Operation.objects.filter(amount=2000).update(status=OperationStatus.SUBMITTING)
    cancel_order(payment_id=hold.payment_id, actor="clerk", reason="gone", requested_by=None)

    payment = apply(hold, held(hold, captured=6000))

    assert payment.refund_pending == 6000


@pytest.mark.parametrize("steps", [(7000,), (6000, 7000)])
def test_surplus_of_which_a_part_is_gone_is_one_question_in_however_many_steps_it_comes(
    steps: tuple[int, ...],
) -> None:
    _order, attempt = an_expired_order(stock=0)
    dispute = DisputeSeen("dp_1", Money(1500, "GBP"), DisputeStatus.LOST)

    apply(attempt, *[captured(attempt, step, disputes=(dispute,)) for step in steps])

    assert not Operation.objects.exists()
    assert Review.objects.get(resolved_at=None).kind == ReviewKind.SURPLUS


def test_what_is_owed_and_not_sent_yet_is_not_sent_once_a_part_of_it_is_gone() -> None:
    _order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt, 6000))
    dispute = DisputeSeen("dp_1", Money(1500, "GBP"), DisputeStatus.LOST)

    payment = apply(attempt, captured(attempt, 7000, disputes=(dispute,)))

    assert Operation.objects.get().status == OperationStatus.FAILED
    assert payment.refund_pending == 0
    assert Review.objects.get(resolved_at=None).kind == ReviewKind.SURPLUS


def test_surplus_in_two_steps_is_one_refund_while_no_worker_has_sent_it() -> None:
    _order, attempt = an_expired_order(stock=0)

    payment = apply(attempt, captured(attempt, 6000), captured(attempt, 7000))

    assert Operation.objects.get().amount == payment.refund_pending == 7000


def test_surplus_in_two_steps_is_two_refunds_once_a_worker_has_the_first() -> None:
    _order, attempt = an_expired_order(stock=0)
    apply(attempt, captured(attempt, 6000))
    Operation.objects.update(status=OperationStatus.SUBMITTING, first_sent_at=now())

    apply(attempt, captured(attempt, 7000))

    assert list(Operation.objects.order_by("pk").values_list("amount", flat=True)) == [6000, 1000]
