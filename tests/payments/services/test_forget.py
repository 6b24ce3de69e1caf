"""Bodies are forgotten after their time, keys never; what still waits keeps its body."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import DjangoAssertNumQueries, Settings

from orders.clock import now
from payments.models import Attempt, InboxEvent, ParkedReference, Payment, Refusal
from payments.providers.base import RawRequest
from payments.providers.sandbox.webhook import read_event
from payments.services import forget
from payments.services.forget import forget_bodies
from payments.services.inbox import drain_inbox
from payments.services.receive import receive
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt, later
from tests.payments.sending import a_body, send, stored
from tests.payments.wire import a_captured_body

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=90)


def settled(attempt: Attempt, name: str = "evt_1", **changes: object) -> InboxEvent:
    event = stored(attempt, name)
    InboxEvent.objects.filter(pk=event.pk).update(**{"state": InboxState.DONE} | changes)
    return event


def test_a_body_is_kept_until_its_day() -> None:
    settled(an_attempt())

    with later(KEPT - timedelta(minutes=1)):
        assert forget_bodies() == 0
    assert bytes(InboxEvent.objects.get().body)


@pytest.mark.parametrize("state", [InboxState.DONE, InboxState.DEAD])
def test_a_settled_body_is_forgotten_and_its_key_is_kept(state: str) -> None:
    settled(an_attempt(), state=state)

    with later(KEPT + timedelta(minutes=1)):
        assert forget_bodies() == 1

    event = InboxEvent.objects.get()
    assert (bytes(event.body), event.headers, event.event_id) == (b"", {}, "evt_1")


@pytest.mark.parametrize("state", [InboxState.RECEIVED, InboxState.PARKED])
def test_what_still_waits_is_not_forgotten(state: str) -> None:
    settled(an_attempt(), state=state)

    with later(KEPT * 2):
        assert forget_bodies() == 0
    assert bytes(InboxEvent.objects.get().body)


def test_a_forgery_is_deleted() -> None:
    settled(an_attempt(), state=InboxState.IGNORED, deferred=True)

    with later(KEPT + timedelta(minutes=1)):
        forget_bodies()

    assert not InboxEvent.objects.exists()


def test_a_second_run_forgets_nothing() -> None:
    settled(an_attempt())

    with later(KEPT * 2):
        forget_bodies()
        assert forget_bodies() == 0


def test_a_repeat_of_a_forgotten_event_is_still_known() -> None:
    attempt = an_attempt()
    settled(attempt)
    InboxEvent.objects.update(next_run_at=None)

    with later(KEPT * 2):
        forget_bodies()
        receive(
            account=attempt.account,
            event=read_event(a_captured_body(attempt) | {"id": "evt_1"}),
            raw=RawRequest(b"{}", {}),
        )
        assert drain_inbox() == 0
    assert InboxEvent.objects.count() == 1


def test_a_dead_event_whose_body_is_forgotten_is_applied_when_it_is_sent_again() -> None:
    attempt = an_attempt()
    settled(attempt, state=InboxState.DEAD)

    with later(KEPT * 2):
        forget_bodies()
        stored(attempt, "evt_1")
        drain_inbox()

    assert Payment.objects.get().status == PaymentStatus.PAID


def test_a_repeat_does_not_replace_a_body_that_is_kept() -> None:
    attempt = an_attempt()
    event = settled(attempt, state=InboxState.PARKED)

    told = read_event(a_captured_body(attempt) | {"id": "evt_1"})
    receive(account=attempt.account, event=told, raw=RawRequest(b"other", {}))

    assert bytes(InboxEvent.objects.get().body) == bytes(event.body)


def test_it_goes_in_batches(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(forget, "BATCH", 2)
    attempt = an_attempt()
    for name in ("evt_1", "evt_2", "evt_3"):
        settled(attempt, name)

    with later(KEPT * 2), django_assert_num_queries(8):  # three that tidy up, 2 + 2 + 1
        assert forget_bodies() == 3


def test_old_refusals_and_the_references_of_settled_events_go_too() -> None:
    account = an_account()
    Refusal.objects.create(account=account, reason="stale", day=now().date(), count=1)
    event = settled(an_attempt(account=account), state=InboxState.DEAD)
    ParkedReference.objects.create(event=event, object_id="pay_1")

    with later(KEPT + timedelta(days=1)):
        forget_bodies()

    assert not Refusal.objects.exists()
    assert not ParkedReference.objects.exists()


def test_the_days_are_a_setting(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "body_days": 1}
    settled(an_attempt())
    InboxEvent.objects.update(received_at=F("received_at") - timedelta(days=2))

    assert forget_bodies() == 1


def test_the_key_of_another_shops_event_is_kept_for_ever() -> None:
    """Truly signed and not ours: no forgery."""
    attempt = an_attempt()
    body = json.loads(a_body(attempt))
    body["data"] |= {"reference": "SHOP-B-17", "id": "pay_other"}
    send(attempt, json.dumps(body).encode())
    drain_inbox()
    assert InboxEvent.objects.get().state == "ignored"

    with later(timedelta(days=91)):
        forget_bodies()

    assert InboxEvent.objects.count() == 1
