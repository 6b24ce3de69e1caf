"""Refunds at Stripe through the whole product: pending, failed later, made in its dashboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from orders.models import Mail
from orders.money import Money
from payments.messages import why
from payments.models import Attempt, Operation, Payment, Review
from payments.models.records import ReviewKind
from payments.services.ask import ask
from payments.services.check_ledger import faults
from payments.states import OperationStatus
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.providers.stripe.till import Till
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db(transaction=True)
PENDS, FAILS = "4000000000007726", "4000000000005126"
FIVE_MINUTES = timedelta(minutes=5)
Hears = Callable[[Till, Attempt], None]


def by_webhook(till: Till, attempt: Attempt) -> None:
    till.hears(attempt)


def by_the_list_of_events(till: Till, _attempt: Attempt) -> None:
    till.reads_the_feed()


def by_asking(_till: Till, attempt: Attempt) -> None:
    ask(attempt.pk, source="test")


either_way = pytest.mark.parametrize("hears", [by_webhook, by_the_list_of_events, by_asking])


def given_back(till: Till, number: str, amount: int) -> Attempt:
    """So much of a sale goes back, as a worker sends it."""
    attempt = till.sold(number)
    a_refund(attempt.payment, amount, request_key="k")
    till.work()
    return attempt


def stands(attempt: Attempt) -> tuple[str, int, int]:
    """The one refund, and what of the payment is gone and what is on its way."""
    assert list(faults()) == []
    payment = Payment.objects.get(pk=attempt.payment_id)
    return Operation.objects.get().status, payment.net_refunded, payment.refund_pending


def test_one_that_is_pending_is_on_its_way_and_the_order_says_so(till: Till) -> None:
    attempt = given_back(till, PENDS, 2000)

    assert stands(attempt) == ("pending", 0, 2000)
    page = staff(SEE_ORDERS).get(order_url(attempt.payment.order)).content.decode()
    assert f">{OperationStatus.PENDING.label}</span>" in page


@either_way
def test_one_that_was_pending_is_made_later(till: Till, hears: Hears) -> None:
    attempt = given_back(till, PENDS, 2000)
    till.passes(FIVE_MINUTES)

    hears(till, attempt)

    assert stands(attempt) == ("succeeded", 2000, 0)


@either_way
def test_one_that_fails_later_comes_back_to_us_and_staff_are_told(till: Till, hears: Hears) -> None:
    attempt = given_back(till, FAILS, 2000)
    assert stands(attempt) == ("succeeded", 2000, 0)
    till.passes(FIVE_MINUTES)

    hears(till, attempt)

    assert stands(attempt) == ("reversed", 0, 0)
    assert till.ledger("provider") == attempt.captured
    asked = Review.objects.get(resolved_at=None)
    assert (asked.kind, asked.subject_ref) == (
        ReviewKind.REFUND_FAILED,
        Operation.objects.get().our_ref,
    )
    assert list(Mail.objects.values_list("kind", flat=True))[-1] == "refund_returned"


def test_one_to_a_card_that_was_reported_lost_says_so(till: Till) -> None:
    attempt = given_back(till, FAILS, 2000)
    till.passes(FIVE_MINUTES)

    ask(attempt.pk, source="test")

    failed = Operation.objects.get()
    told = "the card that should get the money was reported lost or stolen (lost_or_stolen_card)"
    assert why(failed.error_code, failed.error_raw) == told


@either_way
def test_one_that_the_dashboard_takes_back_is_not_made(till: Till, hears: Hears) -> None:
    attempt = given_back(till, PENDS, 2000)
    till.fake.cancel_refund_in_dashboard(till.refund(attempt))

    hears(till, attempt)

    assert stands(attempt) == ("failed", 0, 0)
    assert Payment.objects.get().refundable == Money(attempt.captured, "GBP")
    assert Review.objects.get(resolved_at=None).kind == ReviewKind.REFUND_FAILED


@either_way
@pytest.mark.parametrize("amount", [2000, None], ids=["part", "all"])
def test_one_of_the_dashboard_appears_as_external(
    till: Till, hears: Hears, amount: int | None
) -> None:
    attempt = till.sold()
    till.fake.refund_in_dashboard(till.intent(attempt), amount)

    hears(till, attempt)
    hears(till, attempt)

    gone = amount or attempt.captured
    assert stands(attempt) == ("succeeded", gone, 0)
    assert Operation.objects.get().external
    assert Review.objects.get(resolved_at=None).kind == ReviewKind.EXTERNAL_REFUND
    assert till.ledger("provider") == attempt.captured - gone


def test_ours_and_the_dashboards_add_up(till: Till) -> None:
    attempt = till.sold()
    till.fake.refund_in_dashboard(till.intent(attempt), 1500)
    a_refund(attempt.payment, 2500, request_key="k")
    till.work()
    till.hears(attempt)

    refunds = Operation.objects.order_by("amount").values_list("amount", "external", "status")
    assert list(refunds) == [(1500, True, "succeeded"), (2500, False, "succeeded")]
    assert Payment.objects.get().net_refunded == 4000


def test_ours_is_not_made_where_the_dashboard_was_quicker(till: Till) -> None:
    attempt = till.sold()
    a_refund(attempt.payment, attempt.captured, request_key="k")
    till.fake.refund_in_dashboard(till.intent(attempt))

    till.work()
    till.hears(attempt)

    assert Payment.objects.get().net_refunded == attempt.captured
    refunds = Operation.objects.order_by("external").values_list("external", "status")
    assert list(refunds) == [(False, "failed"), (True, "succeeded")]
