"""An event about a payout tells staff where it rings, and is left to the report where not."""

from __future__ import annotations

import pytest
from django.core import mail
from pytest_django import Settings

from payments.models import FailedPayout, InboxEvent
from payments.services.inbox import drain_inbox
from payments.states import InboxState
from tests.factories import an_attempt
from tests.payments.adapters import TellsOfPayout
from tests.payments.disputing import MANAGERS
from tests.payments.sending import stored

pytestmark = pytest.mark.django_db
LEFT = "what was paid out is read from the provider's report"


def told_of_a_payout(settings: Settings, adapter: str) -> InboxEvent:
    """One event, worked off by an adapter of that name."""
    settings.MANAGERS = MANAGERS
    attempt = an_attempt()
    providers = {"sandbox": f"tests.payments.adapters.{adapter}"}
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": providers}
    event = stored(attempt)
    drain_inbox()
    event.refresh_from_db()
    return event


def test_what_came_back_is_kept_and_told_in_one_line(settings: Settings) -> None:
    event = told_of_a_payout(settings, "TellsOfPayout")

    (sent,) = mail.outbox
    assert sent.body.splitlines()[-1] == "sandbox po_1: £58.90 (no account)"
    assert (event.state, event.attempt, event.next_run_at) == (InboxState.DONE, None, None)
    assert event.done_at
    kept = FailedPayout.objects.values_list("ref", "amount", "currency", "reason")
    assert list(kept) == [("po_1", 5890, "GBP", "no account")]


def test_what_rings_nothing_is_left_to_the_report(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TellsOfPayout, "rings", False)

    event = told_of_a_payout(settings, "TellsOfPayout")

    assert (event.state, event.last_error) == (InboxState.IGNORED, LEFT)
    assert not FailedPayout.objects.exists()


def test_of_a_provider_that_says_no_more_it_is_left_to_the_report(settings: Settings) -> None:
    event = told_of_a_payout(settings, "SilentOnPayouts")

    assert (event.state, event.last_error) == (InboxState.IGNORED, LEFT)
    assert mail.outbox == []
