"""The pay page, the result page and what it asks while it waits."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from benchmarks.page import Page
from orders.models import Order
from orders.money import Money
from orders.services.place import LineDraft
from orders.states import OrderState
from payments.models import Attempt, Payment, ProviderCall
from payments.providers.actions import Redirect
from payments.providers.base import Failure, Status
from payments.services.apply import apply_outcome
from payments.states import PaymentStatus
from tests.factories import (
    a_payment,
    a_refund_seen,
    an_account,
    an_attempt,
    an_order,
    captured,
    seen,
)

pytestmark = pytest.mark.django_db
CARD_PAGE = "http://127.0.0.1:9/pay/x/"


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def page_of(payment: Payment) -> str:
    return f"/payments/pay/{payment.token}/"


def text_of(client: Client, path: str) -> str:
    return Page("", 200, client.get(path, follow=True).content.decode()).text


@pytest.fixture
def unpaid() -> Payment:
    an_account(base_url="http://127.0.0.1:9")
    return Payment.objects.get(order=an_order())


def at_bank(payment: Payment) -> Attempt:
    """An attempt whose shopper is at the bank's page."""
    attempt = an_attempt(payment.order)
    sent = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect(CARD_PAGE))
    apply_outcome(attempt_id=attempt.pk, outcome=sent, source="create")
    return attempt


def declined(payment: Payment, code: str) -> Attempt:
    attempt = an_attempt(payment.order)
    told = seen(attempt, Status.DECLINED, error=Failure(code))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="webhook")
    return attempt


def test_an_unpaid_payment_can_be_paid(client: Client, unpaid: Payment) -> None:
    text = text_of(client, page_of(unpaid))

    assert "Pay for your order" in text
    assert "Pay £60.00" in text


def test_what_is_paid_for_stands_beside_the_ways_to_pay(client: Client) -> None:
    an_account(base_url="http://127.0.0.1:9")
    pots = LineDraft("TEAPOT", "Teapot", 2, Money(2500, "GBP"))
    order = an_order(lines=[pots, LineDraft("MUG", "Mug", 1, Money(1000, "GBP"))])

    text = text_of(client, page_of(Payment.objects.get(order=order)))

    times = "\N{MULTIPLICATION SIGN}"
    lines = f"2 {times} Teapot £25.00 each £50.00 1 {times} Mug £10.00"
    sums = f"Order {order.number} Delivery Free Total £60.00"
    assert text.count(f"{lines} {sums}") == 2  # folded away on a phone, beside on a desktop


REASONS = {
    "declined": "Your bank declined this card.",
    "insufficient_funds": "There is not enough money on this card.",
    "expired_card": "This card has expired.",
    "incorrect_cvc": "The security code was not right.",
    "lost_card": "Your bank declined this card.",
    "cancelled": "You left the payment page before paying.",
    "provider_down": "We could not reach the payment service.",
    "never heard of": "This payment was declined.",
}


@pytest.mark.parametrize("code", REASONS)
def test_a_decline_shows_its_reason_and_pay_again(
    client: Client, unpaid: Payment, code: str
) -> None:
    declined(unpaid, code)

    text = text_of(client, page_of(unpaid))

    assert f"{REASONS[code]} You have not been charged." in text
    assert ("Pay £60.00 again" in text) == (code != "cancelled")  # who left has not tried yet


def test_the_result_page_of_a_decline_leads_to_the_pay_page(
    client: Client, unpaid: Payment
) -> None:
    declined(unpaid, "declined")

    assert client.get(f"{page_of(unpaid)}return/")["Location"] == page_of(unpaid)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_paid_payment_leads_to_the_result(client: Client, method: str) -> None:
    an_account()
    payment = a_payment()

    answer = getattr(client, method)(page_of(payment), {"method": "sandbox/card"})

    assert answer["Location"] == f"{page_of(payment)}return/"
    assert payment.attempts.count() == 1


def test_a_paid_payment_leads_on_to_its_order(client: Client) -> None:
    payment = a_payment()

    answer = client.get(f"{page_of(payment)}return/")

    assert answer["Location"].endswith(f"/order/{payment.order.link_token}/")


def test_where_orders_have_no_page_the_result_says_what_happens_next(
    client: Client, settings: Settings
) -> None:
    settings.ORDERS = {**settings.ORDERS, "order_url": ""}
    text = text_of(client, f"{page_of(a_payment())}return/")

    assert "Thank you. Your order is confirmed." in text
    assert "We have received your payment of £60.00." in text
    assert "What happens next" in text


def test_the_result_of_a_refunded_payment_says_so_and_packs_nothing(client: Client) -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    back = captured(attempt, refunds=(a_refund_seen(6000),))
    apply_outcome(attempt_id=attempt.pk, outcome=back, source="test")

    text = text_of(client, f"{page_of(payment)}return/")

    assert "Your payment was refunded £60.00 goes back the way it came." in text
    assert "We pack your order" not in text


