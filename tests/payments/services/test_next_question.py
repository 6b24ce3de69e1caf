"""When an attempt is asked about next, and what need not be looked at before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import Attempt, InboxEvent, ParkedReference
from payments.providers.actions import Redirect
from payments.providers.base import ProviderObject, Status
from payments.services.apply import apply_outcome
from payments.states import InboxState
from tests.factories import an_attempt, seen
from tests.payments.sending import stored
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_asked_about_as_soon_as_the_shopper_can_act_no_more() -> None:
    attempt, ends = an_attempt(), now() + timedelta(seconds=10)

    page = Redirect("https://bank/1", ends)
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION, next_action=page))

    assert Attempt.objects.get().next_poll_at == ends


def test_once_its_status_has_changed_the_waits_begin_anew() -> None:
    attempt = an_attempt()
    Attempt.objects.update(polls=5)

    apply(attempt, seen(attempt, Status.PROCESSING))

    assert Attempt.objects.get().polls == 0


def test_the_answer_to_a_creation_queues_nothing_that_is_parked() -> None:
    attempt, moment = an_attempt(), now() + timedelta(hours=1)
    event = stored(attempt)
    InboxEvent.objects.update(state=InboxState.PARKED, next_run_at=moment)
    ParkedReference.objects.create(event=event, object_id="ch_1")

    named = seen(attempt, Status.PROCESSING, objects=(ProviderObject("charge", "ch_1"),))
    apply_outcome(attempt_id=attempt.pk, outcome=named, source="create")

    assert InboxEvent.objects.get().next_run_at == moment
