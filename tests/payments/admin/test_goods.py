"""Staff note parcels, decide returns and wishes to cancel: each with its permission, once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from orders.models import CancellationRequest, Dispatch, Order, ReturnRequest
from orders.services.cancellation import ask_to_cancel
from orders.services.returns import Receipt, approve_return, receive_return, reject_return
from orders.services.settle import mark_held
from orders.states import CancellationState, OrderState, ReturnState
from payments.models import Payment
from payments.services.refund import request_refund
from tests.factories import an_order
from tests.orders.goods import (
    a_dispatch,
    a_paid_order,
    a_reason,
    a_return,
    a_sent_order,
    an_approved_return,
)
from tests.payments.admin.cast import REFUND, SEE_ORDERS, order_url, refund_url, staff

pytestmark = pytest.mark.django_db
DISPATCH = "orders.dispatch_order"
SEE_RETURNS = "orders.view_returnrequest"
REJECT_WISH = "orders.reject_cancellationrequest"
LIST = reverse("admin:orders_returnrequest_changelist")
WISHES = reverse("admin:orders_cancellationrequest_changelist")


def dispatch_url(order: Order) -> str:
    return reverse("admin:orders_order_dispatch", args=[order.pk])


def wish_url(order: Order) -> str:
    return reverse("admin:orders_order_reject_wish", args=[order.pk])


def act_url(asked: ReturnRequest, act: str) -> str:
    return reverse("admin:orders_returnrequest_act", args=[asked.pk, act])


def return_url(asked: ReturnRequest) -> str:
    return reverse("admin:orders_returnrequest_change", args=[asked.pk])


def clerk_for(act: str) -> Client:
    return staff(SEE_ORDERS, SEE_RETURNS, f"orders.{act}_returnrequest")


def send_parcel(clerk: Client, order: Order, **given: object) -> HttpResponse:
    """All that is left with DHL, unless told otherwise; pieces by SKU."""
    pieces = {f"pieces_{x.pk}": given.pop(x.sku, x.to_dispatch) for x in order.lines.all()}
    typed = {"carrier": "DHL", "tracking_number": "JD01", "request_key": "k1"}
    return clerk.post(dispatch_url(order), typed | pieces | given)  # type: ignore[return-value]  # a test response


def receipts(asked: ReturnRequest, received: object, restocked: object = 0) -> dict[str, object]:
    (line,) = asked.lines.all()
    return {f"received_{line.pk}": received, f"restocked_{line.pk}": restocked}


def refund(payment: Payment) -> None:
    """All that can be refunded."""
    request_refund(
        payment_id=payment.pk,
        amount=payment.refundable,
        reason="broken",
        request_key="k",
        requested_by=None,
    )


TYPED = {"answer": "As you like.", "request_key": "k1"}


def test_a_parcel_is_noted_with_all_that_is_left_filled_in(settings: Settings) -> None:
    settings.ORDERS = {**settings.ORDERS, "carriers": {"DHL": "https://dhl.example/{number}"}}
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    page = clerk.get(dispatch_url(order)).content.decode()
    assert '<option value="DHL">' in page
    assert 'value="2"' in page

    answer = send_parcel(clerk, order)

    assert (answer.status_code, answer["Location"]) == (302, order_url(order))
    parcel = Dispatch.objects.get()
    assert (parcel.actor, parcel.tracking_url) == ("clerk", "https://dhl.example/JD01")
    assert Order.objects.get().state == OrderState.COMPLETED
    assert "DHL JD01" in LogEntry.objects.get().change_message


def test_a_second_click_sends_nothing_more() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    send_parcel(clerk, order, TEAPOT=1, CUP=0)

    send_parcel(clerk, order, TEAPOT=1, CUP=0)

    assert Dispatch.objects.count() == LogEntry.objects.count() == 1
    assert "was noted already" in clerk.get(order_url(order)).content.decode()


REFUSED: dict[str, tuple[dict[str, object], str]] = {
    "too many": ({"TEAPOT": 3}, "Teapot: 2 left to dispatch."),
    "none": ({"TEAPOT": 0, "CUP": 0}, "Choose at least one piece."),
    "less than none": ({"CUP": -1}, "greater than or equal to 0"),
    "no carrier": ({"carrier": ""}, "This field is required."),
    "a number without end": ({"tracking_number": "1" * 81}, "at most 80 characters"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_parcel_that_cannot_be_is_refused_and_kept_as_typed(case: str) -> None:
    order, (given, said) = a_paid_order(), REFUSED[case]

    answer = send_parcel(staff(SEE_ORDERS, DISPATCH), order, **({"carrier": "Snail"} | given))

    page = answer.content.decode()
    assert (answer.status_code, said in page) == (400, True)
    assert case == "no carrier" or 'value="Snail"' in page
    assert not Dispatch.objects.exists()


def test_an_unpaid_order_has_no_button_and_is_not_sent() -> None:
    order, clerk = an_order(), staff(SEE_ORDERS, DISPATCH)

    assert dispatch_url(order) not in clerk.get(order_url(order)).content.decode()
    assert send_parcel(clerk, order).status_code == 400


def test_who_sends_despite_a_wish_to_cancel_says_so() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, DISPATCH)
    ask_to_cancel(order_id=order.pk, note="")

    first = send_parcel(clerk, order)
    second = send_parcel(clerk, order, despite="on")

    assert (first.status_code, second.status_code) == (400, 302)
    assert "Tick this, or decide the wish first." in first.content.decode()
    assert CancellationRequest.objects.get().state == CancellationState.REJECTED


def test_who_sends_what_is_not_charged_yet_is_warned() -> None:
    order = an_order()
    mark_held(order, actor="test")

    page = staff(SEE_ORDERS, DISPATCH).get(dispatch_url(order)).content.decode()

    assert "Not all of this order is charged yet" in page


def test_who_sends_what_is_refunded_is_warned() -> None:
    order = a_paid_order()
    refund(Payment.objects.get())

    page = staff(SEE_ORDERS, DISPATCH).get(dispatch_url(order)).content.decode()

    assert "Money of this order went back" in page


def test_without_permission_nothing_is_sent() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS)

    assert dispatch_url(order) not in clerk.get(order_url(order)).content.decode()
    assert send_parcel(clerk, order).status_code == 403
    assert not Dispatch.objects.exists()


def test_a_completed_order_is_refunded_but_not_cancelled() -> None:
    order = a_sent_order()
    clerk = staff(SEE_ORDERS, REFUND, "payments.cancel_payment")

    page = clerk.get(order_url(order)).content.decode()

    assert refund_url(order) in page
    assert reverse("admin:orders_order_cancel", args=[order.pk]) not in page
    refund(Payment.objects.get())
    assert Payment.objects.get().refund_pending == 9300


def test_an_order_of_which_a_part_has_left_is_not_cancelled() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, "payments.cancel_payment")
    a_dispatch(order, pieces={"CUP": 1})

    url = reverse("admin:orders_order_cancel", args=[order.pk])
    answer = clerk.post(url, {"reason": "x", "request_key": "k"})

    assert "A part of this order was dispatched" in answer.content.decode()
    assert Order.objects.get().state == OrderState.CONFIRMED


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
    assert "This return is “rejected” by now." in answer.content.decode()
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


def a_received_return() -> ReturnRequest:
    asked = an_approved_return()
    counts = {line.pk: Receipt(1, 1) for line in asked.lines.all()}
    receive_return(return_id=asked.pk, receipts=counts, actor="clerk")
    return asked


def test_a_received_return_leads_to_its_refund() -> None:
    asked = a_received_return()

    page = staff(SEE_ORDERS, SEE_RETURNS, REFUND).get(order_url(asked.order)).content.decode()

    assert f"{refund_url(asked.order)}?return={asked.pk}" in page


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


def test_a_wish_to_cancel_stands_on_the_order_with_both_ways_out() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="bought twice")

    clerk = staff(SEE_ORDERS, REJECT_WISH, "payments.cancel_payment")
    page = clerk.get(order_url(order)).content.decode()

    assert "bought twice" in page
    assert wish_url(order) in page
    assert page.count(reverse("admin:orders_order_cancel", args=[order.pk])) == 2


def test_a_wish_is_rejected_once_with_the_reason() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, REJECT_WISH)
    ask_to_cancel(order_id=order.pk, note="")

    for _ in range(2):
        assert clerk.post(wish_url(order), TYPED).status_code == 302

    wish = CancellationRequest.objects.get()
    assert (wish.state, wish.answer) == (CancellationState.REJECTED, "As you like.")
    assert LogEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cancelling_the_order_fulfils_the_wish() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS, "payments.cancel_payment")
    ask_to_cancel(order_id=order.pk, note="")

    url = reverse("admin:orders_order_cancel", args=[order.pk])
    clerk.post(url, {"reason": "as asked", "request_key": "k"})

    assert CancellationRequest.objects.get().state == CancellationState.APPROVED
    assert Order.objects.get().state == OrderState.CANCELLED


def test_without_permission_no_wish_is_rejected() -> None:
    order, clerk = a_paid_order(), staff(SEE_ORDERS)
    ask_to_cancel(order_id=order.pk, note="")

    assert wish_url(order) not in clerk.get(order_url(order)).content.decode()
    assert clerk.post(wish_url(order), TYPED).status_code == 403
    assert CancellationRequest.objects.get().state == CancellationState.REQUESTED


def test_wishes_are_listed_until_they_are_decided() -> None:
    order = a_paid_order()
    ask_to_cancel(order_id=order.pk, note="")
    clerk = staff("orders.view_cancellationrequest")

    assert order_url(order) in clerk.get(WISHES).content.decode()


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
