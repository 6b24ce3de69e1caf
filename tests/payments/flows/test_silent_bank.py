"""A bank that takes in requests and never answers keeps a shopper seconds, and loses no money."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client
from pytest_django import Settings

from payments.models import Attempt, Payment, ProviderAccount
from payments.registry import option_by_key
from payments.services.ask import ask_if_waiting
from payments.services.choose import choose_method
from payments.services.start import submit_attempt
from payments.states import AttemptStatus
from tests.contract.faults import TIMEOUT_AFTER, TIMEOUT_BEFORE, Fault
from tests.contract.proxy import Sent, Wire
from tests.payments.flows.cast import (
    IN_FLIGHT,
    PAID,
    TWO_HOURS,
    a_held_order,
    bank_payment,
    begin,
    books,
    pay,
    work,
)

pytestmark = pytest.mark.django_db
A_CALL = 20.0
"""What one call may take in these tests: far more than any shopper may wait."""


@pytest.fixture
def wire(account: ProviderAccount, settings: Settings) -> Iterator[Wire]:
    """The line between the shop and the bank."""
    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": A_CALL}
    wire = Wire(account.base_url)
    ProviderAccount.objects.update(base_url=wire.url)
    yield wire
    wire.close()


@pytest.fixture
def first(account: ProviderAccount, wire: Wire) -> Attempt:
    """An attempt by card whose shopper is at the bank's page."""
    return begin(account, "card")


def choose_wallet(first: Attempt, wire: Wire, fault: Fault) -> tuple[Attempt, list[Sent]]:
    """Choose another way while the bank hangs; what is gone on with, and what was sent."""
    option = option_by_key("sandbox/wallet", first.payment.due)
    with wire.trouble(fault) as sent:
        attempt, fresh = choose_method(payment_id=first.payment_id, option=option)
    assert fresh
    return attempt, sent


def test_a_create_without_an_answer_leads_to_a_page_that_does_not_ask(
    client: Client, wire: Wire, settings: Settings
) -> None:
    payment = Payment.objects.get(order=a_held_order())
    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": 0.5}

    with wire.trouble(TIMEOUT_AFTER) as sent:
        url = f"/payments/pay/{payment.token}/"
        page = client.post(url, {"method": "sandbox/card"}, follow=True)

    assert "wait.js" in page.text
    assert [(each.method, each.path) for each in sent] == [("POST", "/v1/payments")]


def test_workers_find_what_became_of_a_create_without_an_answer(
    wire: Wire, account: ProviderAccount, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": 0.5}
    with wire.trouble(TIMEOUT_AFTER):
        attempt = begin(account, "card")
    assert attempt.status == AttemptStatus.UNKNOWN

    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": A_CALL}
    work()

    attempt.refresh_from_db()
    assert attempt.status == AttemptStatus.REQUIRES_ACTION
    assert books() == IN_FLIGHT


def test_a_waiting_page_waits_for_no_answer_longer_than_until_it_may_ask_again(
    wire: Wire, first: Attempt
) -> None:
    began = time.monotonic()

    with wire.trouble(TIMEOUT_BEFORE) as sent:
        asked = ask_if_waiting(first)

    assert time.monotonic() - began < A_CALL / 2
    assert (len(sent), asked.in_flight) == (1, True)


def test_another_way_leaves_a_first_payment_whose_bank_hangs_in_one_request(
    wire: Wire, first: Attempt
) -> None:
    began = time.monotonic()

    second, sent = choose_wallet(first, wire, TIMEOUT_BEFORE)

    assert time.monotonic() - began < A_CALL * 0.75
    assert [each.path.rpartition("/")[2] for each in sent] == ["void"]
    first.refresh_from_db()
    assert (second.method, books()) == ("wallet", IN_FLIGHT)
    assert first.superseded_at is not None
    assert first.next_poll_at is not None


def test_a_void_without_an_answer_is_finished_by_workers(wire: Wire, first: Attempt) -> None:
    second, _sent = choose_wallet(first, wire, TIMEOUT_AFTER)
    pay(submit_attempt(second), "wal_approve")

    work(after=TWO_HOURS)

    first.refresh_from_db()
    assert (first.status, bank_payment(first)["status"]) == (AttemptStatus.VOIDED, "cancelled")
    assert books() == PAID


def test_money_of_a_payment_whose_void_never_arrived_goes_back(wire: Wire, first: Attempt) -> None:
    second, _sent = choose_wallet(first, wire, TIMEOUT_BEFORE)
    pay(first)
    pay(submit_attempt(second), "wal_approve")

    work(after=TWO_HOURS)

    mails = ("confirmation", "refund")
    twice = replace(PAID, captured=12000, surplus=6000, refunded=6000)
    assert replace(books(), mails=tuple(sorted(books().mails))) == replace(twice, mails=mails)
