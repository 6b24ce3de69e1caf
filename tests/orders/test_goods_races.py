"""Races over goods on real connections: each is won by one, and no piece is counted twice."""

from __future__ import annotations

import pytest

from orders.errors import DispatchRefused, ReturnRefused
from orders.models import Dispatch, Mail, Order, OrderLine, ReturnRequest
from orders.services.returns import (
    Receipt,
    approve_return,
    receive_return,
    reject_return,
    request_return,
)
from orders.states import OrderState, ReturnState
from payments.errors import CancelRefused
from payments.services.cancel import cancel_order
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_return,
    a_sent_order,
    an_approved_return,
    draft,
)
from tests.payments.crowd import all_at_once, at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_return_approved_twice_at_once_is_approved_once() -> None:
    asked = a_return()

    answers = at_once(
        2, lambda n: approve_return(return_id=asked.pk, answer="By post.", actor=f"clerk {n}")
    )

    assert sorted(map(str, answers)) == ["False", "True"]
    assert Mail.objects.filter(kind="return_approved").count() == 1


def test_of_an_approval_and_a_rejection_one_decides() -> None:
    asked = a_return()

    def decide(number: int) -> str:
        act = (approve_return, reject_return)[number % 2]
        try:
            return str(act(return_id=asked.pk, answer="x", actor="clerk"))
        except ReturnRefused:
            return "refused"

    answers = at_once(2, decide)

    assert sorted(map(str, answers)) == ["True", "refused"]
    state = ReturnRequest.objects.get().state
    left = OrderLine.objects.get(sku="TEAPOT").returning
    assert left == (1 if state == ReturnState.APPROVED else 0)


def test_of_two_returns_of_the_same_pieces_one_wins() -> None:
    order = a_sent_order()
    forms = [draft(order, pieces={"TEAPOT": 2}) for _ in range(2)]

    def ask(number: int) -> str:
        try:
            request_return(forms[number])
        except ReturnRefused:
            return "refused"
        return "asked"

    assert sorted(map(str, at_once(2, ask))) == ["asked", "refused"]
    assert OrderLine.objects.get(sku="TEAPOT").returning == 2


def test_the_same_form_ten_times_at_once_is_one_return() -> None:
    order = a_sent_order()
    form = draft(order)

    answers = at_once(10, lambda _: request_return(form)[1])

    assert sorted(map(str, answers)) == ["False"] * 9 + ["True"]
    assert OrderLine.objects.get(sku="TEAPOT").returning == 1


def test_a_return_and_the_next_parcel_do_not_lose_each_other() -> None:
    order = a_paid_order()
    a_dispatch(order, pieces={"TEAPOT": 1})
    form = draft(order, pieces={"TEAPOT": 1})

    all_at_once(
        lambda: request_return(form),
        lambda: a_dispatch(order, pieces={"TEAPOT": 1, "CUP": 1}),
    )

    line = OrderLine.objects.get(sku="TEAPOT")
    assert (line.dispatched, line.returning) == (2, 1)
    assert Order.objects.get().state == OrderState.COMPLETED


def test_of_two_parcels_with_the_last_pieces_one_leaves() -> None:
    order = a_paid_order()

    def send(number: int) -> str:
        try:
            a_dispatch(order, pieces={"TEAPOT": 2}, request_key=f"k{number}")
        except DispatchRefused:
            return "refused"
        return "sent"

    assert sorted(map(str, at_once(2, send))) == ["refused", "sent"]
    assert OrderLine.objects.get(sku="TEAPOT").dispatched == 2


def test_a_parcel_and_a_cancellation_never_both_happen() -> None:
    order = a_paid_order()

    def send() -> str:
        try:
            a_dispatch(order)
        except DispatchRefused:
            return "refused"
        return "sent"

    def cancel() -> str:
        try:
            cancel_order(payment_id=order.payment.pk, actor="clerk", reason="x", requested_by=None)
        except CancelRefused:
            return "refused"
        return "cancelled"

    answers = all_at_once(send, cancel)

    assert answers in (["sent", "refused"], ["refused", "cancelled"])
    assert Dispatch.objects.exists() == (answers[0] == "sent")


def test_a_return_received_twice_at_once_is_on_the_shelf_once() -> None:
    asked = an_approved_return()
    counts = {line.pk: Receipt(1, 1) for line in asked.lines.all()}

    answers = at_once(
        2, lambda _: receive_return(return_id=asked.pk, receipts=counts, actor="clerk")
    )

    assert sorted(map(str, answers)) == ["False", "True"]
    assert Mail.objects.filter(kind="return_received").count() == 1
