"""Money that a bank holds first: accepted, captured, released, warned of, lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError

from orders.clock import now
from orders.models import Mail, Order
from orders.money import Money
from orders.signals import order_paid
from orders.states import OrderState
from payments.errors import CaptureRefused
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, Status
from payments.services.apply import apply_outcome
from payments.services.capture import request_capture
from payments.services.holds import owe_release
from payments.states import (
    AttemptStatus,
    OperationKind,
    OperationStatus,
    PaymentStatus,
)
from tests.factories import GBP, later
from tests.payments.services.cast import a_hold, held

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def apply(attempt: Attempt, outcome: Outcome) -> Payment:
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    attempt.refresh_from_db()
    return Payment.objects.select_related("order").get(pk=attempt.payment_id)


def capture(attempt: Attempt, amount: int = 6000, *, final: bool = True) -> Operation:
    operation, _fresh = request_capture(
        payment_id=attempt.payment_id,
        amount=Money(amount, GBP),
        final=final,
        request_key=f"test:{amount}:{Operation.objects.count()}",
        requested_by=None,
    )
    return operation


@pytest.fixture
def hold() -> Attempt:
    attempt = a_hold()
    apply(attempt, held(attempt))
    return attempt


def kinds() -> list[str]:
    return list(Review.objects.filter(resolved_at=None).values_list("kind", flat=True))


def mails() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("kind", flat=True))


def test_a_held_amount_confirms_the_order_and_is_not_yet_paid(hold: Attempt) -> None:
    payment = Payment.objects.select_related("order").get()

    assert (payment.order.state, payment.status) == (OrderState.CONFIRMED, PaymentStatus.AUTHORIZED)
    assert (hold.held, payment.captured, payment.order.paid_at) == (6000, 0, None)


def test_the_whole_capture_makes_it_paid_and_tells_installers_once(
    hold: Attempt, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    told: list[Order] = []
    order_paid.connect(lambda order, **_: told.append(order), weak=False, dispatch_uid="test")
    operation = capture(hold)

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a callable fixture
        apply(hold, held(hold, captured=6000))
        payment = apply(hold, held(hold, captured=6000))

    order_paid.disconnect(dispatch_uid="test")
    operation.refresh_from_db()
    assert (payment.status, operation.status) == (PaymentStatus.PAID, OperationStatus.SUCCEEDED)
    assert [order.pk for order in told] == [payment.order_id]


def test_a_part_that_is_final_settles_the_payment(hold: Attempt) -> None:
    capture(hold, 2500)

    payment = apply(hold, held(hold, captured=2500, released=3500))

    assert (payment.status, payment.captured, kinds()) == (PaymentStatus.PAID, 2500, [])


def test_a_part_leaves_the_rest_held_and_a_second_capture_takes_it(hold: Attempt) -> None:
    capture(hold, 2500, final=False)
    part = apply(hold, held(hold, captured=2500))
    capture(hold, 3500)

    whole = apply(hold, held(hold, captured=6000))

    assert (part.status, whole.status) == (PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID)
    assert kinds() == []


def test_a_lapse_after_a_part_leaves_the_rest_unpaid_and_asks_a_person(hold: Attempt) -> None:
    capture(hold, 2500, final=False)
    apply(hold, held(hold, captured=2500))

    payment = apply(hold, held(hold, captured=2500, released=3500))

    assert (payment.status, payment.order.paid_at) == (PaymentStatus.PARTIALLY_PAID, None)
    assert kinds() == [ReviewKind.WRONG_AMOUNT]


def test_more_captured_than_we_asked_for_is_for_a_person(hold: Attempt) -> None:
    capture(hold, 2500)

    payment = apply(hold, held(hold, captured=6000))

    assert (payment.captured, kinds()) == (6000, [ReviewKind.WRONG_AMOUNT])


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Money(0, GBP), "more than zero"),
        (Money(6001, GBP), "at most £60.00 is held"),
        (Money(6000, "USD"), "held in GBP, not USD"),
    ],
)
def test_what_cannot_be_captured_is_refused(hold: Attempt, amount: Money, why: str) -> None:
    with pytest.raises(CaptureRefused, match=why):
        request_capture(
            payment_id=hold.payment_id,
            amount=amount,
            final=True,
            request_key="k",
            requested_by=None,
        )

    assert not Operation.objects.exists()


def test_the_same_request_captures_once(hold: Attempt) -> None:
    asked = {"payment_id": hold.payment_id, "amount": Money(6000, GBP), "final": True}

    first = request_capture(**asked, request_key="k", requested_by=None)  # type: ignore[arg-type]  # plain values
    second = request_capture(**asked, request_key="k", requested_by=None)  # type: ignore[arg-type]  # plain values

    assert (first[0].pk, first[1], second[0].pk, second[1]) == (
        first[0].pk,
        True,
        first[0].pk,
        False,
    )


def test_a_second_capture_waits_for_the_first(hold: Attempt) -> None:
    capture(hold, 2500, final=False)

    with pytest.raises(CaptureRefused, match="another capture is on its way"):
        capture(hold, 1000)


def test_the_database_refuses_two_captures_on_their_way(hold: Attempt) -> None:
    first = capture(hold, 2500, final=False)
    first.pk, first.our_ref, first.request_key = None, "C" + "0" * 20, "another"

    with pytest.raises(IntegrityError):
        first.save(force_insert=True)


def test_a_lapsed_hold_opens_the_order_again_and_asks_the_shopper(hold: Attempt) -> None:
    apply(hold, replace(held(hold, released=6000), status=Status.EXPIRED))
    payment = apply(hold, replace(held(hold, released=6000), status=Status.EXPIRED))

    assert (payment.order.state, payment.status) == (OrderState.OPEN, PaymentStatus.OPEN)
    assert mails() == ["confirmation", "hold_lapsed"]
    assert payment.order.expires_at
    assert payment.order.expires_at > now() + timedelta(hours=23)


def test_after_a_lapse_another_payment_is_taken(hold: Attempt) -> None:
    apply(hold, replace(held(hold, released=6000), status=Status.EXPIRED))
    Attempt.objects.filter(pk=hold.pk).update(superseded_at=now())

    again = a_hold(Order.objects.get())
    payment = apply(again, held(again))

    assert (payment.order.state, payment.status) == (OrderState.CONFIRMED, PaymentStatus.AUTHORIZED)


def test_a_capture_of_a_lapsed_hold_has_failed(hold: Attempt) -> None:
    operation = capture(hold)

    apply(hold, replace(held(hold, released=6000), status=Status.EXPIRED))

    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "hold_gone")
    assert (hold.capture_asked, kinds()) == (0, [ReviewKind.CAPTURE_FAILED])


def test_staff_are_warned_two_days_and_one_day_ahead_once_each(hold: Attempt) -> None:
    ends = hold.capture_before
    assert ends
    warned = []
    for hours in (49, 47, 46, 23, 22):
        with later(ends - timedelta(hours=hours) - now()):
            apply(hold, held(hold, until=ends))
        warned.append(len(kinds()))

    assert warned == [0, 1, 1, 2, 2]
    assert set(kinds()) == {ReviewKind.HOLD_ENDING}


def test_a_warning_ends_by_itself_once_nothing_is_held(hold: Attempt) -> None:
    ends = hold.capture_before
    assert ends
    with later(ends - timedelta(hours=1) - now()):
        apply(hold, held(hold, until=ends))
        capture(hold)
        apply(hold, held(hold, captured=6000))

    assert kinds() == []


def test_a_hold_for_a_cancelled_order_is_released() -> None:
    attempt = a_hold()
    Order.objects.update(state=OrderState.CANCELLED)

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
    Order.objects.update(state=OrderState.CANCELLED)
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
    Order.objects.update(state=OrderState.CANCELLED)
    apply(hold, held(hold))

    apply(hold, replace(held(hold, released=6000), status=Status.VOIDED))

    assert Operation.objects.get().status == OperationStatus.SUCCEEDED
    assert (hold.status, hold.next_poll_at) == (AttemptStatus.VOIDED, None)