def test_another_amount_than_was_asked_for_is_said_and_not_asked_for_again(
    client: Client, unpaid: Payment
) -> None:
    attempt = an_attempt(unpaid.order)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, 2500), source="test")

    text = text_of(client, page_of(unpaid))

    assert "We have received £25.00 of £60.00. A person is looking at it" in text
    assert "Please do not pay again." in text
    assert client.get(f"{page_of(unpaid)}status/").json()["stage"] == "review"


def test_a_payment_without_an_answer_waits_and_is_not_tried_twice(
    client: Client, unpaid: Payment
) -> None:
    attempt = an_attempt(unpaid.order)
    unknown = seen(attempt, Status.UNKNOWN)
    apply_outcome(attempt_id=attempt.pk, outcome=unknown, source="create")

    answer = client.post(page_of(unpaid), {"method": "sandbox/card"}, follow=True)

    assert "We are opening the page to pay on" in answer.content.decode()
    assert "we will write to" not in answer.content.decode()
    assert unpaid.attempts.count() == 1


def test_a_second_click_on_pay_leads_to_the_same_page_of_the_bank(
    client: Client, unpaid: Payment
) -> None:
    at_bank(unpaid)

    answer = client.post(page_of(unpaid), {"method": "sandbox/card"})

    assert (answer.status_code, answer["Location"]) == (303, CARD_PAGE)
    assert unpaid.attempts.count() == 1


def test_paying_again_opens_a_second_attempt(client: Client, unpaid: Payment) -> None:
    declined(unpaid, "declined")

    answer = client.post(page_of(unpaid), {"method": "sandbox/card"})

    assert answer["Location"] == page_of(unpaid)
    assert ProviderCall.objects.get().attempt.error_code == "provider_down"


@pytest.mark.parametrize("method", ["", "bank/gold", "\0", "x" * 10_000], ids=len)
def test_a_way_to_pay_that_is_not_on_offer_is_refused(
    client: Client, unpaid: Payment, method: str
) -> None:
    answer = client.post(page_of(unpaid), {"method": method})

    assert answer.status_code == 400
    assert "This way to pay is not on offer." in answer.content.decode()
    assert not Attempt.objects.exists()


def test_a_cancelled_order_takes_no_payment(client: Client, unpaid: Payment) -> None:
    unpaid.order.move_to(OrderState.CANCELLED, actor="test")

    answer = client.post(page_of(unpaid), {"method": "sandbox/card"}, follow=True)

    assert "This order is closed" in answer.content.decode()
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("view", ["", "return/", "status/"])
@pytest.mark.parametrize("token", ["x" * 22, "x" * 1000])
def test_an_unknown_payment_is_not_found(client: Client, token: str, view: str) -> None:
    assert client.get(f"/payments/pay/{token}/{view}").status_code == 404


def test_too_many_tries_to_pay_are_refused(
    client: Client, unpaid: Payment, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "rate_limits": {"pay": "1/h"}}
    client.post(page_of(unpaid), {"method": "bank/gold"})

    answer = client.post(page_of(unpaid), {"method": "sandbox/card"})

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert not Attempt.objects.exists()


def test_a_form_without_its_token_pays_nothing(unpaid: Payment) -> None:
    answer = Client(enforce_csrf_checks=True).post(page_of(unpaid), {"method": "sandbox/card"})

    assert answer.status_code == 403
    assert not Attempt.objects.exists()


def test_the_waiting_page_is_told_when_the_money_has_come(client: Client, unpaid: Payment) -> None:
    attempt = at_bank(unpaid)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="webhook")

    assert client.get(f"{page_of(unpaid)}status/").json()["stage"] == "paid"


def test_the_waiting_page_is_told_to_wait_when_it_asks_too_often(
    client: Client, unpaid: Payment, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "rate_limits": {"status": "1/h"}}
    client.get(f"{page_of(unpaid)}status/")

    answer = client.get(f"{page_of(unpaid)}status/")

    assert (answer.status_code, answer.json()) == (429, {"stage": "waiting"})
    assert "Retry-After" in answer


def test_a_waiting_shopper_makes_us_ask_the_bank_once_in_three_seconds(
    client: Client, unpaid: Payment
) -> None:
    at_bank(unpaid)

    for _ in range(3):
        client.get(f"{page_of(unpaid)}status/")

    assert ProviderCall.objects.filter(verb="query").count() == 1


def test_pages_that_hold_a_payment_are_kept_by_no_cache(client: Client, unpaid: Payment) -> None:
    headers = client.get(page_of(unpaid))["Cache-Control"]

    assert "no-store" in headers
    assert Order.objects.get().state == "open"
    assert Payment.objects.get().status == PaymentStatus.OPEN


def test_money_for_a_cancelled_order_is_not_called_a_confirmed_order(client: Client) -> None:
    attempt = an_attempt()
    attempt.payment.order.move_to(OrderState.CANCELLED, actor="staff")
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    page = client.get(f"/payments/pay/{attempt.payment.token}/return/")

    assert "This order is closed" in page.text
    assert "Your payment of £60.00 came too late and goes back" in page.text
