"""Laws that no bug can break prove nothing: planted ones are found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis
import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, Phase
from hypothesis.stateful import run_state_machine_as_test

from payments.models import Attempt, Operation
from payments.providers.base import Outcome
from payments.services import apply, changes, surplus
from tests.factories import an_account
from tests.payments.machine.adapter import PATH
from tests.payments.machine.test_any_sequence import Money

pytestmark = pytest.mark.django_db


def a_key_for_every_try(plant: pytest.MonkeyPatch) -> None:
    key = property(lambda operation: f"{operation.our_ref}:{operation.tries}")
    plant.setattr(Operation, "key", key)


def surplus_that_stays(plant: pytest.MonkeyPatch) -> None:
    plant.setattr(surplus, "_give_back", lambda *_: None)


def totals_as_they_were_told_last(plant: pytest.MonkeyPatch) -> None:
    def take(attempt: Attempt, outcome: Outcome) -> int:
        before, attempt.captured = attempt.captured, outcome.captured
        return attempt.captured - before

    plant.setattr(apply, "_grow_totals", take)
    plant.setattr(changes, "GROWING", frozenset())  # else the UPDATE refuses it


@pytest.mark.parametrize(
    "bug", [a_key_for_every_try, surplus_that_stays, totals_as_they_were_told_last]
)
def test_a_planted_bug_is_found(
    bug: Callable[[pytest.MonkeyPatch], None], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {"model": PATH}}
    Money.account = an_account(provider="model", code="model")
    bug(monkeypatch)
    bounds = hypothesis.settings(
        max_examples=100,
        stateful_step_count=40,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )

    with pytest.raises((AssertionError, DatabaseError)):
        run_state_machine_as_test(Money, settings=bounds)
