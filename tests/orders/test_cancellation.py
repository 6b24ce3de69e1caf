"""The wish to cancel: one for each order, before anything has left, decided once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models import F

from orders.errors import CancellationRefused
from orders.models import CancellationRequest, Mail, Order, OrderLine
from orders.services.cancel import cancel_order, reopen_order
from orders.services.cancellation import ask_to_cancel, reject_cancellation
from orders.services.dispatch import complete_if_sent
from orders.services.expire import expire_order
from orders.states import CancellationState, OrderState
from orders.timeline import goods_story
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


def wished_and_open_again() -> Order:
    """The shopper asked to cancel, and then the bank let the money go."""
    order = a_paid_order()
    ask(order)
    reopen_order(order, subject_ref="A1")
    return order


def wish_after(end: Callable[[Order], object]) -> tuple[str, str, list[str]]:
    """How the wish stands once its order has ended so, who decided, and what was mailed."""
    order = wished_and_open_again()
    before = set(Mail.objects.values_list("pk", flat=True))
    end(order)
    wish = CancellationRequest.objects.get()
    mails = Mail.objects.exclude(pk__in=before).values_list("kind", flat=True)
    return wish.state, wish.decided_by, list(mails)


def test_a_wish_comes_true_when_its_order_expires_and_one_mail_says_so() -> None:
    assert wish_after(lambda order: expire_order(order, actor="expiry")) == (
        CancellationState.APPROVED,
        "",
        ["expired"],
    )


def test_a_wish_comes_true_when_nothing_of_its_order_is_left_to_send() -> None:
    order = a_paid_order()
    ask(order)
    OrderLine.objects.update(refunded=F("quantity"), restocked=F("quantity"))

    assert complete_if_sent(order, actor="clerk")

    assert CancellationRequest.objects.get().state == CancellationState.APPROVED


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (lambda order: cancel_order(order, actor="clerk", reason=""), "was cancelled as asked"),
        (lambda order: expire_order(order, actor="expiry"), "The order ended, and the wish"),
    ],
)
def test_the_story_says_what_a_wish_came_to(end: Callable[[Order], object], said: str) -> None:
    order = wished_and_open_again()
    end(order)

    *_, last = goods_story(Order.objects.get(pk=order.pk))
    assert said in last.title
