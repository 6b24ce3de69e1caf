"""A refund that took its money while it was pending, and failed: it went and came back there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Attempt, Discrepancy, Operation
from payments.reconciliation.days import Side
from payments.reconciliation.proof import Mark, prove
from payments.reconciliation.run import reconcile
from payments.services.check_ledger import faults
from payments.states import OperationStatus
from tests.factories import an_order
from tests.fakes.stripe import refunds
from tests.payments.flows.cast import begin
from tests.payments.reconciliation.stripe_books import A_DAY, Stripe, held, unsettled

pytestmark = pytest.mark.django_db
PENDS = "4000000000007726"


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is pending at the stand-in stays so until a test ends it."""
    monkeypatch.setattr(refunds, "PENDING_FOR", timedelta(days=30))


def pending(stripe: Stripe) -> Attempt:
    attempt = begin(stripe.account, order=an_order(amount=6000))
    stripe.fake.pay(stripe.session(attempt), PENDS)
    stripe.sees(attempt)
    stripe.gives_back(attempt, 1000)
    return attempt


def fails(stripe: Stripe, attempt: Attempt) -> None:
    """At Stripe; we hear of it only once we ask."""
    stripe.fake.fail_refund(attempt.provider_objects.get(kind="refund").object_id)


def status() -> str:
    return Operation.objects.get(kind="refund").status


def marks(stripe: Stripe) -> set[Mark]:
    return {prove(Side(stripe.account, "GBP"), day).mark for day in stripe.days()}


def test_that_failed_on_the_same_day_opens_nothing(stripe: Stripe) -> None:
    attempt = pending(stripe)
    fails(stripe, attempt)
    stripe.sees(attempt)

    stripe.night()

    assert status() == OperationStatus.FAILED
    assert not Discrepancy.objects.exists()
    assert (list(faults()), held()) == ([], {"GBP": stripe.balance()})


def test_that_was_made_at_the_provider_and_failed_opens_nothing(stripe: Stripe) -> None:
    attempt = begin(stripe.account, order=an_order(amount=6000))
    stripe.fake.pay(stripe.session(attempt), PENDS)
    stripe.sees(attempt)
    refund = stripe.fake.refund_in_dashboard(stripe.intent(attempt), 1000)
    stripe.sees(attempt)
    stripe.fake.fail_refund(refund["id"])
    stripe.sees(attempt)

    stripe.night()

    assert status() == OperationStatus.FAILED
    assert not Discrepancy.objects.exists()


def test_that_is_pending_at_night_is_asked_about(stripe: Stripe) -> None:
    attempt = pending(stripe)

    stripe.night()

    assert unsettled() == [("status", attempt.operations.get(kind="refund").our_ref)]


@pytest.mark.parametrize(("days", "window"), [(1, 0), (1, 3), (4, 1)])
def test_that_failed_days_later_leaves_nothing_open_and_no_day_unexplained(
    stripe: Stripe, days: int, window: int
) -> None:
    stripe.settles_within(window)
    attempt = pending(stripe)
    for _day in range(days):
        stripe.night()
    fails(stripe, attempt)
    stripe.sees(attempt)

    for _day in range(2):
        stripe.night()

    assert status() == OperationStatus.FAILED
    assert (unsettled(), held()) == ([], {"GBP": stripe.balance()})
    assert Mark.UNEXPLAINED not in marks(stripe)


@pytest.mark.parametrize("window", [0, 3])
def test_whose_days_come_together_opens_nothing_and_leaves_no_day_unexplained(
    stripe: Stripe, window: int
) -> None:
    stripe.settles_within(window)
    attempt = pending(stripe)
    stripe.forward(A_DAY)
    fails(stripe, attempt)
    stripe.sees(attempt)

    for _day in range(2):
        stripe.night()

    assert not Discrepancy.objects.exists()
    assert Mark.UNEXPLAINED not in marks(stripe)


def test_that_we_hold_as_made_is_found(stripe: Stripe) -> None:
    attempt = stripe.sells(6000)
    stripe.gives_back(attempt, 1000)
    fails(stripe, attempt)
    ours = attempt.operations.get(kind="refund").our_ref

    stripe.loads_a_day()
    reconcile(stripe.account)

    assert status() == OperationStatus.SUCCEEDED
    assert unsettled() == [("status", ours)]


def test_that_came_back_in_part_is_asked_about(stripe: Stripe) -> None:
    attempt = pending(stripe)
    fails(stripe, attempt)
    stripe.sees(attempt)
    ours = attempt.operations.get(kind="refund").our_ref

    stripe.night_with(lambda text: text.replace("10.00,0.00,10.00", "9.00,0.00,9.00"))

    assert unsettled() == [("status", ours)] * 2
