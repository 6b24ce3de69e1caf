"""A return that no refund of its own ends is closed with a word to the shopper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from pytest_django import Settings

from orders.emails import render_mail
from orders.errors import ReturnRefused
from orders.models import Mail, OrderLine, ReturnRequest
from orders.services.returns import close_return
from orders.states import ReturnState
from payments.errors import PaymentError
from payments.models import Payment
from payments.services.approve import Decision, approve_refund
from payments.services.refund import RefundDraft, request_refund
from payments.states import Approval
from tests.orders.goods import a_received_return, a_return, an_approved_return
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff

pytestmark = pytest.mark.django_db
TYPED = {"answer": "Sent to your bank account.", "request_key": "k1"}


def close(asked: ReturnRequest, answer: str = "It was worn.") -> bool:
    return close_return(return_id=asked.pk, answer=answer, actor="clerk")


def test_a_return_is_closed_once_and_the_shopper_told_why() -> None:
    asked = a_received_return()

    assert [close(asked), close(asked, "Again.")] == [True, False]

    asked.refresh_from_db()
    assert (asked.state, asked.closing, asked.closed_by) == ("closed", "It was worn.", "clerk")
    _subject, text = render_mail(Mail.objects.get(kind="return_closed"))
    assert f"Your return {asked.number} is closed:" in text
    assert "It was worn." in text


def returning() -> int:
    """How many teapots count as asked back."""
    return OrderLine.objects.get(sku="TEAPOT").returning


def test_a_parcel_that_never_comes_is_waited_for_no_longer() -> None:
    asked = an_approved_return(pieces={"TEAPOT": 2})

    assert [close(asked), close(asked)] == [True, False]

    assert ReturnRequest.objects.get().state == ReturnState.CLOSED
    assert returning() == 0  # they may be asked for anew


def test_pieces_that_had_come_stay_counted_when_their_return_is_closed() -> None:
    close(a_received_return(pieces={"TEAPOT": 2}))  # one of them came

    assert returning() == 1


def test_what_nobody_has_approved_is_rejected_and_not_closed() -> None:
    asked = a_return()

    with pytest.raises(ReturnRefused, match="asked for"):
        close(asked)


def a_waiting_refund(asked: ReturnRequest) -> int:
    """It pays back a return, and waits for somebody else."""
    payment = Payment.objects.get(order=asked.order_id)
    draft = RefundDraft(payment.pk, payment.money(4200), "k", return_id=asked.pk)
    refund, _fresh = request_refund(draft)
    assert refund.approval == Approval.WAITING
    return refund.pk


def test_a_refund_that_waited_for_approval_is_not_sent_for_a_closed_return(
    settings: Settings,
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "10"}}
    asked = a_received_return()
    waiting = a_waiting_refund(asked)
    close(asked)

    with pytest.raises((PaymentError, ReturnRefused), match="“closed”"):
        approve_refund(Decision(waiting, None))

    assert Payment.objects.get().refund_pending == 4200
    assert ReturnRequest.objects.get().state == ReturnState.CLOSED


def url(asked: ReturnRequest) -> str:
    return reverse("admin:orders_returnrequest_act", args=[asked.pk, "close"])


@pytest.mark.parametrize("make", [an_approved_return, a_received_return])
def test_who_may_close_returns_closes_one_by_a_page_of_its_own(
    make: Callable[[], ReturnRequest],
) -> None:
    asked = make()
    clerk = staff(SEE_ORDERS, "orders.view_returnrequest", "orders.close_returnrequest")
    assert url(asked) in clerk.get(order_url(asked.order)).content.decode()

    answer = clerk.post(url(asked), TYPED)

    assert answer.status_code == 302
    assert ReturnRequest.objects.get().closing == TYPED["answer"]
    assert asked.number in LogEntry.objects.get().change_message
    shown = clerk.get(order_url(asked.order)).content.decode()
    assert f"Return {asked.number} closed without a refund" in shown


def test_who_may_only_receive_closes_nothing() -> None:
    asked = a_received_return()
    clerk = staff(SEE_ORDERS, "orders.view_returnrequest", "orders.receive_returnrequest")

    assert clerk.get(url(asked)).status_code == 403
    assert clerk.post(url(asked), TYPED).status_code == 403
    assert ReturnRequest.objects.get().state == ReturnState.RECEIVED
