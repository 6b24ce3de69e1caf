"""Two who want the same payment at the same time: one of them has it, and both are told so."""

from collections.abc import Callable

import pytest
from django.db import connections

from payments.sandbox.book import writing
from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.errors import Refused
from payments.sandbox.models import Payment
from payments.sandbox.services.capture import CaptureOrder, capture
from payments.sandbox.services.charge import settle
from payments.sandbox.services.close import expire, lapse, void
from payments.sandbox.services.dispute import open_dispute
from payments.sandbox.services.pay import cancel, pay_with
from payments.sandbox.services.refund import RefundOrder, refund
from tests.payments.sandbox.cast import at_once
from tests.payments.sandbox.test_clockwork import a_payment, held, paid, told

Does = Callable[[Payment], object]


def both(payment: Payment, *acts: Does) -> Payment:
    """Let each act on its own copy of the payment, at the same time; the payment afterwards."""

    def act(number: int) -> None:
        mine = Payment.objects.select_related("merchant").get(pk=payment.pk)
        try:
            acts[number](mine)
        except Refused:
            pass
        finally:
            connections.close_all()

    at_once(len(acts), act)
    return Payment.objects.get(pk=payment.pk)


def written(act: Does) -> Does:
    def does(payment: Payment) -> None:
        with writing():
            act(payment)

    return does


def pays(payment: Payment) -> None:
    pay_with(payment=payment, instrument=BY_TOKEN["tok_approve"])


def cancels(payment: Payment) -> None:
    cancel(payment=payment)


expires = written(lambda payment: expire(payment=payment))
voids = written(lambda payment: void(payment=payment))
settles = written(lambda payment: settle(payment=payment))
disputes = written(lambda payment: open_dispute(payment=payment))
lapses = written(lambda payment: lapse(payment=payment))
captures = written(
    lambda payment: capture(payment=payment, order=CaptureOrder("C1", 1000, final=False))
)
refunds = written(lambda payment: refund(payment=payment, order=RefundOrder("R1", 1234, "")))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "other", [expires, voids, cancels, pays], ids=["expires", "voids", "cancels", "pays"]
)
def test_an_open_payment_ends_once(other: Does) -> None:
    payment = a_payment()
    after = both(payment, pays, other, pays, other)
    assert told(after) == [f"payment.{after.status}"]
    assert after.captured == (1234 if after.status == "captured" else 0)


@pytest.mark.django_db(transaction=True)
def test_late_success_against_its_void_is_captured_once() -> None:
    payment = paid("tok_late_success_after_void")
    both(payment, voids, settles)
    after = both(payment, settles, settles)
    assert (after.status, after.captured) == ("captured", 1234)
    assert told(after).count("payment.captured") == 1


@pytest.mark.django_db(transaction=True)
def test_a_refund_against_a_dispute_is_first_or_refused() -> None:
    after = both(paid("tok_dispute_lost"), refunds, disputes)
    assert after.disputed == 1234
    events = told(after)
    assert (after.refunded == 1234) == ("refund.succeeded" in events)
    assert events[-1] == "dispute.opened"


@pytest.mark.django_db(transaction=True)
def test_two_disputes_are_one() -> None:
    after = both(paid("tok_dispute_won"), disputes, disputes)
    assert told(after) == ["payment.captured", "dispute.opened"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", [lapses, voids], ids=["lapses", "voids"])
def test_a_capture_against_the_end_of_its_hold_is_first_or_refused(other: Does) -> None:
    after = both(held("tok_approve"), captures, other)
    assert (after.captured, after.released) in {(1000, 234), (0, 1234)}
    assert told(after).count("payment.captured") == (1 if after.captured else 0)


@pytest.mark.django_db(transaction=True)
def test_a_hold_ends_once() -> None:
    after = both(held("tok_approve"), lapses, voids, lapses, voids)
    assert told(after)[1:] == [f"payment.{after.status}"]
    assert (after.captured, after.released) == (0, 1234)


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_was_voided_is_not_held_again() -> None:
    payment = held("tok_late_success_after_void")
    both(payment, settles)
    both(payment, voids)
    after = both(payment, settles)
    assert (after.status, after.released) == ("cancelled", 1234)
