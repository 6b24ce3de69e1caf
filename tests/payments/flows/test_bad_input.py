"""What should not come but does: a clear page or line, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from django.test import Client

from benchmarks.page import Page
from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt, Payment, ProviderAccount, ProviderObject, Review
from payments.services.expire import expire_due
from payments.services.poll import poll_due
from tests.factories import later
from tests.payments.flows.cast import (
    IN_FLIGHT,
    OPEN,
    PAID,
    a_held_order,
    ask_bank,
    begin,
    books,
    pay,
    work,
)
from tests.payments.shopper import tap

pytestmark = pytest.mark.django_db
SIX_MINUTES = timedelta(minutes=6)


def address(attempt: Attempt, view: str = "") -> str:
    return f"/payments/pay/{Payment.objects.get(pk=attempt.payment_id).token}/{view}"


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, follow=True)
    assert answer.status_code == status, answer.status_code
    return Page("", status, answer.content.decode()).text


def test_a_code_that_ran_out_is_shown_as_such_and_can_be_renewed(
    client: Client, account: ProviderAccount
) -> None:
    first = begin(account, "qr")
    Attempt.objects.update(action_expires_at=now(), asked_at=now())

    page = text_of(client, address(first, "scan/"), status=410)
    again = client.post(address(first), {"method": "sandbox/qr"})

    assert "This code has run out" in page
    assert "If you have paid, do not pay again." in page
    assert again["Location"] == address(first, "scan/")
    assert Attempt.objects.latest("pk").qr_content != first.qr_content


def test_a_code_that_the_bank_has_closed_says_so_too(
    client: Client, account: ProviderAccount
) -> None:
    first = begin(account, "qr")
    with later(SIX_MINUTES):
        work()

    page = client.get(address(first, "scan/"))

    assert page.status_code == 410
    assert "This code has run out" in page.text
    assert "Get a new code" in page.text
    assert books() == OPEN


def test_the_second_phone_that_scans_a_code_is_told_that_it_is_paid(
    account: ProviderAccount,
) -> None:
    code = begin(account, "qr").qr_content
    tap(code)

    second = httpx.get(code, trust_env=False).text
    work()

    assert "This payment is done" in second
    assert books() == PAID


def test_the_link_of_a_paid_order_thanks_and_asks_for_nothing(
    client: Client, account: ProviderAccount
) -> None:
    attempt = ask_bank(pay(begin(account)))

    pages = [text_of(client, address(attempt, view)) for view in ("", "scan/", "return/")]

    assert all("Thank you. Your order is confirmed." in page for page in pages)
    client.post(address(attempt), {"method": "sandbox/wallet"})
    assert books() == PAID


@pytest.mark.parametrize("view", ["", "scan/", "return/"])
def test_the_link_of_a_cancelled_order_says_that_it_is_closed(
    client: Client, account: ProviderAccount, view: str
) -> None:
    attempt = begin(account)
    Order.objects.get().move_to(OrderState.CANCELLED, actor="staff")

    assert "This order is closed" in text_of(client, address(attempt, view))


def test_the_link_of_an_expired_order_says_that_it_was_not_paid_in_time(
    client: Client, account: ProviderAccount
) -> None:
    attempt = begin(account)
    with later(timedelta(hours=1)):
        expire_due()

    page = text_of(client, address(attempt))

    assert "This order has expired" in page
    assert "It was not paid in time" in page


def test_a_cancelled_order_takes_no_new_payment(client: Client, account: ProviderAccount) -> None:
    attempt = begin(account)
    Order.objects.get().move_to(OrderState.CANCELLED, actor="staff")

    client.post(address(attempt), {"method": "sandbox/wallet"})

    assert Attempt.objects.count() == 1


def test_a_return_with_the_reference_of_another_shows_and_changes_only_ones_own(
    client: Client, account: ProviderAccount
) -> None:
    theirs = pay(begin(account))
    mine = begin(account, order=a_held_order())

    page = text_of(client, f"{address(mine, 'return/')}?reference={theirs.our_ref}&status=captured")

    assert "We are waiting for your bank" in page
    assert books() == IN_FLIGHT
    assert Attempt.objects.get(pk=theirs.pk).captured == 0


@pytest.mark.parametrize("view", ["", "scan/", "return/", "status/"])
def test_a_return_with_our_reference_in_the_place_of_the_token_finds_nothing(
    client: Client, account: ProviderAccount, view: str
) -> None:
    attempt = begin(account)

    answer = client.get(f"/payments/pay/{attempt.our_ref}/{view}")

    assert answer.status_code == 404
    assert books() == IN_FLIGHT


@pytest.fixture
def forgotten(account: ProviderAccount) -> Attempt:
    """An attempt at the bank's page, of which the bank knows nothing any more."""
    attempt = begin(account)
    ProviderObject.objects.update(object_id="pay_forgotten")
    return attempt


def test_an_attempt_that_the_bank_forgot_is_asked_about_less_and_less(forgotten: Attempt) -> None:
    with later(timedelta(hours=20)):
        asked = [poll_due() for _ in range(2)]
        left = Attempt.objects.get()

    assert asked == [1, 0]
    assert left.next_poll_at is not None


def test_an_attempt_that_the_bank_forgot_goes_to_a_person_in_the_end(forgotten: Attempt) -> None:
    for days in range(1, 30):
        with later(timedelta(days=days)):
            poll_due()

    assert Review.objects.get().kind == "no_answer"
    assert Attempt.objects.get().next_poll_at is None


def test_who_was_at_a_page_that_the_bank_forgot_pays_another_way(
    client: Client, account: ProviderAccount, forgotten: Attempt
) -> None:
    assert client.post(address(forgotten), {"method": "sandbox/wallet"}).status_code == 202
    with later(timedelta(seconds=6)):
        client.post(address(forgotten), {"method": "sandbox/wallet"})
    second = Attempt.objects.latest("pk")

    ask_bank(pay(second, "wal_approve"))

    assert books() == PAID


def test_an_order_whose_payment_the_bank_forgot_expires_after_a_day_of_grace(
    forgotten: Attempt,
) -> None:
    for hours in (1, 26):
        with later(timedelta(hours=hours)):
            expire_due()

    assert (books().order, books().stock) == ("expired", 2)


def test_an_attempt_that_was_never_sent_ends_by_asking(account: ProviderAccount) -> None:
    attempt = begin(account)
    ProviderObject.objects.all().delete()
    Attempt.objects.update(our_ref="A" + "Z" * 20, status="submitting")

    work()

    assert books() == replace(OPEN, payment="failed")
    assert Attempt.objects.get(pk=attempt.pk).error_code == "not_sent"


def test_a_clock_that_is_set_back_stops_no_polling(account: ProviderAccount) -> None:
    begin(account)
    with later(timedelta(hours=5)):
        work()

    begin(account, order=a_held_order())
    work()

    assert Attempt.objects.latest("pk").polls == 1
