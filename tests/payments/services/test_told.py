"""Events that make us ask: one question answers all that wait, at most one in 5 seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from payments.models import Attempt, InboxEvent, Payment
from payments.providers.base import DisputeSeen, DisputeStatus, Status
from payments.services.inbox import drain_inbox
from payments.services.told import ASK_EVERY
from payments.states import AttemptStatus, InboxState, PaymentStatus
from tests.factories import captured, later, seen
from tests.payments.adapters import AskMe
from tests.payments.asking import an_attempt_to_ask_about, states, tell
from tests.payments.sending import stored
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    return an_attempt_to_ask_about(settings, monkeypatch)


def test_an_event_without_an_outcome_makes_us_ask(attempt: Attempt) -> None:
    tell(attempt, "evt_1")

    drain_inbox()

    assert len(AskMe.asked) == 1
    assert Payment.objects.get().status == PaymentStatus.PAID
    assert states() == [InboxState.DONE]


def test_ten_of_them_make_us_ask_twice(attempt: Attempt) -> None:
    tell(attempt, *(f"evt_{n}" for n in range(10)))

    drain_inbox()
    assert (len(AskMe.asked), states().count(InboxState.DONE)) == (1, 1)
    with later(ASK_EVERY):
        drain_inbox()

    assert len(AskMe.asked) == 2
    assert states() == [InboxState.DONE] * 10


def test_what_comes_after_the_question_waits_for_the_next(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AskMe, "says", seen(attempt, Status.PROCESSING))
    tell(attempt, "evt_1")
    drain_inbox()
    tell(attempt, "evt_2")
    drain_inbox()
    assert states() == [InboxState.DONE, InboxState.RECEIVED]

    monkeypatch.setattr(AskMe, "says", captured(attempt))
    with later(ASK_EVERY):
        drain_inbox()

    assert states() == [InboxState.DONE] * 2
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_no_answer_puts_it_back_and_counts_a_try(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AskMe, "says", None)
    tell(attempt, "evt_1")

    drain_inbox()

    event = InboxEvent.objects.get()
    assert (event.state, event.tries) == (InboxState.RECEIVED, 1)
    assert event.last_error == "ProviderDown: no answer"


def test_waiting_for_the_next_question_is_no_failed_try(attempt: Attempt) -> None:
    tell(attempt, "evt_1", "evt_2")

    drain_inbox()

    waiting = InboxEvent.objects.get(event_id="evt_2")
    assert (waiting.tries, waiting.last_error) == (0, "")
    with later(ASK_EVERY - timedelta(seconds=1)):
        assert drain_inbox() == 0


@pytest.fixture
def talking(attempt: Attempt, settings: Settings) -> Attempt:
    """An attempt that waits for the shopper; its provider's events carry what they tell of."""
    providers = {"sandbox": "tests.payments.adapters.Answering"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": providers}
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION))
    return attempt


def told(attempt: Attempt, status: Status, **money: Any) -> str:
    """Where the attempt stands after a webhook of that status."""
    stored(attempt, f"evt_{status}", status=status, **{"authorized": 0, "captured": 0} | money)
    drain_inbox()
    return Attempt.objects.get().status


def test_an_old_decline_ends_nothing_that_is_on_its_way(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_its_way = seen(talking, Status.PROCESSING)
    apply(talking, on_its_way)
    monkeypatch.setattr(AskMe, "says", on_its_way)

    assert told(talking, Status.DECLINED) == AttemptStatus.PROCESSING
    assert (len(AskMe.asked), states()) == (1, [InboxState.DONE])


def test_a_decline_ends_an_attempt_once_the_provider_has_said_it_when_asked(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AskMe, "says", seen(talking, Status.DECLINED))

    assert told(talking, Status.DECLINED) == AttemptStatus.DECLINED
    assert len(AskMe.asked) == 1


def test_what_is_asked_may_lead_back_to_the_shopper(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(talking, seen(talking, Status.PROCESSING))
    monkeypatch.setattr(AskMe, "says", seen(talking, Status.REQUIRES_ACTION))

    assert told(talking, Status.REQUIRES_ACTION) == AttemptStatus.REQUIRES_ACTION


def test_money_is_booked_without_asking(talking: Attempt) -> None:
    apply(talking, seen(talking, Status.PROCESSING))

    assert told(talking, Status.CAPTURED, captured=6000) == AttemptStatus.CAPTURED
    assert not AskMe.asked


@pytest.mark.parametrize("money", [Status.AUTHORIZED, Status.CAPTURED])
def test_money_without_its_amount_is_asked_about(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch, money: Status
) -> None:
    monkeypatch.setattr(AskMe, "says", captured(talking, 4000))

    assert told(talking, money) == AttemptStatus.CAPTURED
    assert Payment.objects.get().captured == 4000


def test_money_without_its_amount_is_asked_about_where_the_attempt_has_ended(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply(talking, seen(talking, Status.DECLINED))
    monkeypatch.setattr(AskMe, "says", captured(talking))

    assert told(talking, Status.CAPTURED) == AttemptStatus.CAPTURED


def test_that_a_bank_is_at_it_is_believed_without_asking(talking: Attempt) -> None:
    assert told(talking, Status.PROCESSING) == AttemptStatus.PROCESSING
    assert not AskMe.asked


def test_an_old_decision_of_a_dispute_is_asked_about_and_moves_nothing(
    talking: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    won = DisputeSeen("dp_1", talking.money(6000), DisputeStatus.WON)
    apply(talking, captured(talking, disputes=(won,)))
    monkeypatch.setattr(AskMe, "says", captured(talking, disputes=(won,)))
    lost = {"id": "dp_1", "amount": 6000, "status": "lost", "reason": "fraudulent"}

    stored(talking, disputes=[lost | {"evidence_due_at": None}])
    drain_inbox()

    assert (len(AskMe.asked), states()) == (1, [InboxState.DONE])
    assert Payment.objects.get().disputed == 0
