"""What the bank tells by itself, over HTTP: lost, repeated, reordered, late, refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from django.test import Client

from orders.money import Money
from payments.models import Attempt, InboxEvent, Operation, Payment, ProviderAccount, Review
from payments.services.inbox import drain_inbox
from payments.services.submit import submit_due_operations
from payments.states import InboxState
from tests.config.waiting import until
from tests.factories import GBP, later
from tests.payments.flows.cast import (
    FAILED,
    IN_FLIGHT,
    PAID,
    SIX_SECONDS,
    ask_bank,
    begin,
    books,
    choose,
    pay,
    refunds,
    work,
)
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db(transaction=True)


def deliveries(attempt: Attempt) -> list[dict[str, Any]]:
    """What the bank has tried to tell of an attempt, oldest first."""
    account = attempt.account
    payment = attempt.provider_objects.get(kind="payment").object_id
    key = account.for_provider().secrets["api_key"]
    answer = httpx.get(
        f"{account.base_url}/v1/events",
        params={"payment": payment},
        headers={"Authorization": f"Bearer {key}"},
        trust_env=False,
    )
    return list(reversed(answer.json()["data"]))


def all_told(attempt: Attempt, *types: str) -> bool:
    """Wait until the bank has delivered exactly these, and apply them."""

    def done() -> bool:
        told = deliveries(attempt)
        return [event["type"] for event in told] == list(types) and all(
            event["delivered_at"] for event in told
        )

    come = until(done, seconds=30)
    drain_inbox()
    return come


def wait_for(condition: Callable[[], object]) -> None:
    """Apply what comes in until the books say so."""

    def holds() -> object:
        drain_inbox()
        return condition()

    assert until(holds, seconds=30), books()


def ask_back(amount: int = 6000) -> Operation:
    """Let staff give back the money, and a worker send it."""
    operation = a_refund(Payment.objects.get(), amount, note="broken").operations.get()
    submit_due_operations()
    return operation


def test_the_bank_tells_of_the_money(told: ProviderAccount) -> None:
    attempt = pay(begin(told))

    assert all_told(attempt, "payment.captured")
    assert books() == PAID


def test_the_bank_tells_of_a_decline(told: ProviderAccount) -> None:
    attempt = pay(begin(told), "tok_decline_lost_card")

    assert all_told(attempt, "payment.declined")
    assert books() == FAILED


def test_a_webhook_that_is_lost_is_made_up_for_by_asking(told: ProviderAccount) -> None:
    attempt = pay(begin(told), "tok_webhook_lost")

    work()

    assert books() == PAID
    assert deliveries(attempt)[0]["delivered_at"] is None
    assert not InboxEvent.objects.exists()


def test_a_webhook_that_is_repeated_is_stored_once(told: ProviderAccount) -> None:
    attempt = pay(begin(told), "tok_webhook_repeated")

    assert until(lambda: deliveries(attempt)[0]["tries"] == 3, seconds=30)
    drain_inbox()

    assert books() == PAID
    assert InboxEvent.objects.get().state == InboxState.DONE


def test_webhooks_in_the_wrong_order_end_in_the_same_books(told: ProviderAccount) -> None:
    attempt = pay(begin(told), "tok_webhook_reordered")

    assert all_told(attempt, "payment.processing", "payment.captured")

    kinds = list(InboxEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["payment.captured", "payment.processing"]
    assert books() == PAID


def test_a_late_webhook_finds_the_money_booked_by_who_came_back(
    told: ProviderAccount, client: Client
) -> None:
    attempt = pay(begin(told), "tok_webhook_late")
    token = Payment.objects.get().token
    assert client.get(f"/payments/pay/{token}/status/").json()["stage"] == "paid"
    assert not InboxEvent.objects.exists()

    assert all_told(attempt, "payment.captured")

    assert books() == PAID


def test_a_webhook_in_the_wrong_mode_is_refused(told: ProviderAccount) -> None:
    attempt = pay(begin(told), "tok_wrong_mode")

    assert until(lambda: deliveries(attempt)[0]["last_result"], seconds=30)

    assert "400" in str(deliveries(attempt)[0]["last_result"])
    assert not InboxEvent.objects.exists()
    assert books() == IN_FLIGHT


def test_a_webhook_of_the_way_that_was_left_gives_the_money_back(told: ProviderAccount) -> None:
    first = begin(told, "card")
    ProviderAccount.objects.update(base_url="http://127.0.0.1:9")
    assert choose(first, "wallet").closing_at
    ProviderAccount.objects.update(base_url=told.base_url)
    with later(SIX_SECONDS):
        second = choose(first, "wallet")
    pay(first)
    ask_bank(pay(second, "wal_approve"))

    wait_for(lambda: books().surplus)
    submit_due_operations()

    assert books() == replace(
        PAID, captured=12000, surplus=6000, refunded=6000, mails=("confirmation", "refund")
    )


def test_a_slow_debit_is_told_and_mailed(told: ProviderAccount) -> None:
    attempt = pay(begin(told, "bank_debit"), "deb_approve")

    assert all_told(attempt, "payment.processing", "payment.captured")

    assert books() == PAID


def test_a_pending_refund_succeeds_later(told: ProviderAccount) -> None:
    attempt = ask_bank(pay(begin(told), "tok_refund_pending"))
    ask_back()
    assert books() == replace(PAID, pending=6000, mails=("confirmation", "refund_asked"))

    assert all_told(attempt, "payment.captured", "refund.pending", "refund.succeeded")

    told_of = ("confirmation", "refund_asked", "refund")
    assert books() == replace(PAID, payment="refunded", refunded=6000, mails=told_of)


def test_a_pending_refund_that_fails_goes_to_a_person(told: ProviderAccount) -> None:
    attempt = ask_bank(pay(begin(told), "tok_refund_pending_then_failed"))
    ask_back()

    assert all_told(attempt, "payment.captured", "refund.pending", "refund.failed")

    assert refunds() == [("failed", 6000)]
    told_of = ("confirmation", "refund_asked", "refund_failed")
    assert books() == replace(PAID, reviews=("refund_failed",), mails=told_of)
    assert Review.objects.get().facts["why"]["why"] == "account_closed"


def test_a_refund_that_fails_days_later_does_not_stay_done(told: ProviderAccount) -> None:
    attempt = ask_bank(pay(begin(told), "tok_refund_fails_later"))
    ask_back(2000)
    assert books().refunded == 2000

    assert all_told(attempt, "payment.captured", "refund.succeeded", "refund.failed")

    assert refunds() == [("reversed", 2000)]
    told_of = ("confirmation", "refund_asked", "refund", "refund_returned")
    assert books() == replace(PAID, reviews=("refund_failed",), mails=told_of)


def test_a_refund_of_surplus_that_fails_goes_to_a_person(told: ProviderAccount) -> None:
    first = begin(told, "card")
    pay(first, "tok_refund_pending_then_failed")
    Attempt.objects.filter(pk=first.pk).update(superseded_at=first.created_at, reserved=0)
    Payment.objects.update(reserved=0)

    ask_bank(first)
    submit_due_operations()
    wait_for(lambda: books().reviews)

    assert refunds() == [("failed", 6000)]
    assert books().reviews == ("refund_failed",)


@pytest.mark.parametrize(("ends", "held"), [("opened", 6000), ("won", 0), ("lost", 6000)])
def test_a_dispute_is_told_to_a_person_and_holds_the_money_unless_it_is_won(
    told: ProviderAccount, ends: str, held: int
) -> None:
    attempt = pay(begin(told), f"tok_dispute_{ends}")
    told_last = [] if ends == "opened" else [f"dispute.{ends}"]

    assert all_told(attempt, "payment.captured", "dispute.opened", *told_last)

    assert books() == replace(PAID, disputed=held, reviews=("dispute",))
    assert Payment.objects.get().refundable == Money(6000 - held, GBP)


def test_a_void_is_told_too_and_changes_nothing_more(told: ProviderAccount) -> None:
    first = begin(told, "card")
    choose(first, "wallet")

    assert all_told(first, "payment.cancelled")

    assert books() == IN_FLIGHT
