"""The wish to cancel: one for each order, before anything has left, decided once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from orders.errors import CancellationRefused
from orders.models import CancellationRequest, Mail, Order
from orders.services.cancel import cancel_order
from orders.services.cancellation import ask_to_cancel, reject_cancellation
from orders.states import CancellationState, OrderState
from tests.factories import an_order
from tests.orders.goods import a_dispatch, a_paid_order, a_sent_order

pytestmark = pytest.mark.django_db


def ask(order: Order) -> bool:
    return ask_to_cancel(order_id=order.pk, note="bought twice")


def reject(order: Order) -> bool:
    return reject_cancellation(order_id=order.pk, answer="It has left.", actor="clerk")


def half_sent() -> Order:
    order = a_paid_order()
    a_dispatch(order, pieces={"CUP": 1})
    return order


def cancelled() -> Order:
    order = a_paid_order()
    cancel_order(order, actor="clerk", reason="")
    return order


def test_a_wish_is_kept_and_mailed_once() -> None:
    order = a_paid_order()

    answers = [ask(order) for _ in range(2)]

    assert answers == [True, False]
    assert CancellationRequest.objects.get().note == "bought twice"
    assert Mail.objects.filter(kind="cancellation_requested").count() == 1
    assert Order.objects.get().state == OrderState.CONFIRMED


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (an_order, "not paid yet"),
        (half_sent, "has been sent"),
        (a_sent_order, "has been sent"),
        (cancelled, "is closed"),
    ],
)
def test_a_wish_that_comes_too_early_or_too_late_is_refused(
    make: Callable[[], Order], said: str
) -> None:
    order = make()

    with pytest.raises(CancellationRefused, match=said):
        ask(order)

    assert not CancellationRequest.objects.exists()


def test_cancelling_fulfils_the_wish() -> None:
    order = a_paid_order()
    ask(order)

    cancel_order(order, actor="clerk", reason="as asked")

    wish = CancellationRequest.objects.get()
    assert (wish.state, wish.decided_by) == (CancellationState.APPROVED, "clerk")


def test_a_wish_is_rejected_once_with_the_reason() -> None:
    order = a_paid_order()
    ask(order)

    answers = [reject(order) for _ in range(2)]

    assert answers == [True, False]
    assert CancellationRequest.objects.get().answer == "It has left."
    assert Mail.objects.get(kind="cancellation_rejected").context == {"answer": "It has left."}


def test_a_rejected_wish_is_not_asked_again() -> None:
    order = a_paid_order()
    ask(order)
    reject(order)

    with pytest.raises(CancellationRefused, match="answered this already"):
        ask(order)


def test_an_order_whose_wish_was_rejected_can_be_cancelled_all_the_same() -> None:
    order = a_paid_order()
    ask(order)
    reject(order)

    assert cancel_order(order, actor="clerk", reason="broken in the store")
    assert CancellationRequest.objects.get().state == CancellationState.REJECTED


def test_a_fulfilled_wish_is_not_rejected() -> None:
    order = a_paid_order()
    ask(order)
    cancel_order(order, actor="clerk", reason="")

    with pytest.raises(CancellationRefused, match="decided otherwise"):
        reject(order)
