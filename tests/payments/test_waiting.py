"""The half minute a page waits with the shopper, and the mail it promises after it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from orders.clock import now
from orders.models import Mail
from payments.models import Attempt
from payments.providers.actions import QrCode
from payments.providers.base import Failure, Status
from payments.services.apply import apply_outcome
from tests.factories import an_account, an_attempt, later, seen

pytestmark = pytest.mark.django_db
HALF_A_MINUTE = timedelta(seconds=31)
FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def attempt() -> Attempt:
    """A code that lives ten minutes, at a bank that does not answer."""
    cache.clear()
    attempt = an_attempt(account=an_account(base_url="http://127.0.0.1:9"))
    code = QrCode("http://127.0.0.1:9/scan/abc/", now() + timedelta(minutes=10))
    told = seen(attempt, Status.REQUIRES_ACTION, next_action=code)
    return apply_outcome(attempt_id=attempt.pk, outcome=told, source="create")


def open_page(client: Client, attempt: Attempt, page: str) -> str:
    return client.get(f"/payments/pay/{attempt.payment.token}/{page}").text


def declined(attempt: Attempt) -> None:
    told = seen(attempt, Status.DECLINED, error=Failure("declined"))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="webhook")


def test_who_scans_for_a_minute_still_has_half_a_minute_on_the_return_page(
    client: Client, attempt: Attempt
) -> None:
    for page in ("scan/", "status/"):
        open_page(client, attempt, page)

    with later(FIVE_MINUTES):
        page = open_page(client, attempt, "return/")

    assert 'data-seconds="30"' in page


def test_the_reloads_of_a_page_do_not_begin_the_half_minute_anew(
    client: Client, attempt: Attempt
) -> None:
    pages = []
    for seconds in range(0, 34, 3):
        with later(timedelta(seconds=seconds)):
            pages.append(open_page(client, attempt, "return/"))

    assert ["wait.js" in page for page in pages] == [True] * 10 + [False] * 2


def test_who_comes_back_later_is_waited_with_again(client: Client, attempt: Attempt) -> None:
    open_page(client, attempt, "return/")
    Attempt.objects.update(asked_at=now() + FIVE_MINUTES)  # a worker has just asked

    with later(FIVE_MINUTES):
        page = open_page(client, attempt, "return/")

    assert 'data-seconds="30"' in page


def test_who_was_promised_a_mail_at_the_bank_gets_it(client: Client, attempt: Attempt) -> None:
    open_page(client, attempt, "return/")

    declined(attempt)

    assert Mail.objects.get().kind == "payment_failed"


def test_who_has_not_waited_is_told_by_the_page_alone(client: Client, attempt: Attempt) -> None:
    open_page(client, attempt, "scan/")

    declined(attempt)

    assert not Mail.objects.exists()


def test_a_decline_that_is_told_again_is_mailed_once(client: Client, attempt: Attempt) -> None:
    open_page(client, attempt, "return/")

    for _ in range(2):
        declined(attempt)

    assert Mail.objects.count() == 1


@pytest.fixture
def debit(attempt: Attempt) -> Attempt:
    """A bank debit that the bank has begun to collect."""
    Attempt.objects.update(method="bank_debit", status=Status.PROCESSING, qr_content="")
    return attempt


def test_a_bank_debit_is_asked_about_like_any_other(client: Client, debit: Attempt) -> None:
    page = open_page(client, debit, "return/")

    assert 'data-seconds="30"' in page
    assert "seal-waiting" in page


def test_half_a_minute_later_the_mail_is_promised_and_nothing_turns(
    client: Client, debit: Attempt
) -> None:
    open_page(client, debit, "return/")

    with later(HALF_A_MINUTE):
        page = open_page(client, debit, "return/")

    assert "we will e-mail you at alice@example.com" in page
    assert "Check now" in page
    assert ("wait.js" in page, "seal-waiting" in page) == (False, False)


def test_whom_the_bank_still_waits_for_is_led_back_and_promised_nothing(
    client: Client, attempt: Attempt
) -> None:
    open_page(client, attempt, "return/")

    with later(HALF_A_MINUTE):
        page = open_page(client, attempt, "return/")

    assert "You have not paid yet? Go back to the payment" in page
    assert "Check now" not in page
    assert "alice@example.com" not in page


@pytest.mark.parametrize("page", ["return/", "?another"])
def test_a_payment_that_is_being_closed_leads_nowhere(
    client: Client, debit: Attempt, page: str
) -> None:
    Attempt.objects.update(closing_at=now())

    text = open_page(client, debit, page)

    assert "We are closing your earlier payment; this takes a moment." in text
    assert "Press the button to go on there" not in text


def test_a_payment_the_bank_is_at_has_no_page_to_go_on_with(client: Client, debit: Attempt) -> None:
    text = open_page(client, debit, "?another")

    assert "your bank is still at it" in text
    assert "Press the button to go on there" not in text


def test_who_waits_sees_what_for(client: Client, debit: Attempt) -> None:
    page = open_page(client, debit, "return/")

    assert 'class="summary-fold panel"' in page
    assert page.count("Teapot") == 2  # folded above and beside
