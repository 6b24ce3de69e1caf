"""Returns: within the time, no piece twice, one decides, and what comes is on the shelf once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, transaction
from pytest_django import Settings

from orders.emails import send_due_mail
from orders.errors import ReturnRefused
from orders.models import Mail, OrderLine, ReturnLine, ReturnReason, ReturnRequest
from orders.models.goods import SHIPPED_REASONS
from orders.services.returns import (
    Receipt,
    approve_return,
    close_by_refund,
    receive_return,
    reject_return,
    request_return,
)
from orders.states import CANCELLATION_NEXT, RETURN_NEXT, ReturnState
from tests.factories import later
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_return,
    a_sent_order,
    an_approved_return,
    draft,
)
from tests.orders.shelf import NotedStock

pytestmark = pytest.mark.django_db


def returning(sku: str = "TEAPOT") -> int:
    return OrderLine.objects.get(sku=sku).returning


def receive(asked: ReturnRequest, received: int, restocked: int = 0) -> bool:
    receipts = {line.pk: Receipt(received, restocked) for line in asked.lines.all()}
    return receive_return(return_id=asked.pk, receipts=receipts, actor="clerk")


def test_the_tables_hold_these_steps_and_no_other() -> None:
    steps = {(str(a), str(b)) for a, nexts in RETURN_NEXT.items() for b in nexts}
    wishes = {(str(a), str(b)) for a, nexts in CANCELLATION_NEXT.items() for b in nexts}

    assert wishes == {("requested", "approved"), ("requested", "rejected")}
    ends = {("received", "refunded"), ("received", "closed")}
    assert steps == wishes | {("approved", "received"), ("approved", "closed")} | ends


def test_what_is_asked_back_is_kept_and_mailed_once() -> None:
    order = a_sent_order()
    form = draft(order, pieces={"TEAPOT": 1})

    answers = [request_return(form)[1] for _ in range(2)]

    assert answers == [True, False]
    asked = ReturnRequest.objects.get()
    assert (asked.state, asked.note, returning()) == (ReturnState.REQUESTED, "too small", 1)
    assert Mail.objects.filter(kind="return_requested").count() == 1


def test_the_same_pieces_are_not_asked_back_twice() -> None:
    order = a_sent_order()
    a_return(order, pieces={"TEAPOT": 2})

    with pytest.raises(ReturnRefused, match="Teapot: nothing more of it can be sent back"):
        a_return(order, pieces={"TEAPOT": 1, "CUP": 1})

    assert (returning(), returning("CUP")) == (2, 0)
    assert ReturnRequest.objects.count() == 1


def test_who_has_asked_for_everything_is_told_so() -> None:
    order = a_sent_order()
    a_return(order, pieces={"TEAPOT": 2, "CUP": 1})

    with pytest.raises(ReturnRefused, match="everything that was sent"):
        a_return(order)


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "too many": ({"pieces": {"TEAPOT": 3}}, "Teapot: at most 2 pieces can be sent back."),
    "none": ({"pieces": {}}, "Choose at least one piece to send back."),
    "less than none": ({"pieces": {"TEAPOT": -1}}, "Choose at least one piece to send back."),
    "no reason": ({"reason_id": 0}, "Choose a reason from the list."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_return_that_cannot_be_is_refused_with_the_reason(case: str) -> None:
    order, (given, said) = a_sent_order(), REFUSED[case]

    with pytest.raises(ReturnRefused, match=said):
        a_return(order, **given)

    assert (returning(), ReturnRequest.objects.count()) == (0, 0)


def test_what_has_not_left_is_not_sent_back() -> None:
    order = a_paid_order()

    with pytest.raises(ReturnRefused, match="has been sent yet"):
        a_return(order)

    a_dispatch(order, pieces={"TEAPOT": 1})
    with pytest.raises(ReturnRefused, match="Teapot: at most 1 piece can"):
        a_return(order, pieces={"TEAPOT": 2})


def test_things_may_go_back_until_the_thirtieth_day_after_the_parcel() -> None:
    order = a_sent_order()

    with later(timedelta(days=29, hours=23)):
        a_return(order)

    assert ReturnRequest.objects.count() == 1


def test_who_asks_later_is_told_when_the_time_ended() -> None:
    order = a_sent_order()

    with (
        later(timedelta(days=30, hours=1)),
        pytest.raises(ReturnRefused, match="The time to send things back ended on"),
    ):
        a_return(order)

    assert (returning(), ReturnRequest.objects.count()) == (0, 0)


def test_the_last_parcel_begins_the_time_anew() -> None:
    order = a_paid_order()
    a_dispatch(order, pieces={"TEAPOT": 2})
    with later(timedelta(days=20)):
        a_dispatch(order, pieces={"CUP": 1})

    with later(timedelta(days=40)):
        a_return(order)

    assert ReturnRequest.objects.exists()


def test_a_shop_that_takes_nothing_back_says_so(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "return_days": 0}

    with pytest.raises(ReturnRefused, match="not taken here"):
        a_return()


def test_a_form_of_another_order_asks_for_nothing() -> None:
    a_return(request_key="k1")

    with pytest.raises(ReturnRefused, match="another order"):
        a_return(request_key="k1")


def approve(asked: ReturnRequest) -> bool:
    return approve_return(return_id=asked.pk, answer="By post, please.", actor="clerk")


def reject(asked: ReturnRequest) -> bool:
    return reject_return(return_id=asked.pk, answer="It was worn.", actor="clerk")


@pytest.mark.parametrize(
    ("decide", "state", "left"), [(approve, "approved", 1), (reject, "rejected", 0)]
)
def test_a_decision_is_made_once_and_mailed(
    decide: Callable[[ReturnRequest], bool], state: str, left: int
) -> None:
    asked = a_return()

    answers = [decide(asked) for _ in range(2)]

    assert answers == [True, False]
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, returning()) == (state, "clerk", left)
    assert Mail.objects.filter(kind=f"return_{state}").count() == 1


def test_what_was_decided_is_not_decided_otherwise() -> None:
    asked = a_return()
    approve(asked)

    with pytest.raises(ReturnRefused, match="approved, awaited"):
        reject(asked)

    assert (ReturnRequest.objects.get().state, returning()) == (ReturnState.APPROVED, 1)


def test_what_was_rejected_may_be_asked_for_anew() -> None:
    order = a_sent_order()
    reject(a_return(order, pieces={"TEAPOT": 2}))

    a_return(order, pieces={"TEAPOT": 2})

    assert returning() == 2


def test_what_comes_is_on_the_shelf_once(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "stock": "tests.orders.shelf.NotedStock"}
    asked = an_approved_return(pieces={"TEAPOT": 2})

    answers = [receive(asked, received=2, restocked=1) for _ in range(2)]

    assert answers == [True, False]
    line = ReturnLine.objects.get()
    assert (line.received, line.restocked, returning()) == (2, 1, 2)
    ref = f"{asked.order.number}/{asked.number}"
    assert NotedStock.given_back.pop(ref) == {"TEAPOT": 1}


def test_what_did_not_come_may_be_sent_back_later() -> None:
    asked = an_approved_return(pieces={"TEAPOT": 2})

    receive(asked, received=1)

    assert returning() == 1


@pytest.mark.parametrize(("received", "restocked"), [(3, 0), (1, 2), (0, 0), (-1, 0), (1, -1)])
def test_a_receipt_that_cannot_be_changes_nothing(received: int, restocked: int) -> None:
    asked = an_approved_return(pieces={"TEAPOT": 2})

    with pytest.raises(ReturnRefused):
        receive(asked, received, restocked)

    assert ReturnRequest.objects.get().state == ReturnState.APPROVED
    assert ReturnLine.objects.get().received == 0


def test_nothing_is_received_before_it_was_approved() -> None:
    asked = a_return()

    with pytest.raises(ReturnRefused):
        receive(asked, 1)

    assert ReturnRequest.objects.get().state == ReturnState.REQUESTED


def test_a_received_return_is_closed_once_by_its_refund() -> None:
    asked = an_approved_return()
    receive(asked, 1)

    answers = [close_by_refund(asked, ref="R1") for _ in range(2)]

    assert answers == [True, False]
    asked.refresh_from_db()
    assert (asked.state, asked.refund_ref) == (ReturnState.REFUNDED, "R1")


def test_goods_that_are_not_here_are_not_refunded() -> None:
    with pytest.raises(ReturnRefused):
        close_by_refund(an_approved_return(), ref="R1")

    assert ReturnRequest.objects.get().state == ReturnState.APPROVED


def test_the_mails_tell_each_step_in_the_shoppers_language() -> None:
    asked = an_approved_return(order=a_sent_order(language="zh-hans"))
    receive(asked, 1)
    send_due_mail()

    told = {each.subject: each.body for each in mail.outbox if "退" in each.subject}
    assert len(told) == 3
    assert all("Teapot" in body for body in told.values())
    assert any("By post, please." in body and asked.number in body for body in told.values())


def test_the_migration_writes_the_reasons_that_are_translated() -> None:
    migration = import_module("orders.migrations.0007_reasons_for_returns")

    assert migration.REASONS == SHIPPED_REASONS


def test_a_shop_begins_with_our_reasons_and_keeps_its_own() -> None:
    migration = import_module("orders.migrations.0007_reasons_for_returns")
    ReturnReason.objects.all().delete()

    for _ in range(2):
        migration.write_reasons(apps, None)

    assert tuple(ReturnReason.objects.values_list("label", flat=True)) == SHIPPED_REASONS


def test_the_database_refuses_more_back_than_have_left() -> None:
    a_paid_order()

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(sku="CUP").update(returning=1)
