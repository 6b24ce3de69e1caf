"""Money that the order does not want goes back by itself; late money revives what it can."""

from __future__ import annotations

import pytest

from demo.models import Product
from orders.models import Mail, Order
from orders.money import Money
from orders.services.expire import expire_order
from orders.services.place import LineDraft
from orders.services.stock import StockLine, configured_stock
from orders.states import OrderState
from payments.errors import NotPayable
from payments.models import Attempt, Operation, Review
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundStatus, Status
from payments.states import OperationStatus, PaymentStatus
from tests.factories import a_product, a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def an_expired_order(*, stock: int) -> tuple[Order, Attempt]:
    """An order over 2 pieces whose time ran out while its attempt was open; `stock` are left."""
    product = a_product(stock=stock + 2)
    order = an_order(lines=[LineDraft(product.sku, product.name, 2, Money(3000, "GBP"))])
    configured_stock().take(ref=order.stock_ref, lines=[StockLine(product.sku, 2)])
    attempt = an_attempt(order)
    expire_order(order, actor="test")
    Product.objects.filter(pk=product.pk).update(stock=stock)
    return order, attempt


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


def words(kind: ReviewKind) -> tuple[str, str]:
    """The subject of the one open review of a kind, and what staff read."""
    review = Review.objects.get(kind=kind, resolved_at=None)
    return review.subject_ref, review.seen


def test_less_than_was_asked_for_says_both() -> None:
    attempt = an_attempt(an_order())

    apply(attempt, captured(attempt, 5999))

    said = "captured £59.99, asked for £60.00"
    assert words(ReviewKind.WRONG_AMOUNT) == (attempt.our_ref, said)


@pytest.mark.parametrize(("gone", "left"), [(1, "£59.99"), (7000, "£0.00")])
def test_surplus_that_is_not_all_there_says_how_much_is(gone: int, left: str) -> None:
    _order, attempt = an_expired_order(stock=0)
    dispute = DisputeSeen("dp_1", Money(gone, "GBP"), DisputeStatus.OPEN)

    apply(attempt, captured(attempt, disputes=(dispute,)))

    said = f"surplus of £60.00, {left} can still be given back"
    assert words(ReviewKind.SURPLUS) == (attempt.our_ref, said)


def test_surplus_that_went_back_elsewhere_before_it_was_seen_is_for_a_person() -> None:
    _order, attempt = an_expired_order(stock=0)
    early = a_refund_seen(1000)

    apply(attempt, seen(attempt, Status.PROCESSING, refunds=(early,)), captured(attempt))

    said = "surplus of £60.00, £50.00 can still be given back"
    assert words(ReviewKind.SURPLUS) == (attempt.our_ref, said)


def test_what_is_owed_back_is_reserved_for_it() -> None:
    _order, attempt = an_expired_order(stock=0)

    payment = apply(attempt, captured(attempt))

    refund = Operation.objects.get()
    assert (payment.refund_pending, refund.attempt_id) == (6000, attempt.pk)
    assert (refund.status, refund.reason) == (OperationStatus.REQUESTED, "surplus")


def test_each_growth_of_surplus_is_given_back_by_itself() -> None:
    attempt = an_attempt(an_order())

    payment = apply(attempt, *[captured(attempt, amount) for amount in (7000, 9000)])

    assert sorted(Operation.objects.values_list("amount", flat=True)) == [1000, 2000]
    assert (payment.surplus, payment.refund_pending) == (3000, 3000)


def test_a_part_of_an_order_that_has_expired_revives_nothing() -> None:
    order, attempt = an_expired_order(stock=2)

    apply(attempt, captured(attempt, 5999))

    order.refresh_from_db()
    assert order.state == OrderState.EXPIRED
    assert Product.objects.get().stock == 2
