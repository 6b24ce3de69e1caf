"""Releasing what a bank holds and nobody wants: one release at a time, until nothing is held."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt, Operation, Payment, ProviderAccount
from payments.providers.base import Outcome, ProviderObject, Status
from payments.services.apply import apply_outcome
from payments.services.ask import ask
from payments.services.holds import owe_release
from payments.services.submit import submit_due_operations
from payments.states import AttemptStatus, OperationKind, OperationStatus
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.services.cast import a_hold, at_bank, capture, held, held_at_bank
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db


def apply(attempt: Attempt, outcome: Outcome) -> Payment:
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    attempt.refresh_from_db()
    return Payment.objects.select_related("order").get(pk=attempt.payment_id)


@pytest.fixture
def hold() -> Attempt:
    attempt = a_hold()
    apply(attempt, held(attempt))
    return attempt


def cancelled() -> None:
    Order.objects.update(state=OrderState.CANCELLED)


def releases() -> list[str]:
    voids = Operation.objects.filter(kind=OperationKind.VOID).order_by("pk")
    return list(voids.values_list("status", flat=True))


def test_a_hold_for_a_cancelled_order_is_released() -> None:
    attempt = a_hold()
    cancelled()

    for _ in range(2):
        apply(attempt, held(attempt))

    (void,) = Operation.objects.all()
    assert (void.kind, void.amount, void.status) == (
        OperationKind.VOID,
        6000,
        OperationStatus.REQUESTED,
    )


@pytest.mark.parametrize("part", [0, 2500])
def test_a_release_that_is_owed_outlives_what_is_seen_meanwhile(hold: Attempt, part: int) -> None:
    if part:
        capture(hold, part, final=False)
        apply(hold, held(hold, captured=part))
    cancelled()
    owe_release(hold)
    hold.save()

    apply(hold, held(hold, captured=part))

    assert Operation.objects.get(kind=OperationKind.VOID).status == OperationStatus.REQUESTED


def test_a_hold_the_shopper_has_left_is_released() -> None:
    left = a_hold()
    Attempt.objects.update(superseded_at=now(), reserved=0)
    Payment.objects.update(reserved=0)
    second = a_hold(Order.objects.get())
    apply(second, held(second))

    payment = apply(left, held(left))

    void = Operation.objects.get()
    assert (void.attempt_id, void.kind) == (left.pk, OperationKind.VOID)
    assert payment.order.state == OrderState.CONFIRMED


def test_a_void_that_came_too_late_does_not_release_what_the_order_takes() -> None:
    attempt = a_hold()
    Attempt.objects.update(closing_at=now())
    void = Operation.objects.create(
        attempt=attempt, kind=OperationKind.VOID, request_key="void", amount=6000
    )

    payment = apply(attempt, held(attempt))

    void.refresh_from_db()
    assert (payment.order.state, void.status) == (OrderState.CONFIRMED, OperationStatus.FAILED)
    assert attempt.closing_at is None


def test_a_released_hold_ends_its_void(hold: Attempt) -> None:
    cancelled()
    apply(hold, held(hold))

    apply(hold, replace(held(hold, released=6000), status=Status.VOIDED))

    assert Operation.objects.get().status == OperationStatus.SUCCEEDED
    assert (hold.status, hold.next_poll_at) == (AttemptStatus.VOIDED, None)


def test_a_release_that_came_to_nothing_is_owed_anew_with_another_key(hold: Attempt) -> None:
    owe_release(hold)
    hold.save()
    apply(hold, held(hold))
    assert releases() == [OperationStatus.FAILED]  # the order takes it after all
    cancelled()

    for _ in range(2):
        apply(hold, held(hold))

    first, second = Operation.objects.order_by("pk")
    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]
    assert first.key != second.key


def test_a_release_on_its_way_is_not_owed_twice(hold: Attempt) -> None:
    cancelled()
    apply(hold, held(hold))
    Operation.objects.update(status=OperationStatus.UNKNOWN, next_run_at=None)

    apply(hold, held(hold))

    assert releases() == [OperationStatus.UNKNOWN]


def test_a_release_is_made_at_the_bank(account: ProviderAccount) -> None:
    attempt = held_at_bank(account)
    cancelled()
    ask(attempt.pk, source="test")

    submit_due_operations()

    assert releases() == [OperationStatus.SUCCEEDED]
    assert at_bank(account, attempt.our_ref)[0]["released"] == 6000


def test_a_refused_release_fails_and_the_next_look_owes_another(fake_bank: FakeBank) -> None:
    attempt = a_hold()
    ProviderAccount.objects.update(base_url=fake_bank.account.base_url)
    cancelled()
    apply(attempt, replace(held(attempt), objects=(ProviderObject("payment", "pay_1"),)))
    fake_bank.says = a_payment_body(attempt, status="authorized", captured=0)
    fake_bank.refuses = "payment_processing"

    submit_due_operations()
    refused = releases()
    ask(attempt.pk, source="test")

    assert refused == [OperationStatus.FAILED]
    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]
    assert Operation.objects.earliest("pk").error_raw == "payment_processing"
