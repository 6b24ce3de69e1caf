"""What becomes of an event once it is booked or has to wait, and who is said to have told it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from orders.models import StateChange
from payments.models import Attempt, InboxEvent, Payment
from payments.services.inbox import drain_inbox
from payments.services.told import apply_event
from payments.states import InboxState
from tests.factories import an_attempt, later
from tests.payments.asking import an_attempt_to_ask_about, states, tell
from tests.payments.sending import stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def asking(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """An attempt about which an event has just made us ask."""
    attempt = an_attempt_to_ask_about(settings, monkeypatch)
    tell(attempt, "evt_1")
    drain_inbox()
    return attempt


def who_paid() -> str:
    actor: str = StateChange.objects.get().actor
    return actor


def test_an_order_paid_by_a_webhook_says_so() -> None:
    stored(an_attempt())

    drain_inbox()

    assert who_paid() == "webhook"


def test_an_order_paid_by_what_we_asked_says_so(asking: Attempt) -> None:
    assert asking.payment.order.pk
    assert who_paid() == "asked"


def test_an_event_is_not_applied_in_a_transaction_that_may_be_undone() -> None:
    event = stored(an_attempt())

    with transaction.atomic(), pytest.raises(RuntimeError):
        apply_event(event)

    assert Payment.objects.get().captured == 0


def test_an_event_keeps_the_moment_at_which_it_was_done() -> None:
    event = stored(an_attempt())
    apply_event(event)
    done_at = InboxEvent.objects.get().done_at

    with later(timedelta(hours=1)):
        apply_event(event)

    assert InboxEvent.objects.get().done_at == done_at


def test_a_parked_event_that_fits_now_waits_for_the_next_question(asking: Attempt) -> None:
    tell(asking, "evt_2")
    InboxEvent.objects.filter(event_id="evt_2").update(state=InboxState.PARKED)

    drain_inbox()

    assert states() == [InboxState.DONE, InboxState.RECEIVED]


def test_an_event_that_waits_lets_no_other_wait_with_it(asking: Attempt) -> None:
    other = stored(an_attempt(), "evt_other")
    InboxEvent.objects.filter(pk=other.pk).update(state=InboxState.PARKED, next_run_at=None)
    tell(asking, "evt_2")

    drain_inbox()

    other.refresh_from_db()
    assert (other.state, other.attempt_id, other.next_run_at) == (InboxState.PARKED, None, None)
