"""Who is about to move an order's money is told what else of it waits, or went meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from orders.models import Order, ReturnRequest
from payments.models import Payment, Review
from payments.models.records import ReviewAct
from payments.providers.base import RefundStatus
from payments.services.apply import apply_outcome
from tests.factories import UserFactory, a_payment, a_refund_seen, captured
from tests.orders.goods import a_received_return, a_return, an_approved_return
from tests.payments.admin.cast import REFUND, SEE_ORDERS, refund_url, staff
from tests.payments.refunding import a_refund
from tests.payments.reviewing import a_failed_refund, press

pytestmark = pytest.mark.django_db
SEE_REVIEWS, ELSEWHERE = "payments.view_review", "payments.return_elsewhere_payment"
SINCE = "Since this question was opened, money of this order was refunded."


@pytest.fixture
def limit(settings: Settings) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "40"}}


def by(name: str) -> dict[str, Any]:
    return {"requested_by": UserFactory.create(username=name).pk, "request_key": name}


def page_of(order: Order, *permissions: str) -> str:
    return staff(SEE_ORDERS, REFUND, *permissions).get(refund_url(order)).text


def button(review: Review, act: ReviewAct) -> str:
    return reverse("admin:payments_review_act", args=[review.pk, act])


def decider() -> Client:
    return staff(SEE_ORDERS, SEE_REVIEWS, REFUND, ELSEWHERE)


@pytest.mark.parametrize("may", [(), (SEE_REVIEWS,)])
def test_who_refunds_is_told_of_a_refund_that_failed(may: tuple[str, ...]) -> None:
    review = a_failed_refund(a_payment(), 1000)

    page = page_of(review.payment.order, *may)

    assert "A refund of £10.00 failed and waits to be settled." in page
    assert (reverse("admin:payments_review_change", args=[review.pk]) in page) == bool(may)


def test_a_failed_refund_that_was_settled_is_not_told_of() -> None:
    review = a_failed_refund(a_payment(), 1000)
    press(review, ReviewAct.ELSEWHERE)

    assert "failed and waits" not in page_of(review.payment.order)


def test_who_refunds_a_return_is_told_of_a_refund_that_failed() -> None:
    asked = a_received_return()
    a_failed_refund(Payment.objects.get(order=asked.order_id), 1000)
    clerk = staff(SEE_ORDERS, REFUND, "orders.view_returnrequest")

    page = clerk.get(reverse("admin:orders_returnrequest_act", args=[asked.pk, "refund"])).text

    assert "A refund of £10.00 failed and waits to be settled." in page


@pytest.mark.parametrize("act", [ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE])
def test_who_gives_back_again_reads_what_went_back_meanwhile(act: ReviewAct) -> None:
    review = a_failed_refund(a_payment(), 1000)
    assert (
        SINCE
        not in staff(SEE_ORDERS, SEE_REVIEWS, REFUND, ELSEWHERE, name="before")
        .get(button(review, act))
        .text
    )
    a_refund(Payment.objects.get(), 1000, **by("ann"))

    page = decider().get(button(review, act)).text

    assert SINCE in page
    assert "£10.00, asked for by ann on" in page


def test_what_somebody_refunded_at_the_provider_meanwhile_is_named_too() -> None:
    review = a_failed_refund(a_payment(), 1000)
    attempt = review.payment.attempts.get()
    theirs = captured(attempt, refunds=(a_refund_seen(700),))
    apply_outcome(attempt_id=attempt.pk, outcome=theirs, source="webhook")

    page = decider().get(button(review, ReviewAct.ELSEWHERE)).text

    assert "£7.00, refunded at the provider's own site, seen on" in page


def test_a_refund_that_has_failed_as_well_is_not_said_to_have_gone() -> None:
    payment = a_payment()
    review = a_failed_refund(payment, 1000)
    second = a_refund(Payment.objects.get(), 500, request_key="second").operations.get()
    attempt = payment.attempts.get()
    failed = a_refund_seen(500, our_ref=second.our_ref, status=RefundStatus.FAILED)
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, refunds=(failed,)), source="t")

    assert SINCE not in decider().get(button(review, ReviewAct.ELSEWHERE)).text


def test_who_notes_a_return_elsewhere_is_asked_for_its_evidence() -> None:
    review = a_failed_refund(a_payment(), 1000)

    note = decider().get(button(review, ReviewAct.ELSEWHERE)).context["form"].fields["note"]

    assert (note.required, note.help_text) == (
        True,
        "How, when and under which reference you sent it.",
    )


def test_who_refunds_reads_what_waits_for_approval(limit: None) -> None:
    waiting = a_refund(a_payment(), 5000, **by("ann"))

    page = page_of(waiting.payment.order)

    said = f"Refund {waiting.number} of £50.00, asked for by ann, waits for approval."
    assert said in page


def test_where_all_that_is_left_waits_for_approval_the_page_says_so(limit: None) -> None:
    waiting = a_refund(a_payment(), 6000, **by("ann"))

    page = page_of(waiting.payment.order)

    assert "Nothing can be refunded" in page
    assert waiting.number in page


def test_who_refunds_reads_how_much_of_the_limit_is_used(limit: None) -> None:
    payment = a_payment()
    assert (
        "of that is used"
        not in staff(SEE_ORDERS, REFUND, name="a").get(refund_url(payment.order)).text
    )
    a_refund(payment, 2500)

    page = page_of(payment.order)

    assert "Above £40.00 somebody else approves it first" in page
    assert "£25.00 of that is used by refunds before." in page


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (a_return, "Return {} is open: asked for."),
        (an_approved_return, "Return {} is open: approved, awaited."),
        (a_received_return, "Return {} has come and is not refunded yet."),
    ],
)
def test_who_refunds_reads_which_returns_are_open(made: Any, said: str) -> None:
    asked: ReturnRequest = made()

    assert said.format(asked.number) in page_of(asked.order)


def test_who_cancels_reads_which_refunds_it_rejects(limit: None) -> None:
    waiting = a_refund(a_payment(), 5000, **by("ann"))
    order = waiting.payment.order
    clerk = staff(SEE_ORDERS, "payments.cancel_payment")

    page = clerk.get(reverse("admin:orders_order_cancel", args=[order.pk])).text

    assert f"Refund {waiting.number} of £50.00, asked for by ann," in page
    assert "cancelling rejects it" in page
