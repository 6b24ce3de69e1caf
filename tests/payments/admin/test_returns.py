"""Staff decide and receive returns: each step with its permission, once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from orders.models import CancellationRequest, ReturnRequest
from orders.services.cancellation import ask_to_cancel
from orders.services.returns import approve_return, reject_return
from orders.states import ReturnState
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_reason,
    a_received_return,
    a_return,
    an_approved_return,
)
from tests.payments.admin.cast import REFUND, SEE_ORDERS, order_url, staff

pytestmark = pytest.mark.django_db
SEE_RETURNS = "orders.view_returnrequest"
LIST = reverse("admin:orders_returnrequest_changelist")
TYPED = {"answer": "As you like.", "request_key": "k1"}


def act_url(asked: ReturnRequest, act: str) -> str:
    return reverse("admin:orders_returnrequest_act", args=[asked.pk, act])


def return_url(asked: ReturnRequest) -> str:
    return reverse("admin:orders_returnrequest_change", args=[asked.pk])


def clerk_for(act: str) -> Client:
    return staff(SEE_ORDERS, SEE_RETURNS, f"orders.{act}_returnrequest")


def receipts(asked: ReturnRequest, received: object, restocked: object = 0) -> dict[str, object]:
    (line,) = asked.lines.all()
    return {f"received_{line.pk}": received, f"restocked_{line.pk}": restocked}


@pytest.mark.parametrize(
    ("act", "state"), [("approve", ReturnState.APPROVED), ("reject", ReturnState.REJECTED)]
)
def test_a_return_is_decided_once_by_a_page_of_its_own(act: str, state: ReturnState) -> None:
    asked, clerk = a_return(), clerk_for(act)
    assert act_url(asked, act) in clerk.get(order_url(asked.order)).content.decode()

    for _ in range(2):
        answer = clerk.post(act_url(asked, act), TYPED)
        assert (answer.status_code, answer["Location"]) == (302, order_url(asked.order))

    asked.refresh_from_db()
    assert (asked.state, asked.answer, asked.decided_by) == (state, "As you like.", "clerk")
    assert asked.number in LogEntry.objects.get().change_message
    assert "This was done already." in clerk.get(order_url(asked.order)).content.decode()


def test_how_to_send_things_back_is_filled_in(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "return_instructions": "To 4 Weir Street"}

    page = clerk_for("approve").get(act_url(a_return(), "approve")).content.decode()

    assert "To 4 Weir Street" in page


def test_a_return_is_not_rejected_without_a_reason() -> None:
    asked = a_return()

    answer = clerk_for("reject").post(act_url(asked, "reject"), TYPED | {"answer": ""})

    assert answer.status_code == 400
    assert ReturnRequest.objects.get().state == ReturnState.REQUESTED


def test_who_comes_second_reads_what_was_decided() -> None:
    asked = a_return()
    reject_return(return_id=asked.pk, answer="It was worn.", actor="colleague")

    answer = clerk_for("approve").post(act_url(asked, "approve"), TYPED)

    assert answer.status_code == 400
    assert (
        "This can no longer be done: the state of the return is “rejected”."
        in answer.content.decode()
    )
    assert ReturnRequest.objects.get().decided_by == "colleague"


def test_what_came_is_noted_with_what_goes_on_the_shelf() -> None:
    asked, clerk = an_approved_return(pieces={"TEAPOT": 2}), clerk_for("receive")

    answer = clerk.post(act_url(asked, "receive"), receipts(asked, 2, 1) | {"request_key": "k"})

    assert answer.status_code == 302
    line = asked.lines.get()
    assert (line.received, line.restocked) == (2, 1)
    assert "1 back on the shelf" in clerk.get(order_url(asked.order)).content.decode()


@pytest.mark.parametrize(("received", "restocked"), [(3, 0), (1, 2), (0, 0), (-1, 0), ("two", 0)])
def test_a_receipt_that_cannot_be_is_refused_and_kept_as_typed(
    received: object, restocked: object
) -> None:
    asked = an_approved_return(pieces={"TEAPOT": 2})
    typed = receipts(asked, received, restocked) | {"request_key": "k"}

    answer = clerk_for("receive").post(act_url(asked, "receive"), typed)

    assert (answer.status_code, f'value="{received}"' in answer.content.decode()) == (400, True)
    assert ReturnRequest.objects.get().state == ReturnState.APPROVED


def test_a_received_return_leads_to_its_refund() -> None:
    asked = a_received_return()
    clerk = staff(SEE_ORDERS, SEE_RETURNS, REFUND)

    for page in (order_url(asked.order), return_url(asked)):
        assert act_url(asked, "refund") in clerk.get(page).content.decode()


@pytest.mark.parametrize("act", ["approve", "reject", "receive"])
def test_without_permission_there_is_no_button_and_no_page(act: str) -> None:
    asked = an_approved_return() if act == "receive" else a_return()
    others = {"approve", "reject", "receive"} - {act}
    clerk = staff(SEE_ORDERS, SEE_RETURNS, *(f"orders.{each}_returnrequest" for each in others))
    before = asked.state

    assert act_url(asked, act) not in clerk.get(order_url(asked.order)).content.decode()
    assert clerk.get(act_url(asked, act)).status_code == 403
    assert clerk.post(act_url(asked, act), TYPED).status_code == 403
    assert ReturnRequest.objects.get().state == before


@pytest.mark.parametrize("missing", [SEE_ORDERS, SEE_RETURNS])
def test_who_may_not_see_it_may_not_decide_it(missing: str) -> None:
    asked = a_return()
    seen = {SEE_ORDERS, SEE_RETURNS, "orders.approve_returnrequest"} - {missing}

    assert staff(*seen).post(act_url(asked, "approve"), TYPED).status_code == 403


@pytest.mark.parametrize("act", ["refunded", "requested", "x"])
def test_there_is_no_page_for_any_other_step(act: str) -> None:
    assert clerk_for("approve").get(act_url(a_return(), act)).status_code == 404


def test_an_unknown_return_is_not_found() -> None:
    url = act_url(a_return(), "approve").replace("/approve/", "987654/approve/")

    assert clerk_for("approve").get(url).status_code == 404


def test_the_list_shows_what_is_open_and_the_rest_on_demand() -> None:
    asked, closed = a_return(), a_return()
    reject_return(return_id=closed.pk, answer="no", actor="clerk")
    clerk = staff(SEE_RETURNS)

    shown = [
        set(clerk.get(LIST, {"standing": which} if which else {}).context["cl"].result_list)
        for which in ("", "closed", "all")
    ]

    assert shown == [{asked}, {closed}, {asked, closed}]


@pytest.mark.parametrize("what", ["number", "order"])
def test_a_return_is_found_by_its_number_and_by_its_order(what: str) -> None:
    asked, _other = a_return(), a_return()
    term = asked.number if what == "number" else asked.order.number

    answer = staff(SEE_RETURNS).get(LIST, {"q": term})

    assert list(answer.context["cl"].result_list) == [asked]


def test_the_page_of_a_return_tells_all_of_it() -> None:
    asked = an_approved_return()

    page = staff(SEE_RETURNS).get(return_url(asked)).content.decode()

    assert all(word in page for word in (asked.order.number, "too small", "By post, please."))


def test_the_reasons_are_the_staffs_own() -> None:
    chief = Client()
    chief.force_login(get_user_model().objects.create_superuser("chief"))
    reason = a_reason()
    url = reverse("admin:orders_returnreason_change", args=[reason.pk])

    chief.post(url, {"label": "Wrong colour", "position": 3})

    reason.refresh_from_db()
    assert (reason.label, reason.active) == ("Wrong colour", False)


def test_the_timeline_tells_of_parcels_returns_and_wishes() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="bought twice")
    a_dispatch(order, despite=CancellationRequest.objects.get().pk)
    asked = a_return(order)
    approve_return(return_id=asked.pk, answer="By post.", actor="clerk")

    page = staff(SEE_ORDERS, SEE_RETURNS).get(order_url(order)).content.decode()

    told = [
        "The shopper asks to cancel",
        "The wish to cancel was rejected",
        "Dispatched with DHL",
        f"Return {asked.number} asked for",
        f"Return {asked.number} approved",
        "Mail: how to send it back",
        "paid, and all of it has left",
    ]
    assert [words for words in told if words not in page] == []
    assert return_url(asked) in page


def test_the_list_takes_as_many_statements_for_many_returns(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    clerk = staff(SEE_RETURNS)
    for _ in range(3):
        a_return()

    with django_assert_num_queries(7):  # as the orders, and the reasons to filter by
        clerk.get(LIST)
