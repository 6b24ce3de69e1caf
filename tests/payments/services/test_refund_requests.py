"""One request, as many attempts as it takes; pieces go back once, and on the shelf once."""

from __future__ import annotations

import pytest
from django.db import transaction

from demo.models import Product
from demo.stock import DemoStock
from orders.errors import DispatchRefused
from orders.models import Mail, Order, OrderLine
from orders.money import Money
from orders.services.dispatch import DispatchDraft, record_dispatch
from orders.services.place import LineDraft
from orders.services.stock import StockLine
from orders.states import OrderState, ReturnState
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, Refund
from payments.providers.base import Status
from payments.services.apply import apply_outcome
from payments.services.cancel import cancel_order
from tests.factories import GBP, a_product, an_attempt, an_order, captured, seen
from tests.orders.goods import a_received_return
from tests.payments.refunding import a_reason, a_refund

pytestmark = pytest.mark.django_db


def paid(order: Order) -> Payment:
    attempt = an_attempt(order)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    return Payment.objects.get(order=order)


@pytest.fixture
def pots() -> Payment:
    """A paid order of three pots at 20.00 and a lid at 5.00, taken from the shelf."""
    for sku in ("POT", "LID"):
        a_product(sku=sku, stock=10)
    lines = [
        LineDraft("POT", "Pot", 3, Money(2000, GBP)),
        LineDraft("LID", "Lid", 1, Money(500, GBP)),
    ]
    order = an_order(lines=lines)
    with transaction.atomic():
        taken = [StockLine("POT", 3), StockLine("LID", 1)]
        DemoStock().take(ref=order.number, lines=taken)
    return paid(order)


@pytest.fixture
def twice() -> Payment:
    """60.00, paid by two attempts of which neither was surplus: 40.00 and 20.00."""
    order = an_order()
    first = an_attempt(order)
    apply_outcome(attempt_id=first.pk, outcome=seen(first, Status.DECLINED), source="test")
    second = an_attempt(order)
    payment = Payment.objects.get(order=order)
    Attempt.objects.filter(pk=first.pk).update(captured=4000)
    Attempt.objects.filter(pk=second.pk).update(captured=2000)
    Payment.objects.filter(pk=payment.pk).update(captured=6000)
    payment.refresh_from_db()
    return payment


def line(payment: Payment, sku: str) -> OrderLine:
    return payment.order.lines.get(sku=sku)


def shelf(sku: str) -> int:
    return Product.objects.get(sku=sku).stock


def parts() -> list[int]:
    return list(Operation.objects.order_by("pk").values_list("amount", flat=True))


def test_a_refund_is_split_over_the_payments_of_an_order_oldest_first(twice: Payment) -> None:
    a_refund(twice, 5000)

    assert parts() == [4000, 1000]


def test_what_one_payment_can_give_back_alone_is_not_split(twice: Payment) -> None:
    a_refund(twice, 2000)

    assert parts() == [2000]


def test_a_split_refund_asked_for_twice_is_one(twice: Payment) -> None:
    assert a_refund(twice, 5000) == a_refund(twice, 5000)
    assert Payment.objects.get().refund_pending == sum(parts()) == 5000


def test_all_that_is_split_can_be_refunded_and_no_more(twice: Payment) -> None:
    a_refund(twice, 5000)

    with pytest.raises(RefundRefused):
        a_refund(twice, 1001, request_key="form-2")
    assert parts() == [4000, 1000]


def test_who_has_just_enough_gives_it_back_alone(twice: Payment) -> None:
    a_refund(twice, 3000)

    a_refund(twice, 2000, request_key="form-2")

    assert parts() == [3000, 2000]


def test_the_shopper_is_told_when_a_refund_is_asked_for(pots: Payment) -> None:
    refund = a_refund(pots, 500)

    mail = Mail.objects.get(kind="refund_asked")
    assert (mail.subject_ref, mail.context) == (refund.number, {"amount": 500})


def test_pieces_are_counted_and_go_back_on_the_shelf(pots: Payment) -> None:
    a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2}, restock=True)

    pot = line(pots, "POT")
    assert (pot.refunded, pot.restocked, shelf("POT"), shelf("LID")) == (2, 2, 9, 9)


def test_pieces_that_do_not_come_back_stay_off_the_shelf(pots: Payment) -> None:
    a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2})

    assert (line(pots, "POT").refunded, shelf("POT")) == (2, 7)


