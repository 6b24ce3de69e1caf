"""A webhook that cannot be verified at the door is stored, and acted on only once it is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import now
from payments.models import Attempt, InboxEvent, Payment, Refusal
from payments.services.inbox import drain_inbox
from payments.states import InboxState, PaymentStatus
from tests.factories import an_attempt, later
from tests.payments.adapters import Deferring
from tests.payments.sending import a_body, send
from tests.payments.wire import signed

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(settings: Settings) -> Attempt:
    providers = {"sandbox": "tests.payments.adapters.Deferring"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": providers}
    return an_attempt()


def states() -> list[tuple[str, str]]:
    return list(InboxEvent.objects.order_by("pk").values_list("kind", "state"))


def work() -> None:
    """What is stored by the first run is worked off by the second."""
    drain_inbox()
    drain_inbox()


def test_it_is_acknowledged_and_nothing_is_booked_yet(attempt: Attempt) -> None:
    answer = send(attempt, a_body(attempt))

    assert (answer.status_code, answer.content) == (200, b"later")
    assert states() == [("deferred", InboxState.RECEIVED)]
    assert Payment.objects.get().captured == 0


def test_once_verified_its_events_are_booked(attempt: Attempt) -> None:
    send(attempt, a_body(attempt))

    work()

    assert states() == [("deferred", InboxState.DONE), ("payment.captured", InboxState.DONE)]
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_a_forgery_is_put_aside_and_counted(attempt: Attempt) -> None:
    send(attempt, a_body(attempt), secret="forged")

    work()

    assert states() == [("deferred", InboxState.IGNORED)]
    assert InboxEvent.objects.get().last_error == "signature does not match"
    assert list(Refusal.objects.values_list("reason", "count")) == [("signature", 1)]
    assert Payment.objects.get().captured == 0


def test_what_is_signed_and_cannot_be_read_is_given_up_for_a_person(attempt: Attempt) -> None:
    send(attempt, b"not json")

    work()

    assert states() == [("deferred", InboxState.DEAD)]


def test_a_forgery_that_comes_first_does_not_take_the_place_of_the_true_one(
    attempt: Attempt,
) -> None:
    send(attempt, a_body(attempt), secret="forged")
    send(attempt, a_body(attempt))

    work()

    assert Payment.objects.get().status == PaymentStatus.PAID


def test_the_same_event_verified_twice_is_booked_once(attempt: Attempt) -> None:
    send(attempt, a_body(attempt))
    send(attempt, a_body(attempt), at=now().timestamp() - 5)

    work()

    assert len(states()) == 3
    assert Payment.objects.get().captured == 6000


def test_the_moment_that_counts_is_when_it_came_in(attempt: Attempt) -> None:
    send(attempt, a_body(attempt))

    with later(timedelta(hours=5)):
        work()

    assert Payment.objects.get().status == PaymentStatus.PAID


def test_while_no_verdict_can_be_had_it_waits(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Deferring, "down", True)
    send(attempt, a_body(attempt))

    work()

    event = InboxEvent.objects.get()
    assert (event.state, event.tries) == (InboxState.RECEIVED, 1)
    assert event.last_error == "ProviderDown: no certificate"


def test_the_signature_is_kept_until_it_is_verified_and_no_longer(attempt: Attempt) -> None:
    body = a_body(attempt)
    headers = {"Cookie": "secret", **signed(body, secret="whsec", at=now().timestamp())}
    send(attempt, body, headers=headers)
    assert set(InboxEvent.objects.get().headers) == {"content-type", "sandbox-signature"}

    work()

    event = InboxEvent.objects.get(kind="deferred")
    assert (event.headers, bytes(event.body)) == ({}, b"")
