"""Goods leave once: pieces are counted, mailed once, and a whole paid order is completed."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import Settings

from orders.emails import send_due_mail
from orders.errors import CancellationRefused, DispatchRefused
from orders.models import CancellationRequest, Dispatch, Mail, Order, OrderLine, StateChange
from orders.services.cancel import cancel_order
from orders.services.cancellation import ask_to_cancel
from orders.services.dispatch import DispatchDraft, record_dispatch, tracking_url
from orders.services.expire import expire_order
from orders.services.settle import mark_held, mark_paid
from orders.states import CancellationState, OrderState
from tests.factories import an_order
from tests.orders.goods import a_dispatch, a_paid_order, keys_of
from tests.orders.shelf import NotedStock

pytestmark = pytest.mark.django_db


def sent() -> dict[str, int]:
    return dict(OrderLine.objects.values_list("sku", "dispatched"))


def test_a_part_leaves_and_the_order_stays_open_for_the_rest() -> None:
    order = a_paid_order()

    a_dispatch(order, pieces={"TEAPOT": 1})

    assert sent() == {"TEAPOT": 1, "CUP": 0}
    assert Order.objects.get().state == OrderState.CONFIRMED


def test_the_last_piece_completes_the_order() -> None:
    order = a_paid_order()
    a_dispatch(order, pieces={"TEAPOT": 2})
    a_dispatch(order, pieces={"CUP": 1})

    change = StateChange.objects.latest("pk")
    assert (change.after, change.actor, change.reason) == ("completed", "clerk", "dispatched")


def test_the_same_form_twice_is_one_parcel() -> None:
    order = a_paid_order()
    form = DispatchDraft(order.pk, keys_of(order, {"TEAPOT": 1}), "DHL", "", "k1", "clerk")

    answers = [record_dispatch(form)[1] for _ in range(2)]

    assert answers == [True, False]
    assert sent()["TEAPOT"] == 1
    assert Mail.objects.filter(kind="dispatched").count() == 1


@pytest.mark.parametrize(
    ("pieces", "said"),
    [({"TEAPOT": 3}, "Teapot: 2 left to dispatch"), ({"CUP": 0}, "choose at least one piece")],
)
def test_pieces_that_are_not_there_do_not_leave(pieces: dict[str, int], said: str) -> None:
    order = a_paid_order()

    with pytest.raises(DispatchRefused, match=said):
        a_dispatch(order, pieces=pieces)

    assert sent() == {"TEAPOT": 0, "CUP": 0}
    assert not Dispatch.objects.exists()


def test_pieces_of_another_order_do_not_leave() -> None:
    order, other = a_paid_order(), a_paid_order()

    with pytest.raises(DispatchRefused):
        record_dispatch(
            DispatchDraft(order.pk, keys_of(other, {"CUP": 1}), "DHL", "", "k1", "clerk")
        )

    assert not Dispatch.objects.exists()


def test_an_unpaid_order_is_not_sent() -> None:
    with pytest.raises(DispatchRefused, match="only a confirmed order"):
        a_dispatch(an_order())


def test_what_is_sent_while_a_bank_holds_the_money_is_completed_by_the_capture() -> None:
    order = an_order()
    mark_held(order, actor="test")
    a_dispatch(order)
    order.refresh_from_db()
    before = order.state

    mark_paid(order, actor="test")

    assert (before, Order.objects.get().state) == (OrderState.CONFIRMED, OrderState.COMPLETED)


def test_an_order_that_has_left_is_not_cancelled() -> None:
    order = a_paid_order()
    a_dispatch(order, pieces={"CUP": 1})

    with pytest.raises(CancellationRefused):
        cancel_order(order, actor="clerk", reason="")

    assert Order.objects.get().state == OrderState.CONFIRMED


def test_a_wish_nobody_has_read_holds_the_parcel_back() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="")

    with pytest.raises(DispatchRefused, match="asks to cancel"):
        a_dispatch(order)

    assert not Dispatch.objects.exists()


def test_a_parcel_sent_all_the_same_answers_the_wish() -> None:
    order = a_paid_order(language="zh-hans")
    ask_to_cancel(order_id=order.pk, note="")

    a_dispatch(order, despite=CancellationRequest.objects.get().pk)

    wish = CancellationRequest.objects.get()
    assert (wish.state, wish.decided_by) == (CancellationState.REJECTED, "clerk")
    assert wish.answer == "您的订单已经寄出。"
    assert Mail.objects.filter(kind="cancellation_rejected").exists()


def test_goods_that_have_left_do_not_come_back_to_the_shelf_when_the_rest_expires(
    settings: Settings,
) -> None:
    settings.ORDERS = {**settings.ORDERS, "stock": "tests.orders.shelf.NotedStock"}
    order = a_paid_order()
    a_dispatch(order, pieces={"TEAPOT": 1})
    Order.objects.update(state=OrderState.OPEN)
    order.refresh_from_db()

    expire_order(order, actor="test")

    assert NotedStock.given_back.pop(order.number) == {"TEAPOT": 1, "CUP": 1}


def test_the_mail_says_what_left_and_where_it_is(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "carriers": {"DHL": "https://dhl.example/{number}"}}
    order = a_paid_order()
    Mail.objects.all().delete()

    a_dispatch(order, pieces={"TEAPOT": 1}, carrier="dhl", tracking_number="JD 1/2")
    send_due_mail()

    (told,) = mail.outbox
    assert told.subject == f"Your order {order.number} is on its way"
    assert "1 x Teapot" in told.body
    assert "the rest follows" in told.body
    assert "https://dhl.example/JD%201%2F2" in told.body


@pytest.mark.parametrize(("carrier", "number"), [("Snail", "1"), ("DHL", ""), ("Van", "1")])
def test_no_page_is_named_where_none_is_known(
    settings: Settings, carrier: str, number: str
) -> None:
    known = {"DHL": "https://dhl.example/{number}", "Van": ""}
    settings.ORDERS = {**settings.ORDERS, "carriers": known}

    assert tracking_url(carrier, number) == ""


def test_the_database_refuses_more_than_was_bought() -> None:
    a_paid_order()

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(sku="CUP").update(dispatched=2)
