"""Which events a worker takes from the inbox, and when it calls another."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from orders.clock import clock_at, now
from payments.models import InboxEvent
from payments.services import inbox
from payments.services.inbox import drain_inbox
from payments.states import InboxState
from tests.factories import an_attempt
from tests.payments.asking import states
from tests.payments.sending import stored

pytestmark = pytest.mark.django_db


def test_who_finds_few_events_calls_no_other_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    stored(an_attempt())
    monkeypatch.setattr(inbox, "wake", woken.append)

    drain_inbox()

    assert woken == []


def test_what_another_worker_has_claimed_since_the_look_is_left_to_it() -> None:
    first, _second = (stored(an_attempt()) for _ in range(2))
    looks, moment = iter(range(99)), now()

    def clock() -> datetime:
        if next(looks) == 1:  # between the look and the claim
            InboxEvent.objects.filter(pk=first.pk).update(next_run_at=moment + timedelta(hours=1))
        return moment

    with clock_at(clock):
        looked_at = drain_inbox()

    assert (looked_at, states()) == (1, [InboxState.RECEIVED, InboxState.DONE])
