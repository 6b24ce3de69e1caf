"""The refund page: asked twice it refunds once; what it refuses it keeps as typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from orders.money import Money
from orders.services.place import LineDraft
from payments.models import Operation, Payment, Refund, RefundReason
from payments.services.apply import apply_outcome
from tests.factories import GBP, a_payment, an_attempt, an_order, captured
from tests.payments.admin.cast import REFUND, SEE_ORDERS, order_url, refund_url, staff
from tests.payments.refunding import a_reason

pytestmark = pytest.mark.django_db
NOTE = "one cup arrived cracked"
WHY = f"Damaged or faulty · {NOTE}"


@pytest.fixture(autouse=True)
def reasons() -> None:
    for code in ("damaged", "other"):
        a_reason(code)


@pytest.fixture
def order() -> Order:
    return a_payment(amount=6000).order


@pytest.fixture
def clerk() -> Client:
    return staff(SEE_ORDERS, REFUND)


def key_on(page: str) -> str:
    found = re.search(r'name="request_key" value="([^"]+)"', page)
    assert found
    return found[1]


def send(clerk: Client, order: Order, amount: str, **given: str) -> HttpResponse:
    data = {"amount": amount, "reason": "damaged", "note": NOTE, "request_key": "k1"} | given
    return clerk.post(refund_url(order), data)  # type: ignore[return-value]  # a test response


def test_the_page_offers_all_that_is_refundable(clerk: Client, order: Order) -> None:
    assert 'name="amount" value="60.00"' in clerk.get(refund_url(order)).content.decode()


def test_each_page_has_a_key_of_its_own(clerk: Client, order: Order) -> None:
    pages = [clerk.get(refund_url(order)).content.decode() for _ in range(2)]

    assert key_on(pages[0]) != key_on(pages[1])


def test_a_refund_is_requested_and_the_order_page_says_so(clerk: Client, order: Order) -> None:
    page = clerk.get(refund_url(order)).content.decode()

    answer = send(clerk, order, "12.50", request_key=key_on(page))

    assert (answer.status_code, answer["Location"]) == (302, order_url(order))
    refund = Operation.objects.get()
    assert (refund.amount, refund.reason, str(refund.requested_by)) == (1250, WHY, "clerk")
    assert "Refund of £12.50 requested." in clerk.get(order_url(order)).content.decode()


def test_a_second_click_refunds_nothing_and_says_so(clerk: Client, order: Order) -> None:
    send(clerk, order, "60.00")
    clerk.get(order_url(order))

    answer = send(clerk, order, "60.00")

    assert answer.status_code == 302
    assert Payment.objects.get().refund_pending == Operation.objects.get().amount == 6000
    assert "This refund was already requested." in clerk.get(order_url(order)).content.decode()


def test_a_sent_form_with_another_amount_is_refused_however_often(
    clerk: Client, order: Order
) -> None:
    send(clerk, order, "10.00")

    answer = send(clerk, order, "20.00").content.decode()
    again = send(clerk, order, "20.00", request_key=key_on(answer))

    assert "already used for another refund" in answer
    assert again.status_code == 400
    assert Operation.objects.count() == 1


REFUSED = {
    "12.345": "GBP has 2 decimals; “12.345” has more.",
    "60.01": "At most £60.00 can still be refunded.",
    "99999999999999999999": "At most £60.00 can still be refunded.",
    "0": "A refund is more than zero.",
    "-5": "A refund is more than zero.",
    "twelve": "“twelve” is not an amount",
    "1,50": "“1,50” is not an amount",
    "1e3": "“1e3” is not an amount",
    "5.00 EUR": "“5.00 EUR” is not in GBP, the currency of this order.",
    "€5.00": "“€5.00” is not in GBP, the currency of this order.",
    "£5.00 EUR": "“£5.00 EUR” is not in GBP, the currency of this order.",
    "5 abc": "“5 abc” is not an amount",
    "NaN": "“NaN” is not an amount",
    "1" * 25: "at most 24 characters",
}


@pytest.mark.parametrize("typed", REFUSED)
def test_a_refused_amount_is_kept_as_typed(clerk: Client, order: Order, typed: str) -> None:
    answer = send(clerk, order, typed)

    page = answer.content.decode()
    assert answer.status_code == 400
    assert REFUSED[typed] in page
    assert f'name="amount" value="{typed}"' in page
    assert f'name="note" value="{NOTE}"' in page
    assert '<option value="damaged" selected>' in page
    assert not Operation.objects.exists()


@pytest.mark.parametrize("typed", ["£5", "5.00£", "GBP 5.00", "5 gbp", "£5.00 GBP"])
def test_the_sign_and_the_code_of_the_orders_currency_are_taken(
    clerk: Client, order: Order, typed: str
) -> None:
    send(clerk, order, typed)

    assert Refund.objects.get().amount == 500


def test_another_reason_is_said_in_the_note(clerk: Client, order: Order) -> None:
    answer = send(clerk, order, "5.00", reason="other", note=" ")

    assert answer.context["form"].errors == {"note": ["Say in the note why."]}  # type: ignore[attr-defined]  # a test response
    assert not Refund.objects.exists()


@pytest.mark.parametrize("missing", ["amount", "reason", "request_key"])
def test_nothing_is_refunded_without_a_field(clerk: Client, order: Order, missing: str) -> None:
    data = {"amount": "5", "reason": "damaged", "request_key": "k1"} | {missing: ""}

    assert clerk.post(refund_url(order), data).status_code == 400
    assert not Operation.objects.exists()


def test_there_is_no_button_that_refunds_many_orders(clerk: Client, order: Order) -> None:
    page = clerk.get(reverse("admin:orders_order_changelist")).content.decode()

    assert order.number in page
    assert 'name="action"' not in page


def test_an_unpaid_order_is_not_refunded(clerk: Client) -> None:
    order = an_order()

    answer = send(clerk, order, "5.00")

    assert answer.status_code == 400
    assert "Nothing has been paid on this order yet." in answer.content.decode()
    assert "Nothing can be refunded" in clerk.get(refund_url(order)).content.decode()
    assert refund_url(order) not in clerk.get(order_url(order)).content.decode()


def test_yen_have_no_decimals(clerk: Client) -> None:
    attempt = an_attempt(an_order(amount=500, currency="JPY"))
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    assert "JPY has 0 decimals" in send(clerk, attempt.payment.order, "4.5").content.decode()
    assert send(clerk, attempt.payment.order, "450").status_code == 302
    assert Operation.objects.get().amount == 450


def test_without_permission_there_is_no_button_and_no_page(order: Order) -> None:
    clerk = staff(SEE_ORDERS)

    assert refund_url(order) not in clerk.get(order_url(order)).content.decode()
    assert clerk.get(refund_url(order)).status_code == 403
    assert send(clerk, order, "5.00").status_code == 403
    assert not Operation.objects.exists()


def test_who_may_not_see_orders_may_not_refund_them(order: Order) -> None:
    assert send(staff(REFUND), order, "5.00").status_code == 403


def test_a_stranger_is_asked_to_log_in(order: Order) -> None:
    assert "/login/" in Client().get(refund_url(order))["Location"]


def test_an_unknown_order_is_not_found(clerk: Client, order: Order) -> None:
    assert clerk.get(refund_url(order).replace(str(order.pk), "987654")).status_code == 404


def test_each_request_leaves_one_audit_row(clerk: Client, order: Order) -> None:
    for _ in range(2):
        send(clerk, order, "12.50")

    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.object_id) == ("clerk", str(order.pk))
    assert "£12.50" in entry.change_message
    assert WHY in entry.change_message


def pieces(order: Order) -> str:
    return f"pieces_{order.lines.get().pk}"


def test_pieces_with_an_amount_of_their_own_are_refunded(clerk: Client, order: Order) -> None:
    send(clerk, order, "45.00", offered="60.00", restock="on", **{pieces(order): "1"})

    refund = Refund.objects.get()
    assert (refund.amount, refund.restock, order.lines.get().refunded) == (4500, True, 1)


def test_what_the_page_filled_in_is_not_taken_for_the_price_of_pieces(clerk: Client) -> None:
    pots = an_order(lines=[LineDraft("POT", "Pot", 3, Money(2000, GBP))])
    attempt = an_attempt(pots)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    asked = send(clerk, pots, "60.00", offered="60.00", **{pieces(pots): "1"})

    page = asked.content.decode()
    assert not Refund.objects.exists()
    assert (asked.status_code, "errornote" in page, "Error:" in page) == (200, False, False)
    assert "The pieces cost £20.00. Check the amount and press again." in page
    assert 'name="amount" value="20.00"' in page
    assert f'name="{pieces(pots)}" value="1"' in page
    answer = send(clerk, pots, "20.00", offered="20.00", **{pieces(pots): "1"})
    assert answer.status_code == 302
    assert Refund.objects.get().amount == 2000


def test_pieces_that_change_after_the_question_are_asked_about_again(clerk: Client) -> None:
    pots = an_order(lines=[LineDraft("POT", "Pot", 3, Money(2000, GBP))])
    attempt = an_attempt(pots)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    asked = send(clerk, pots, "60.00", offered="60.00", **{pieces(pots): "1"})
    assert 'name="offered" value="20.00"' in asked.content.decode()

    again = send(clerk, pots, "20.00", offered="20.00", **{pieces(pots): "2"})

    assert "The pieces cost £40.00." in again.content.decode()
    assert not Refund.objects.exists()


def test_more_pieces_than_are_left_are_refused_and_kept_as_typed(
    clerk: Client, order: Order
) -> None:
    answer = send(clerk, order, "10.00", **{pieces(order): "2"})

    assert answer.status_code == 400
    assert f'name="{pieces(order)}" value="2"' in answer.content.decode()
    assert not Refund.objects.exists()


def test_a_reason_off_the_list_is_not_offered_and_not_taken(clerk: Client, order: Order) -> None:
    RefundReason.objects.filter(code="other").update(active=False)

    assert 'value="other"' not in clerk.get(refund_url(order)).content.decode()
    assert send(clerk, order, "5.00", reason="other").status_code == 400
    assert not Refund.objects.exists()


def test_a_refund_above_the_limit_is_said_to_wait(
    clerk: Client, order: Order, settings: Any
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "10"}}

    send(clerk, order, "12.50")

    page = clerk.get(order_url(order)).content.decode()
    assert "It is sent once somebody else approves it." in page
    assert "Waiting for approval" in page


def test_the_refund_page_costs_so_many_statements(
    clerk: Client, order: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk.get(refund_url(order))

    with django_assert_num_queries(9):
        clerk.get(refund_url(order))
