"""Releasing what a bank holds and nobody wants: one release at a time, until nothing is held."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from orders.clock import now
from orders.models import Mail, Order
from orders.states import OrderState
from payments.errors import ReleaseRefused
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.models.records import ReviewAct
from payments.providers.base import Outcome, ProviderObject, Status
from payments.services.apply import apply_outcome
from payments.services.ask import ask
from payments.services.holds import owe_release
from payments.services.release import release_hold
from payments.services.submit import submit_due_operations
from payments.states import AttemptStatus, OperationKind, OperationStatus, PaymentStatus
from tests.payments.crowd import at_once
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.reviewing import pays_again, press
from tests.payments.services.cast import a_hold, at_bank, capture, held, held_at_bank, open_reviews
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


def test_what_is_left_of_a_part_is_released_anew_too(hold: Attempt) -> None:
    capture(hold, 2500, final=False)
    apply(hold, held(hold, captured=2500))
    cancelled()
    owe_release(hold)
    hold.save()
    Operation.objects.filter(kind=OperationKind.VOID).update(
        status=OperationStatus.FAILED, next_run_at=None
    )

    apply(hold, held(hold, captured=2500))

    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]


def test_a_release_on_its_way_is_not_owed_twice(hold: Attempt) -> None:
    cancelled()
    apply(hold, held(hold))
    Operation.objects.update(status=OperationStatus.UNKNOWN, next_run_at=None)

    apply(hold, held(hold))

    assert releases() == [OperationStatus.UNKNOWN]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_looks_at_the_same_moment_owe_one_release() -> None:
    attempt = a_hold()
    cancelled()
    Operation.objects.create(
        attempt=attempt,
        kind=OperationKind.VOID,
        request_key=f"release:{attempt.our_ref}",
        amount=6000,
        status=OperationStatus.FAILED,
        next_run_at=None,
    )

    at_once(4, lambda _number: apply(Attempt.objects.get(), held(attempt)))

    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]


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
    named = ProviderObject("payment", f"pay_{attempt.our_ref}")
    apply(attempt, replace(held(attempt), objects=(named,)))
    fake_bank.says = a_payment_body(attempt, status="authorized", captured=0)
    fake_bank.refuses = "payment_processing"

    submit_due_operations()
    refused = releases()
    assert not Attempt.objects.filter(next_poll_at__lte=now() + timedelta(minutes=1)).exists()
    ask(attempt.pk, source="test")

    assert refused == [OperationStatus.FAILED]
    assert releases() == [OperationStatus.FAILED, OperationStatus.REQUESTED]
    assert Operation.objects.earliest("pk").error_raw == "payment_processing"


@pytest.fixture
def part() -> Attempt:
    """A hold of 4000 for an open order over 6000."""
    attempt = a_hold()
    apply(attempt, held(attempt, authorized=4000))
    return attempt


def test_staff_release_a_part_and_the_shopper_pays_anew(part: Attempt) -> None:
    asked = [release_hold(payment_id=part.payment_id) for _ in range(2)]
    released = held(part, authorized=4000, released=4000)
    payment = apply(part, replace(released, status=Status.VOIDED))

    assert (asked, releases()) == ([True, False], [OperationStatus.SUCCEEDED])
    assert (payment.status, payment.reserved) == (PaymentStatus.OPEN, 0)
    assert [mail.kind for mail in Mail.objects.all()] == ["hold_lapsed"]
    again = a_hold(payment.order)
    assert apply(again, held(again)).order.state == OrderState.CONFIRMED


def test_an_accepted_part_that_staff_release_is_asked_for_again(part: Attempt) -> None:
    press(Review.objects.get(), ReviewAct.ASK_REST)

    release_hold(payment_id=part.payment_id)

    assert pays_again(part).amount == 6000


def test_what_is_captured_of_a_part_after_its_release_goes_back(part: Attempt) -> None:
    release_hold(payment_id=part.payment_id)

    payment = apply(part, held(part, authorized=4000, captured=4000))

    assert (payment.surplus, payment.refund_pending) == (4000, 4000)


def test_the_hold_of_a_confirmed_order_is_not_released_alone(hold: Attempt) -> None:
    with pytest.raises(ReleaseRefused, match="cancel this one"):
        release_hold(payment_id=hold.payment_id)

    assert releases() == []


def test_a_part_that_is_being_captured_is_not_released(part: Attempt) -> None:
    press(Review.objects.get(), ReviewAct.ASK_REST)
    capture(part, 4000)

    with pytest.raises(ReleaseRefused, match="on its way"):
        release_hold(payment_id=part.payment_id)

    assert releases() == []


def test_a_release_that_was_wanted_asks_nobody(hold: Attempt) -> None:
    Attempt.objects.update(superseded_at=now(), reserved=0)

    apply(hold, held(hold))
    apply(hold, replace(held(hold, released=6000), status=Status.VOIDED))

    assert (releases(), open_reviews()) == ([OperationStatus.SUCCEEDED], [])
