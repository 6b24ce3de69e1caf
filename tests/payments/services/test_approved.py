"""A shopper has agreed at the provider: we charge, also where the tab is closed."""

from __future__ import annotations

import pytest

from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt, Operation, Payment, ProviderCall
from payments.models.records import ReviewKind
from payments.providers.base import CaptureSeen, Failure, Outcome, ProviderObject, Status
from payments.services.cancel import cancel_order
from payments.services.give_up import refuse
from payments.services.submit import submit_due_operations
from payments.states import AttemptStatus, OperationKind, OperationStatus, PaymentStatus
from tests.factories import an_account, an_attempt, an_order, captured, seen
from tests.payments.reviewing import pays_again
from tests.payments.services.cast import apply, open_reviews

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def approved() -> Attempt:
    attempt = an_attempt(an_order(), an_account(base_url="http://127.0.0.1:9"))
    apply(attempt, agreed(attempt))
    return attempt


def agreed(attempt: Attempt) -> Outcome:
    return seen(attempt, Status.APPROVED, objects=(ProviderObject("payment", "pay_1"),))


def charge() -> Operation:
    return Operation.objects.get(kind=OperationKind.CAPTURE)


def test_what_the_shopper_has_agreed_to_is_charged_whole(approved: Attempt) -> None:
    assert (charge().amount, charge().final) == (6000, True)
    assert charge().status == OperationStatus.REQUESTED


def test_what_is_told_twice_is_charged_once(approved: Attempt) -> None:
    apply(approved, agreed(approved))

    assert charge().status == OperationStatus.REQUESTED


def test_the_charge_pays_the_order(approved: Attempt) -> None:
    payment = apply(approved, captured(approved))

    assert (payment.status, charge().status) == (PaymentStatus.PAID, OperationStatus.SUCCEEDED)
    assert Order.objects.get().state == OrderState.CONFIRMED


def test_a_charge_that_took_less_is_for_a_person(approved: Attempt) -> None:
    took = CaptureSeen("cap_1", charge().our_ref, approved.money(4000))

    apply(approved, captured(approved, 4000, captures=(took,)))

    assert Order.objects.get().state == OrderState.OPEN
    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_a_refused_charge_is_for_a_person_and_not_sent_again(approved: Attempt) -> None:
    refuse(charge(), Failure("declined"))

    apply(approved, agreed(approved))

    assert charge().status == OperationStatus.FAILED
    assert open_reviews() == [ReviewKind.CAPTURE_FAILED]


def test_a_charge_that_waits_is_not_sent_once_the_shopper_has_left(approved: Attempt) -> None:
    Attempt.objects.filter(pk=approved.pk).update(superseded_at=now(), reserved=0)

    submit_due_operations()

    assert [call.verb for call in ProviderCall.objects.all()] == ["query"]


def test_an_approval_that_ends_ends_its_charge(approved: Attempt) -> None:
    apply(approved, seen(approved, Status.EXPIRED))

    assert charge().status == OperationStatus.FAILED
    assert Attempt.objects.get().status == AttemptStatus.EXPIRED


def test_an_approval_for_an_order_that_is_cancelled_is_not_charged() -> None:
    attempt = an_attempt(an_order(), an_account(base_url="http://127.0.0.1:9"))
    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="", requested_by=None)

    apply(attempt, agreed(attempt))

    assert not Operation.objects.filter(kind=OperationKind.CAPTURE).exists()


def test_an_approval_that_the_shopper_has_left_is_not_charged() -> None:
    left = an_attempt(an_order())
    apply(left, seen(left, Status.DECLINED))
    pays_again(left)

    apply(left, agreed(left))

    assert Payment.objects.get().captured == 0
    assert not Operation.objects.exists()
