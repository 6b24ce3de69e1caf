"""What is parked, ignored or queued is this one event, and only while it still waits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import InboxEvent, ParkedReference
from payments.providers.base import ProviderObject, Status, WebhookEvent
from payments.services import parked
from payments.services.parked import park
from payments.states import InboxState
from tests.factories import an_attempt, seen
from tests.payments.asking import states
from tests.payments.sending import stored
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db(transaction=True)
CHARGE = ProviderObject("charge", "ch_1")
OF_ANOTHER_SHOP = WebhookEvent("evt_1", "paid", our_ref="shop-b-1234")


def waiting_for_the_charge() -> InboxEvent:
    event = stored(an_attempt())
    InboxEvent.objects.update(state=InboxState.PARKED, next_run_at=now() + timedelta(hours=10))
    ParkedReference.objects.create(event=event, object_id=CHARGE.id)
    return event


def tell_of_the_charge(event: InboxEvent) -> None:
    attempt = an_attempt(account=event.account)
    apply(attempt, seen(attempt, Status.PROCESSING, objects=(CHARGE,)))


@pytest.mark.parametrize(
    ("told", "state"),
    [(WebhookEvent("evt_1", "paid"), InboxState.PARKED), (OF_ANOTHER_SHOP, InboxState.IGNORED)],
)
def test_it_is_set_aside_without_the_others(told: WebhookEvent, state: InboxState) -> None:
    event = stored(an_attempt(), "evt_1")
    stored(an_attempt(), "evt_2")

    park(event, told)

    assert states() == [state, InboxState.RECEIVED]


def test_what_was_applied_meanwhile_is_not_taken_for_another_shops() -> None:
    event = stored(an_attempt())
    InboxEvent.objects.update(state=InboxState.DONE)

    park(event, OF_ANOTHER_SHOP)

    assert states() == [InboxState.DONE]


def test_what_was_applied_meanwhile_is_not_queued_once_its_name_is_known() -> None:
    event = waiting_for_the_charge()
    InboxEvent.objects.update(state=InboxState.DONE, next_run_at=None)

    tell_of_the_charge(event)

    assert InboxEvent.objects.get().next_run_at is None


def test_that_nothing_can_be_queued_does_not_trouble_who_books(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event, asked = waiting_for_the_charge(), []

    def fail(task: str) -> None:
        asked.append(task)
        raise OSError

    monkeypatch.setattr(parked, "wake", fail)

    tell_of_the_charge(event)

    assert asked == ["payments.drain_inbox"]
