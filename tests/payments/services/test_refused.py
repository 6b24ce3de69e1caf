"""An operation that is given up: until when its key is good, and what is left of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from orders.clock import clock_at, now
from payments.models import Operation
from payments.providers.base import Failure
from payments.registry import provider_for
from payments.services.give_up import in_window, refuse
from payments.states import OperationKind, OperationStatus
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db
REFUSED = Failure("refused")


@pytest.fixture
def release() -> Operation:
    """Of money that a bank holds; it was sent, and nobody knows what became of it."""
    hold = a_hold()
    apply(hold, held(hold))
    return Operation.objects.create(
        attempt=hold,
        request_key="release-1",
        kind=OperationKind.VOID,
        amount=6000,
        status=OperationStatus.UNKNOWN,
        first_sent_at=now(),
    )


@pytest.mark.parametrize(("past", "good"), [(-1, True), (0, True), (1, False)])
def test_a_key_is_good_to_the_last_moment_of_its_window(
    release: Operation, past: int, good: bool
) -> None:
    assert release.first_sent_at
    window = provider_for(release.attempt.account).capabilities.idempotency_window
    moment = release.first_sent_at + window + timedelta(seconds=past)

    with clock_at(lambda: moment):
        assert in_window(release) is good


def test_a_refused_release_has_failed_and_is_not_sent_again(release: Operation) -> None:
    moment = now()

    with clock_at(lambda: moment):
        refuse(release, REFUSED)

    release.refresh_from_db()
    assert release.status == OperationStatus.FAILED
    assert (release.settled_at, release.next_run_at) == (moment, None)


def test_a_refusal_of_one_release_ends_no_other(release: Operation) -> None:
    another = Operation.objects.create(
        attempt=release.attempt, request_key="release-2", kind=OperationKind.VOID, amount=6000
    )

    refuse(release, REFUSED)

    another.refresh_from_db()
    assert another.status == OperationStatus.REQUESTED


def test_a_refusal_is_not_booked_in_a_transaction_that_may_be_undone(release: Operation) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        refuse(release, REFUSED)

    release.refresh_from_db()
    assert release.status == OperationStatus.UNKNOWN
