"""When a hold ends is what was told last, not what an old event says again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import Attempt
from payments.services.apply import apply_outcome
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold() -> Attempt:
    return a_hold()


def test_an_old_event_does_not_shorten_a_hold_that_was_prolonged(hold: Attempt) -> None:
    before, after = now() + timedelta(days=2), now() + timedelta(days=9)
    apply(hold, held(hold, until=before), held(hold, until=after))

    old = held(hold, until=before)
    apply_outcome(attempt_id=hold.pk, outcome=old, source="webhook")

    hold.refresh_from_db()
    assert hold.capture_before == after


def test_an_answer_shortens_a_hold(hold: Attempt) -> None:
    before, after = now() + timedelta(days=2), now() + timedelta(days=9)
    apply(hold, held(hold, until=after))

    apply_outcome(attempt_id=hold.pk, outcome=held(hold, until=before), source="poll")

    hold.refresh_from_db()
    assert hold.capture_before == before
