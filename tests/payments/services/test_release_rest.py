"""Releasing what is left of a hold of which a part was captured: once, and the part stays."""

from __future__ import annotations

import pytest

from orders.clock import now
from orders.states import OrderState
from payments.errors import CaptureRefused, ReleaseRefused
from payments.models import Attempt, Operation, ProviderAccount
from payments.models.records import ReviewAct, ReviewKind
from payments.services.release import release_rest
from payments.services.submit import submit_due_operations
from payments.states import OperationKind, OperationStatus, PaymentStatus
from tests.payments.reviewing import a_review, press
from tests.payments.services.cast import a_hold, apply, capture, held, held_at_bank, open_reviews

pytestmark = pytest.mark.django_db


@pytest.fixture
def hold() -> Attempt:
    attempt = a_hold()
    apply(attempt, held(attempt))
    return attempt


def releases() -> list[str]:
    voids = Operation.objects.filter(kind=OperationKind.VOID).order_by("pk")
    return list(voids.values_list("status", flat=True))


@pytest.fixture
def charged_in_part(hold: Attempt) -> Attempt:
    """A confirmed order of which 2500 of 6000 are captured and the rest is held."""
    capture(hold, 2500, final=False)
    apply(hold, held(hold, captured=2500))
    hold.refresh_from_db()
    return hold


def test_the_rest_of_a_hold_is_released_once_and_what_was_captured_stays(
    charged_in_part: Attempt,
) -> None:
    asked = [release_rest(payment_id=charged_in_part.payment_id) for _ in range(2)]
    apply(charged_in_part, held(charged_in_part, captured=2500))
    released = held(charged_in_part, captured=2500, released=3500)
    payment = apply(charged_in_part, released)

    void = Operation.objects.get(kind=OperationKind.VOID)
    assert (asked, void.amount, void.status) == ([True, False], 3500, OperationStatus.SUCCEEDED)
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, 2500)
    assert payment.order.state == OrderState.CONFIRMED
    assert open_reviews() == []


def test_a_refused_release_of_the_rest_is_owed_anew(charged_in_part: Attempt) -> None:
    release_rest(payment_id=charged_in_part.payment_id)
    Operation.objects.filter(kind=OperationKind.VOID).update(
        status=OperationStatus.FAILED, settled_at=now(), next_run_at=None
    )

    apply(charged_in_part, held(charged_in_part, captured=2500))

    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]


def test_nothing_more_is_captured_of_a_rest_that_is_being_released(
    charged_in_part: Attempt,
) -> None:
    release_rest(payment_id=charged_in_part.payment_id)

    with pytest.raises(CaptureRefused, match="being released"):
        capture(charged_in_part, 1000)


def test_a_rest_that_is_being_captured_is_not_released(charged_in_part: Attempt) -> None:
    capture(charged_in_part, 1000)

    with pytest.raises(ReleaseRefused, match="on its way"):
        release_rest(payment_id=charged_in_part.payment_id)

    assert releases() == []


def test_a_hold_of_which_nothing_is_captured_has_no_rest(hold: Attempt) -> None:
    with pytest.raises(ReleaseRefused, match="cancel the order instead"):
        release_rest(payment_id=hold.payment_id)

    assert releases() == []


def test_a_warning_of_a_hold_is_ended_by_releasing_the_rest(charged_in_part: Attempt) -> None:
    review = a_review(charged_in_part.payment, ReviewKind.HOLD_ENDING)

    assert press(review, ReviewAct.RELEASE_REST, key="once")
    assert not press(review, ReviewAct.RELEASE_REST, key="once")

    assert releases() == [OperationStatus.REQUESTED]
    assert open_reviews() == []


def test_the_bank_lets_go_of_the_rest(account: ProviderAccount) -> None:
    attempt = held_at_bank(account)
    capture(attempt, 2500, final=False)
    submit_due_operations()

    release_rest(payment_id=attempt.payment_id)
    submit_due_operations()

    attempt.refresh_from_db()
    assert (attempt.captured, attempt.held, attempt.released) == (2500, 0, 3500)
    assert releases() == [OperationStatus.SUCCEEDED]
