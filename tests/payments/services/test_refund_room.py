"""How much may be set aside for refunds, whoever asks."""

from __future__ import annotations

import pytest

from payments.errors import RefundRefused
from payments.models import Attempt, Payment
from payments.services.refund import set_aside
from tests.factories import (
    a_payment,
)
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db


def test_a_request_key_of_another_payment_is_refused() -> None:
    a_refund(a_payment(), 2000)

    with pytest.raises(RefundRefused):
        a_refund(a_payment(), 2000)


@pytest.mark.parametrize(
    ("facts", "room"),
    [
        ({}, 6000),
        ({"refunded": 1500}, 4500),
        ({"refunded": 1500, "refund_reversed": 1500}, 6000),
        ({"returned_elsewhere": 1500}, 4500),
        ({"refund_pending": 1500}, 4500),
        ({"disputed": 1500}, 4500),
    ],
    ids=["paid", "refunded", "came back", "returned elsewhere", "pending", "disputed"],
)
def test_all_that_is_left_of_an_attempt_can_be_set_aside_and_no_more(
    facts: dict[str, int], room: int
) -> None:
    attempt = a_payment().attempts.get()
    for rows in (Attempt.objects, Payment.objects):
        rows.update(**facts)

    assert [set_aside(attempt, room + 1), set_aside(attempt, room)] == [False, True]


def test_what_an_attempt_could_give_and_its_payment_has_not_is_refused() -> None:
    attempt = a_payment().attempts.get()
    Payment.objects.update(disputed=1500)

    with pytest.raises(RefundRefused):
        set_aside(attempt, 4501)


def test_what_is_set_aside_is_added_to_what_was() -> None:
    payment = a_payment()

    for key in ("form-1", "form-2"):
        a_refund(payment, 2000, request_key=key)

    payment.refresh_from_db()
    assert (payment.refund_pending, payment.attempts.get().refund_pending) == (4000, 4000)


def test_a_refund_sets_nothing_aside_of_another_payment() -> None:
    other = a_payment()

    a_refund(a_payment(), 2000)

    other.refresh_from_db()
    assert (other.refund_pending, other.attempts.get().refund_pending) == (0, 0)
