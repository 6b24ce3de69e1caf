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
from payments.queries import chargeable_for, held_for, rest_held_for
from payments.services.capture import request_capture
from payments.services.release import release_rest
from payments.states import (
    OperationStatus,
    PaymentStatus,
)
from tests.factories import GBP, a_refund_seen, later
from tests.payments.services.cast import a_hold, apply, capture, held, open_reviews

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def follow(attempt: Attempt, outcome: Outcome) -> Payment:
    """Book what is seen, and read the attempt anew."""
    payment = apply(attempt, outcome)
    attempt.refresh_from_db()
    return payment


@pytest.fixture
def hold() -> Attempt:
    attempt = a_hold()
    follow(attempt, held(attempt))
    return attempt


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
        follow(hold, held(hold, captured=6000))
        payment = follow(hold, held(hold, captured=6000))

    order_paid.disconnect(dispatch_uid="test")
    operation.refresh_from_db()
    assert (payment.status, operation.status) == (PaymentStatus.PAID, OperationStatus.SUCCEEDED)
    assert [order.pk for order in told] == [payment.order_id]


def test_a_part_that_is_final_settles_the_payment(hold: Attempt) -> None:
    capture(hold, 2500)

    payment = follow(hold, held(hold, captured=2500, released=3500))

    assert (payment.status, payment.captured, open_reviews()) == (PaymentStatus.PAID, 2500, [])


def test_a_part_leaves_the_rest_held_and_a_second_capture_takes_it(hold: Attempt) -> None:
    capture(hold, 2500, final=False)
    part = follow(hold, held(hold, captured=2500))
    capture(hold, 3500)

    whole = follow(hold, held(hold, captured=6000))

    assert (part.status, whole.status) == (PaymentStatus.PARTIALLY_PAID, PaymentStatus.PAID)
    assert open_reviews() == []


def test_a_lapse_after_a_part_leaves_the_rest_unpaid_and_asks_a_person(hold: Attempt) -> None:
    capture(hold, 2500, final=False)
    follow(hold, held(hold, captured=2500))

    payment = follow(hold, held(hold, captured=2500, released=3500))

    assert (payment.status, payment.order.paid_at) == (PaymentStatus.PARTIALLY_PAID, None)
    assert open_reviews() == [ReviewKind.WRONG_AMOUNT]


def test_more_captured_than_we_asked_for_is_for_a_person(hold: Attempt) -> None:
    capture(hold, 2500)

    payment = follow(hold, held(hold, captured=6000))

    assert (payment.captured, open_reviews()) == (6000, [ReviewKind.WRONG_AMOUNT])


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (Money(0, GBP), "more than zero"),
        (Money(6001, GBP), "at most £60.00 can be captured"),
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
    follow(hold, replace(held(hold, released=6000), status=Status.EXPIRED))
    payment = follow(hold, replace(held(hold, released=6000), status=Status.EXPIRED))

    assert (payment.order.state, payment.status) == (OrderState.OPEN, PaymentStatus.OPEN)
    assert mails() == ["confirmation", "hold_lapsed"]
    assert payment.order.expires_at
    assert payment.order.expires_at > now() + timedelta(hours=23)


def test_after_a_lapse_another_payment_is_taken(hold: Attempt) -> None:
    follow(hold, replace(held(hold, released=6000), status=Status.EXPIRED))
    Attempt.objects.filter(pk=hold.pk).update(superseded_at=now())

    again = a_hold(Order.objects.get())
    payment = follow(again, held(again))

    assert (payment.order.state, payment.status) == (OrderState.CONFIRMED, PaymentStatus.AUTHORIZED)


def test_a_capture_of_a_lapsed_hold_has_failed(hold: Attempt) -> None:
    operation = capture(hold)

    follow(hold, replace(held(hold, released=6000), status=Status.EXPIRED))

    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == (OperationStatus.FAILED, "hold_gone")
    assert (hold.capture_asked, open_reviews()) == (0, [ReviewKind.CAPTURE_FAILED])


