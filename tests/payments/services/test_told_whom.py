"""Whose event it is, and when its body has to be asked about."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from orders.clock import clock_at, now
from payments.models import Attempt, InboxEvent, ProviderObject
from payments.providers.base import ProviderObject as Named
from payments.providers.base import Status, WebhookEvent
from payments.services.inbox import drain_inbox
from payments.services.told import ASK_EVERY, _attempt_of
from payments.states import AttemptStatus, InboxState
from tests.factories import an_account, an_attempt, captured, seen
from tests.payments.adapters import AskMe
from tests.payments.asking import an_attempt_to_ask_about, states, tell
from tests.payments.sending import stored
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    return an_attempt_to_ask_about(settings, monkeypatch)


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


A_PART = {
    "id": "x_1",
    "reference": "",
    "amount": 100,
    "currency": "GBP",
    "status": "open",
    "reason": "",
}


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        (Status.AUTHORIZED, {"authorized": 6000}),
        (Status.DECLINED, {"released": 6000}),
        (Status.DECLINED, {"captured": 1}),
        (Status.DECLINED, {"refunds": [A_PART | {"status": "pending", "failure_code": None}]}),
        (Status.DECLINED, {"disputes": [A_PART]}),
        (Status.DECLINED, {"captures": [A_PART]}),
    ],
    ids=["authorized", "released", "captured", "refund", "dispute", "capture"],
)
def test_whatever_tells_of_money_is_booked_without_asking(
    talking: Attempt, status: Status, facts: dict[str, Any]
) -> None:
    apply(talking, seen(talking, Status.PROCESSING))

    told(talking, status, **facts)

    assert (AskMe.asked, states()) == ([], [InboxState.DONE])


@pytest.mark.parametrize("status", [Status.DECLINED, Status.EXPIRED])
def test_of_an_attempt_that_has_ended_no_word_makes_us_ask(
    talking: Attempt, status: Status
) -> None:
    apply(talking, seen(talking, Status.DECLINED))

    told(talking, status)

    assert (AskMe.asked, states()) == ([], [InboxState.DONE])


@pytest.mark.parametrize("status", [Status.REQUIRES_ACTION, Status.PROCESSING])
def test_a_word_that_we_had_heard_makes_nobody_ask(talking: Attempt, status: Status) -> None:
    apply(talking, seen(talking, status))

    assert told(talking, status) == AttemptStatus(status)
    assert not AskMe.asked


def test_an_answer_settles_no_event_of_another_attempt(
    attempt: Attempt, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = an_attempt()
    monkeypatch.setattr(AskMe, "says", seen(other, Status.PROCESSING))
    tell(other, "evt_1", "evt_2")
    drain_inbox()
    monkeypatch.setattr(AskMe, "says", captured(attempt))

    tell(attempt, "evt_3")
    drain_inbox()

    waiting = InboxEvent.objects.get(state=InboxState.RECEIVED)
    assert (waiting.event_id, waiting.attempt_id) == ("evt_2", other.pk)


def test_it_is_asked_again_after_five_seconds_and_not_before(attempt: Attempt) -> None:
    moment = now()
    with clock_at(lambda: moment):
        tell(attempt, "evt_1", "evt_2")
        drain_inbox()
    assert InboxEvent.objects.get(event_id="evt_2").next_run_at == moment + ASK_EVERY

    with clock_at(lambda: moment + ASK_EVERY):
        drain_inbox()

    assert len(AskMe.asked) == 2


def test_asking_about_one_attempt_keeps_no_other_waiting(attempt: Attempt) -> None:
    tell(attempt, "evt_1")
    tell(an_attempt(), "evt_2")

    drain_inbox()

    assert len(AskMe.asked) == 2


def about(attempt: Attempt, told: WebhookEvent) -> Attempt | None:
    """The attempt that an event of this attempt's account is about."""
    return _attempt_of(attempt.account, told)


def test_an_event_is_about_the_attempt_it_names_by_our_reference(attempt: Attempt) -> None:
    an_attempt()

    assert about(attempt, WebhookEvent("evt_1", "paid", our_ref=attempt.our_ref)) == attempt


def test_a_reference_of_another_account_is_about_nothing(attempt: Attempt) -> None:
    other = an_attempt(account=an_account(code="other", merchant_id="mer_other"))

    assert about(other, WebhookEvent("evt_1", "paid", our_ref=attempt.our_ref)) is None


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (Named("capture", "cap_1"), True),
        (Named("payment", "cap_1"), False),
        (Named("capture", "cap_2"), False),
    ],
    ids=["known", "of another kind", "of another id"],
)
def test_an_event_is_about_what_we_know_by_kind_and_id(
    attempt: Attempt, named: Named, found: bool
) -> None:
    ProviderObject.objects.create(
        account=attempt.account, kind="capture", object_id="cap_1", attempt=attempt
    )
    event = WebhookEvent("evt_1", "paid", objects=(Named("charge", "ch_1"), named))

    assert (about(attempt, event) == attempt) is found


def test_what_another_account_calls_so_is_about_nothing_here(attempt: Attempt) -> None:
    other = an_attempt(account=an_account(code="other", merchant_id="mer_other"))
    ProviderObject.objects.create(
        account=attempt.account, kind="capture", object_id="cap_1", attempt=attempt
    )

    named = (Named("capture", "cap_1"),)
    assert about(other, WebhookEvent("evt_1", "paid", objects=named)) is None


def test_one_known_name_of_several_is_enough(attempt: Attempt) -> None:
    ProviderObject.objects.create(
        account=attempt.account, kind="capture", object_id="cap_1", attempt=attempt
    )
    names = (Named("capture", "cap_1"), Named("charge", "ch_1"))

    assert about(attempt, WebhookEvent("evt_1", "paid", objects=names)) == attempt