def test_the_same_form_twice_puts_pieces_back_once(pots: Payment) -> None:
    for _ in range(2):
        a_refund(pots, 500, pieces={line(pots, "LID").pk: 1}, restock=True)

    assert (line(pots, "LID").refunded, shelf("LID")) == (1, 10)


@pytest.mark.parametrize("count", [2, 10**12, -1])
def test_more_pieces_than_are_left_are_refused_and_nothing_changes(
    pots: Payment, count: int
) -> None:
    a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2}, restock=True)

    with pytest.raises(RefundRefused, match="Pot: at most 1 piece"):
        a_refund(pots, 100, request_key="form-2", pieces={line(pots, "POT").pk: count})
    assert (line(pots, "POT").refunded, shelf("POT"), Refund.objects.count()) == (2, 9, 1)


def test_a_piece_of_another_order_is_refused(pots: Payment) -> None:
    other = an_order().lines.get()

    with pytest.raises(RefundRefused):
        a_refund(pots, 100, pieces={other.pk: 1})
    assert not Refund.objects.exists()


def test_a_refused_amount_leaves_the_pieces_alone(pots: Payment) -> None:
    with pytest.raises(RefundRefused):
        a_refund(pots, 6501, pieces={line(pots, "LID").pk: 1}, restock=True)

    assert (line(pots, "LID").refunded, shelf("LID")) == (0, 9)


def test_what_a_refund_put_back_is_not_put_back_again_by_cancelling(pots: Payment) -> None:
    a_refund(pots, 2000, pieces={line(pots, "POT").pk: 1}, restock=True)

    cancel_order(payment_id=pots.pk, actor="clerk", reason="sold out", requested_by=None)

    assert (shelf("POT"), shelf("LID")) == (10, 10)


def test_the_goods_of_an_ended_order_are_back_already(pots: Payment) -> None:
    cancel_order(payment_id=pots.pk, actor="clerk", reason="sold out", requested_by=None)
    Operation.objects.update(status="failed", next_run_at=None)
    Attempt.objects.update(refund_pending=0)
    Payment.objects.update(refund_pending=0)

    a_refund(pots, 500, pieces={line(pots, "LID").pk: 1}, restock=True)

    assert (shelf("LID"), line(pots, "LID").restocked) == (10, 0)


def test_the_reason_of_the_list_and_the_note_go_with_the_refund(pots: Payment) -> None:
    a_refund(pots, 500, reason_id=a_reason("damaged").pk, note="the lid is cracked")

    assert Operation.objects.get().reason == "Damaged or faulty · the lid is cracked"


def dispatched(payment: Payment, count: int, *, key: str = "parcel") -> None:
    pieces = {line(payment, "POT").pk: count}
    draft = DispatchDraft(payment.order.pk, pieces, "Van", "", request_key=key, actor="clerk")
    record_dispatch(draft)


def test_pieces_on_the_shelf_again_are_not_sent(pots: Payment) -> None:
    a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2}, restock=True)
    dispatched(pots, 1)

    with pytest.raises(DispatchRefused):
        dispatched(pots, 1, key="another")
    assert line(pots, "POT").to_dispatch == 0


def test_pieces_that_were_sent_are_not_put_back_by_a_refund(pots: Payment) -> None:
    dispatched(pots, 2)

    with pytest.raises(RefundRefused, match="by a return"):
        a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2}, restock=True)
    assert (shelf("POT"), line(pots, "POT").refunded) == (7, 0)
    a_refund(pots, 4000, pieces={line(pots, "POT").pk: 2})


def test_an_order_whose_rest_was_put_back_is_completed_by_its_last_parcel(pots: Payment) -> None:
    back = {line(pots, "POT").pk: 2, line(pots, "LID").pk: 1}
    a_refund(pots, 4500, pieces=back, restock=True)

    dispatched(pots, 1)

    assert Order.objects.get(pk=pots.order_id).state == OrderState.COMPLETED


def test_a_return_of_another_order_is_refused() -> None:
    asked, other = a_received_return(), a_received_return()
    payment = Payment.objects.get(order=other.order_id)

    with pytest.raises(RefundRefused, match="another order"):
        a_refund(payment, 100, return_id=asked.pk)
    assert not Refund.objects.exists()


def test_a_refused_refund_leaves_its_return_open() -> None:
    asked = a_received_return()

    with pytest.raises(RefundRefused):
        a_refund(Payment.objects.get(), 9301, return_id=asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.refund_ref) == (ReturnState.RECEIVED, "")