def test_staff_are_warned_two_days_and_one_day_ahead_once_each(hold: Attempt) -> None:
    ends = hold.capture_before
    assert ends
    warned = []
    for hours in (49, 47, 46, 23, 22):
        with later(ends - timedelta(hours=hours) - now()):
            follow(hold, held(hold, until=ends))
        warned.append(len(open_reviews()))

    assert warned == [0, 1, 1, 2, 2]
    assert set(open_reviews()) == {ReviewKind.HOLD_ENDING}


def test_a_warning_that_a_person_has_ended_comes_back_with_another_end_only(hold: Attempt) -> None:
    ends = hold.capture_before
    assert ends
    with later(ends - timedelta(hours=40) - now()):
        follow(hold, held(hold, until=ends))
        Review.objects.update(resolved_at=now())

        follow(hold, held(hold, until=ends))
        assert open_reviews() == []
        follow(hold, held(hold, until=ends + timedelta(hours=2)))

    assert open_reviews() == [ReviewKind.HOLD_ENDING]


def test_a_warning_ends_by_itself_once_nothing_is_held(hold: Attempt) -> None:
    ends = hold.capture_before
    assert ends
    with later(ends - timedelta(hours=1) - now()):
        follow(hold, held(hold, until=ends))
        capture(hold)
        follow(hold, held(hold, captured=6000))

    assert open_reviews() == []


def test_a_bank_that_holds_less_than_was_asked_makes_no_order_and_asks_a_person() -> None:
    attempt = a_hold()

    follow(attempt, held(attempt, authorized=4000))
    payment = follow(attempt, held(attempt, authorized=4000))

    assert (payment.order.state, payment.status) == (OrderState.OPEN, PaymentStatus.AUTHORIZED)
    assert (mails(), open_reviews()) == ([], [ReviewKind.WRONG_AMOUNT])


def test_what_is_held_in_part_for_a_cancelled_order_is_released_and_asks_nobody() -> None:
    attempt = a_hold()
    Order.objects.update(state=OrderState.CANCELLED)

    follow(attempt, held(attempt, authorized=4000))

    assert (Operation.objects.get().amount, open_reviews()) == (4000, [])


def test_a_review_of_a_part_that_a_person_has_ended_does_not_come_back() -> None:
    attempt = a_hold()
    follow(attempt, held(attempt, authorized=4000))
    Review.objects.update(resolved_at=now())

    follow(attempt, held(attempt, authorized=4000))

    assert open_reviews() == []


@pytest.mark.parametrize("amount", [1000, 4000])
def test_what_a_bank_holds_in_part_is_not_captured_before_it_is_accepted(amount: int) -> None:
    attempt = a_hold()
    follow(attempt, held(attempt, authorized=4000))

    with pytest.raises(CaptureRefused, match="accept it first"):
        capture(attempt, amount)

    assert not Operation.objects.exists()


def test_no_more_is_captured_than_was_asked_for_where_a_bank_holds_more() -> None:
    attempt = a_hold()
    follow(attempt, held(attempt, authorized=8000))

    with pytest.raises(CaptureRefused, match="at most £60"):
        capture(attempt, 8000)

    assert chargeable_for(Payment.objects.get()).amount == 6000


def charged_in_part_and_given_back(hold: Attempt) -> Payment:
    capture(hold, 4000, final=False)
    part = held(hold, captured=4000)
    follow(hold, part)
    return follow(hold, replace(part, refunds=(a_refund_seen(4000),)))


def test_what_is_still_held_is_charged_though_the_captured_part_went_back(hold: Attempt) -> None:
    payment = charged_in_part_and_given_back(hold)

    assert chargeable_for(payment).amount == 2000
    assert held_for(payment).amount == 2000
    assert capture(hold, 2000).status == OperationStatus.REQUESTED


def test_what_is_still_held_is_let_go_though_the_captured_part_went_back(hold: Attempt) -> None:
    payment = charged_in_part_and_given_back(hold)

    assert rest_held_for(payment).amount == 2000
    assert release_rest(payment_id=payment.pk)
