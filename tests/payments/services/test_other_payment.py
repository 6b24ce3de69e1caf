"""A second payment at the provider under one reference of ours is never taken for the first."""

from __future__ import annotations

import pytest

from payments.models import Attempt, Payment, Review
from payments.models import ProviderObject as Kept
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, ProviderObject
from payments.services.apply import apply_outcome
from tests.factories import an_attempt, captured
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def of(attempt: Attempt, payment_id: str, amount: int = 6000) -> Outcome:
    """What the provider says of a payment of its own that carries our reference."""
    return captured(attempt, amount, objects=(ProviderObject("payment", payment_id),))


def test_a_second_charge_under_our_reference_is_for_a_person() -> None:
    attempt = an_attempt()

    apply(attempt, of(attempt, "pay_1"), of(attempt, "pay_2"))

    review = Review.objects.get()
    said = "they name the payment pay_2, ours is pay_1 · captured there: £60.00"
    assert (review.kind, review.seen) == (ReviewKind.MISMATCH, said)


def test_what_another_payment_took_is_not_booked_as_this_ones() -> None:
    attempt = an_attempt()

    payment = apply(attempt, of(attempt, "pay_1", 4000), of(attempt, "pay_2", 6000))

    assert payment.captured == 4000
    assert list(Kept.objects.values_list("object_id", flat=True)) == ["pay_1"]


def test_the_first_payment_is_booked_on_after_the_second_was_seen() -> None:
    attempt = an_attempt()
    apply(attempt, of(attempt, "pay_1", 4000), of(attempt, "pay_2", 6000))

    apply_outcome(attempt_id=attempt.pk, outcome=of(attempt, "pay_1"), source="test")

    assert Payment.objects.get().captured == 6000
