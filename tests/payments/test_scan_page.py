"""The page with the QR code, and the page that closes a first payment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from orders.clock import now
from orders.states import OrderState
from payments.models import Attempt, Payment
from payments.providers.actions import QrCode
from payments.providers.base import Failure, Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.open import try_again
from tests.factories import an_account, an_order, captured, later, seen

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def attempt() -> Attempt:
    """A code that lives five minutes, at a bank that does not answer."""
    cache.clear()
    account = an_account(base_url="http://127.0.0.1:9")
    payment = Payment.objects.get(order=an_order())
    attempt, _fresh = try_again(
        payment_id=payment.pk, option=PaymentOption(account.pk, account.code, "qr")
    )
    code = QrCode("http://127.0.0.1:9/scan/abc/", now() + timedelta(minutes=5))
    sent = seen(attempt, Status.REQUIRES_ACTION, next_action=code)
    return apply_outcome(attempt_id=attempt.pk, outcome=sent, source="create")


def address(attempt: Attempt, page: str = "") -> str:
    return f"/payments/pay/{attempt.payment.token}/{page}"


def test_the_code_stands_in_the_page_with_its_life(client: Client, attempt: Attempt) -> None:
    page = client.get(address(attempt, "scan/"))

    assert "qr-code" in page.text
    assert "The code works for 5 minutes" in page.text
    assert page.text.count('<span class="summary-name">Teapot</span>') == 2
    assert "http://127.0.0.1:9/scan/abc/" in page.text


def test_a_code_that_has_run_out_is_not_shown(client: Client, attempt: Attempt) -> None:
    with later(timedelta(minutes=6)):
        page = client.get(address(attempt, "scan/"))

    assert page.status_code == 410
    assert "This code has run out" in page.text
    assert "qr-code" not in page.text


@pytest.fixture
def closed(attempt: Attempt) -> Attempt:
    """A worker closed the code after its time, and the bank says: cancelled."""
    with later(timedelta(minutes=6)):
        Attempt.objects.update(closing_at=now())
        gone = seen(attempt, Status.VOIDED, error=Failure("cancelled"))
        return apply_outcome(attempt_id=attempt.pk, outcome=gone, source="void")


def test_a_code_that_we_closed_after_its_time_has_run_out(client: Client, closed: Attempt) -> None:
    page = client.get(address(closed, "return/"), follow=True)

    assert page.status_code == 410
    assert "This code has run out" in page.text
    assert "Nothing was charged, and your order is kept for you." in page.text
    assert "Get a new code" in page.text


def test_a_code_that_we_closed_after_its_time_was_not_left(client: Client, closed: Attempt) -> None:
    page = client.get(address(closed))

    assert "The time to pay ran out before you had paid." in page.text
    assert "You left the payment page" not in page.text


def test_the_page_of_a_code_hears_that_the_phone_has_agreed(
    client: Client, attempt: Attempt
) -> None:
    before = client.get(address(attempt, "status/")).json()
    agreed = seen(attempt, Status.PROCESSING)
    apply_outcome(attempt_id=attempt.pk, outcome=agreed, source="test")

    after = client.get(address(attempt, "status/")).json()

    assert [(each["stage"], each["agreed"]) for each in (before, after)] == [
        ("waiting", False),
        ("waiting", True),
    ]


def test_a_paid_code_leads_to_the_result(client: Client, attempt: Attempt) -> None:
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    assert client.get(address(attempt, "scan/"))["Location"] == address(attempt, "return/")


def test_the_code_of_a_cancelled_order_is_not_shown(client: Client, attempt: Attempt) -> None:
    attempt.payment.order.move_to(OrderState.CANCELLED, actor="staff")

    page = client.get(address(attempt, "scan/"), follow=True)

    assert "This order is closed" in page.text


def test_another_way_says_that_the_first_is_being_closed(client: Client, attempt: Attempt) -> None:
    page = client.post(address(attempt), {"method": "sandbox/card"})

    assert page.status_code == 202
    assert "We are closing the payment you began with QR code" in page.text
    assert 'name="method" value="sandbox/card"' in page.text


def test_the_pay_page_says_what_was_begun_and_stands_on_it(
    client: Client, attempt: Attempt
) -> None:
    page = client.get(address(attempt))

    assert "You have begun to pay with QR code" in page.text
    assert page.context["chosen"] == "sandbox/qr"


def test_a_payment_that_nobody_knows_has_a_page_of_its_own(client: Client) -> None:
    page = client.get("/payments/pay/nobodyknowsthistoken12/")

    assert page.status_code == 404
    assert "We cannot find this payment" in page.text


def test_a_foreign_reference_on_the_return_changes_nothing(
    client: Client, attempt: Attempt
) -> None:
    client.get(address(attempt, "return/?payment=pay_of_somebody_else&status=captured"))

    assert Payment.objects.get().captured == 0


def test_after_half_a_minute_the_page_leads_back_to_the_payment(
    client: Client, attempt: Attempt
) -> None:
    client.get(address(attempt, "return/"))

    with later(timedelta(seconds=31)):
        page = client.get(address(attempt, "return/"))

    assert "wait.js" not in page.text
    assert "Go back to the payment" in page.text


def test_an_answer_that_does_not_fit_asks_nobody_to_pay_again(
    client: Client, attempt: Attempt
) -> None:
    foreign = replace(captured(attempt), mode="live")
    apply_outcome(attempt_id=attempt.pk, outcome=foreign, source="test")

    page = client.get(address(attempt, "return/"))

    assert "about your payment does not fit" in page.text
    assert client.get(address(attempt))["Location"] == address(attempt, "return/")


def test_a_code_in_an_old_tab_hears_that_another_way_was_chosen(
    client: Client, attempt: Attempt
) -> None:
    shown = client.get(address(attempt, "scan/"))
    Attempt.objects.update(closing_at=now() - timedelta(seconds=6))
    other = PaymentOption(attempt.account_id, "sandbox", "card")
    newer, _fresh = try_again(payment_id=attempt.payment_id, option=other)

    told = client.get(address(attempt, "status/")).json()

    assert f'data-attempt="{attempt.our_ref}"' in shown.text
    assert told["attempt"] == newer.our_ref


def test_who_left_the_bank_has_simply_not_paid_yet(client: Client, attempt: Attempt) -> None:
    left = seen(attempt, Status.VOIDED, error=Failure("cancelled"))
    apply_outcome(attempt_id=attempt.pk, outcome=left, source="test")

    page = client.get(address(attempt))

    assert "You have not paid yet" in page.text
    assert "again" not in page.text.split('<button class="button button-main"')[1][:80]
