"""What a shopper reads of whom less came than was asked for."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from orders.emails import send_due_mail
from payments.models import Attempt
from payments.models.records import ReviewAct
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.open import try_again
from tests.factories import captured
from tests.payments.reviewing import press, short_of_60
from tests.shop.cast import read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


@pytest.fixture
def asked() -> Attempt:
    """40.00 of 60.00 came, and staff have asked for the rest."""
    attempt, review = short_of_60()
    press(review, ReviewAct.ASK_REST)
    return attempt


def order_page(attempt: Attempt) -> str:
    return f"/order/{attempt.payment.order.link_token}/"


def pay_page(attempt: Attempt) -> str:
    return f"/payments/pay/{attempt.payment.token}/"


def test_before_anybody_decides_nobody_is_asked_to_pay(client: Client) -> None:
    attempt, _review = short_of_60()

    assert "Please do not pay again." in read(client.get(order_page(attempt))).text
    assert client.get(pay_page(attempt)).status_code == 302


def test_the_order_page_leads_to_the_rest(client: Client, asked: Attempt) -> None:
    page = read(client.get(order_page(asked)))

    assert "We have received £40.00 of £60.00. Please pay the rest." in page.text
    assert "Pay £20.00" in page.text
    assert pay_page(asked) in page.links


def test_the_pay_page_asks_for_the_rest_and_says_what_has_come(
    client: Client, asked: Attempt
) -> None:
    text = read(client.get(pay_page(asked))).text

    assert "We have received £40.00 of £60.00. Please pay the rest." in text
    assert "Received £40.00" in text
    assert "Pay £20.00" in text
    assert "Pay £60.00" not in text


def test_a_rest_that_is_short_again_is_looked_at_by_a_person(
    client: Client, asked: Attempt
) -> None:
    option = PaymentOption(asked.account_id, asked.account.code, "card")
    rest, _fresh = try_again(payment_id=asked.payment_id, option=option)
    apply_outcome(attempt_id=rest.pk, outcome=captured(rest, 500), source="webhook")

    assert client.get(pay_page(asked)).status_code == 302
    text = read(client.get(f"{pay_page(asked)}return/")).text
    assert "We are looking at your payment" in text


def test_what_was_let_go_stands_on_the_order_page(client: Client) -> None:
    attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT)

    text = read(client.get(order_page(attempt))).text

    assert "Not charged £20.00" in text
    assert "Thank you. Your order is confirmed." in text


def test_the_mail_names_the_rest_and_links_to_the_order(asked: Attempt) -> None:
    send_due_mail()

    (letter,) = mail.outbox
    assert letter.subject == f"Please pay the rest for order {asked.payment.order.number}"
    assert "£20.00 is still missing." in letter.body
    assert order_page(asked) in letter.body


def test_the_confirmation_says_what_was_accepted() -> None:
    _attempt, review = short_of_60()
    press(review, ReviewAct.ACCEPT)

    send_due_mail()

    (letter,) = mail.outbox
    assert "£60.00" in letter.body
    assert "£40.00" in letter.body
