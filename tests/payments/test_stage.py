"""Where a shopper is sent, by what the provider names and by what has happened meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from orders.clock import now
from orders.states import OrderState
from payments.models import Attempt, Payment
from payments.providers.actions import NextAction, QrCode, Redirect
from payments.providers.base import Failure, Status
from payments.services.apply import apply_outcome
from payments.views import result, stage
from payments.views.addresses import LONGEST, may_follow
from tests.factories import an_account, an_attempt, captured, seen
from tests.payments.services.cast import a_hold, held

pytestmark = pytest.mark.django_db
BANK = "http://127.0.0.1:9/pay/x/"
NOWHERE = ["javascript:alert(1)", "data:text/html,x", "ftp://bank.example/", "//bank.example/", "x"]


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def sent(action: NextAction) -> Attempt:
    """An attempt whose provider, silent from now on, asks the shopper to do this."""
    attempt = an_attempt(account=an_account(base_url="http://127.0.0.1:9"))
    told = seen(attempt, Status.REQUIRES_ACTION, next_action=action)
    return apply_outcome(attempt_id=attempt.pk, outcome=told, source="create")


def address(attempt: Attempt, page: str = "") -> str:
    return f"/payments/pay/{attempt.payment.token}/{page}"


@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS"])
def test_a_web_address_may_be_followed(scheme: str) -> None:
    assert may_follow(f"{scheme}://bank.example/pay?a=1")


@pytest.mark.parametrize(
    "url",
    [*NOWHERE, "", "java\nscript:alert(1)", " javascript:x", "http:", "http://[", "https:evil"],
)
def test_anything_else_may_not(url: str) -> None:
    assert not may_follow(url)


def test_an_address_that_is_longer_than_a_redirect_may_be_is_not_followed() -> None:
    assert not may_follow("https://bank.example/" + "x" * LONGEST)


@pytest.mark.parametrize("url", NOWHERE)
def test_nobody_is_sent_to_what_is_no_web_page(client: Client, url: str) -> None:
    attempt = sent(Redirect(url))

    answer = client.post(address(attempt), {"method": "sandbox/card"}, follow=True)

    assert answer.redirect_chain == [(address(attempt), 303)]
    assert "The payment service refused this payment." in answer.text
    assert "You have begun to pay" not in answer.text


def test_a_code_that_is_too_long_to_be_drawn_has_a_page_of_its_own(client: Client) -> None:
    attempt = sent(QrCode("https://bank.example/" + "x" * 5000))

    page = client.get(address(attempt, "scan/"))

    assert page.status_code == 200
    assert "We cannot show this code" in page.text
    assert "https://bank.example/" in page.text


def test_a_code_is_a_link_only_where_a_browser_may_follow_it(client: Client) -> None:
    attempt = sent(QrCode("javascript:alert(document.domain)"))

    page = client.get(address(attempt, "scan/"))

    assert "qr-code" in page.text
    assert "javascript:" not in page.text


def test_who_moved_on_in_another_tab_is_not_sent_to_pay_the_first() -> None:
    attempt = sent(Redirect(BANK))
    attempt.superseded_at = now()

    assert stage.next_page(attempt) == address(attempt, "return/")


def test_a_page_of_the_bank_that_has_run_out_is_not_gone_to() -> None:
    attempt = sent(Redirect(BANK, now() - timedelta(minutes=1)))

    assert stage.next_page(attempt) == address(attempt, "return/")


def test_who_comes_after_the_bank_has_closed_its_page_is_told_that_time_ran_out(
    client: Client,
) -> None:
    attempt = sent(Redirect(BANK, now() - timedelta(seconds=1)))
    said = seen(attempt, Status.VOIDED, error=Failure("cancelled", "session expired"))
    apply_outcome(attempt_id=attempt.pk, outcome=said, source="poll")

    page = client.get(address(attempt))

    assert "The time to pay ran out before you had paid." in page.text


def test_who_left_the_banks_page_while_there_was_time_is_told_just_that(client: Client) -> None:
    attempt = sent(Redirect(BANK, now() + timedelta(minutes=9)))
    said = seen(attempt, Status.VOIDED, error=Failure("cancelled"))
    apply_outcome(attempt_id=attempt.pk, outcome=said, source="poll")

    page = client.get(address(attempt))

    assert "You left the payment page before paying." in page.text


@pytest.fixture
def late() -> Attempt:
    """An attempt whose page to pay on was heard of only after its shopper was told to wait."""
    attempt = an_attempt(account=an_account(base_url="http://127.0.0.1:9"))
    told = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect(BANK))
    return apply_outcome(attempt_id=attempt.pk, outcome=told, source="poll")


def test_who_was_told_to_wait_is_led_to_pay_once_there_is_a_page(
    client: Client, late: Attempt
) -> None:
    answer = client.get(address(late, "return/"))

    assert (answer.status_code, answer.headers["Location"]) == (302, BANK)


def test_who_comes_back_is_not_led_there_again(client: Client, late: Attempt) -> None:
    client.get(address(late, "return/"))

    assert "wait.js" in client.get(address(late, "return/")).text


def test_who_went_there_by_the_payment_page_is_not_led_again(client: Client, late: Attempt) -> None:
    client.post(address(late), {"method": "sandbox/card"})

    assert "wait.js" in client.get(address(late, "return/")).text


def test_who_was_sent_there_at_once_is_not_led_again(client: Client) -> None:
    attempt = sent(Redirect(BANK))

    assert "wait.js" in client.get(address(attempt, "return/")).text


def test_nobody_is_led_to_pay_for_what_was_cancelled(client: Client, late: Attempt) -> None:
    late.payment.order.move_to(OrderState.CANCELLED, actor="staff")

    assert "This order is closed" in client.get(address(late, "return/")).text
    assert client.get(address(late, "status/")).json()["leads"] is False


def test_nobody_is_led_by_an_answer_that_does_not_fit(client: Client, late: Attempt) -> None:
    foreign = replace(captured(late), mode="live")
    apply_outcome(attempt_id=late.pk, outcome=foreign, source="poll")

    assert "about your payment does not fit" in client.get(address(late, "return/")).text


def test_looking_at_the_head_of_a_page_leads_nobody(client: Client, late: Attempt) -> None:
    client.head(address(late, "return/"))

    late.refresh_from_db()
    assert late.led_at is None


@pytest.mark.parametrize("visits", [0, 1])
def test_a_script_that_waits_is_told_whether_the_page_leads_on(
    client: Client, late: Attempt, visits: int
) -> None:
    for _ in range(visits):
        client.get(address(late, "return/"))

    assert client.get(address(late, "status/")).json()["leads"] is (visits == 0)


def test_a_script_that_waits_is_told_why_a_card_was_declined_while_another_may_be_tried(
    client: Client,
) -> None:
    attempt = sent(Redirect(BANK))
    said = seen(attempt, Status.REQUIRES_ACTION, error=Failure("expired_card"))
    apply_outcome(attempt_id=attempt.pk, outcome=said, source="poll")

    told = client.get(address(attempt, "status/")).json()

    assert told["stage"] == "waiting"
    assert told["why"].startswith("This card has expired. You have not been charged. Please")


@pytest.fixture
def raced(monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """An attempt whose money comes in right after a page has read the payment."""
    attempt, find = sent(Redirect(BANK)), stage.find_payment

    def find_before_the_webhook(token: str) -> Payment | None:
        found = find(token)
        apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="webhook")
        return found

    for module in (stage, result):
        monkeypatch.setattr(module, "find_payment", find_before_the_webhook)
    return attempt


@pytest.mark.parametrize("view", ["return/", "scan/", ""])
def test_who_has_paid_while_a_page_was_read_is_not_sent_to_pay(
    client: Client, raced: Attempt, view: str
) -> None:
    answer = client.get(address(raced, view), follow=True)

    assert "Thank you. Your order is confirmed." in answer.text
    assert address(raced) not in [url for url, _status in answer.redirect_chain]


def test_a_waiting_page_is_told_of_money_that_came_while_it_asked(
    client: Client, raced: Attempt
) -> None:
    assert client.get(address(raced, "status/")).json()["stage"] == "paid"


def test_who_is_held_less_than_was_asked_is_told_that_a_person_looks_at_it(client: Client) -> None:
    attempt = a_hold()
    part = held(attempt, authorized=4000)
    apply_outcome(attempt_id=attempt.pk, outcome=part, source="webhook")

    page = client.get(address(attempt, "return/"))

    assert "We are looking at your payment" in page.text
    assert "Your bank has set aside only £40.00 of £60.00." in page.text
    assert client.get(address(attempt, "status/")).json()["stage"] == "review"


def test_a_bank_that_charges_what_it_has_authorized_is_waited_for(client: Client) -> None:
    attempt = sent(None)
    said = seen(attempt, Status.AUTHORIZED, authorized=6000)
    apply_outcome(attempt_id=attempt.pk, outcome=said, source="webhook")

    assert client.get(address(attempt, "status/")).json()["stage"] == "waiting"
