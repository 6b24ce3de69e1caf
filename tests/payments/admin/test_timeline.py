"""One order's whole story in time order: decline, retry, capture, mail, refund, mail."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from orders.clock import clock_at
from orders.emails import send_due_mail
from orders.models import Mail, Order
from orders.money import Money
from payments.badges import Badge, Tone
from payments.models import Operation, Payment
from payments.providers.base import DisputeSeen, DisputeStatus, Failure, RefundStatus, Status
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider
from payments.timeline import Happening, Kind, timeline
from tests.factories import UserFactory, a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.admin.cast import a_webhook
from tests.payments.refunding import a_refund
from tests.payments.reviewing import close

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _each_look_at_the_clock_is_a_second_later() -> Iterator[None]:
    seconds = itertools.count()
    with clock_at(lambda: START + timedelta(seconds=next(seconds))):
        yield


def story(order: Order) -> list[Happening]:
    return timeline(order, Payment.objects.get(order=order))


def told(order: Order) -> list[str]:
    return [
        f"{item.title} {item.badge.text if item.badge else ''}".strip() for item in story(order)
    ]


def an_order_declined_then_paid() -> Order:
    order = an_order()
    first = an_attempt(order)
    declined = seen(first, Status.DECLINED, error=Failure("insufficient_funds", "no_funds"))
    call_provider("create", lambda: declined, attempt=first, key=first.key)
    apply_outcome(attempt_id=first.pk, outcome=declined, source="create")
    a_webhook(an_attempt(order))
    send_due_mail()
    return order


def a_told_refund(order: Order, *, status: RefundStatus = RefundStatus.SUCCEEDED) -> Operation:
    clerk = UserFactory.create(username="clerk").pk
    asked = a_refund(order.payment, 1250, note="cracked", requested_by=clerk)
    refund = asked.operations.get()
    answer = a_refund_seen(1250, our_ref=refund.our_ref, status=status)
    outcome = captured(refund.attempt, refunds=(answer,))
    apply_outcome(attempt_id=refund.attempt_id, outcome=outcome, source="refund")
    return refund


def a_disputed_order(*ends: DisputeStatus) -> Order:
    attempt = an_attempt()
    for status in (DisputeStatus.OPEN, *ends):
        seen_so = DisputeSeen("dp_1", Money(6000, "GBP"), status, "fraudulent")
        told_so = captured(attempt, disputes=(seen_so,))
        apply_outcome(attempt_id=attempt.pk, outcome=told_so, source="test")
    return attempt.payment.order


def test_the_story_is_told_in_order() -> None:
    order = an_order_declined_then_paid()
    a_told_refund(order)
    send_due_mail()

    assert told(order) == [
        "Order placed: £60.00",
        "Attempt 1: £60.00 · Card · sandbox declined",
        "Call to sandbox: open the payment declined",
        "Attempt 2: £60.00 · Card · sandbox captured",
        "Webhook: payment.captured done",
        "The order is now confirmed",
        "Mail: confirmation sent",
        "Refund of £12.50 requested",
        "Refund of £12.50 succeeded",
        "Mail: a refund is on its way sent",
        "Mail: refund sent",
    ]


def test_a_decline_says_why_in_words_for_staff() -> None:
    order = an_order_declined_then_paid()

    attempt = next(item for item in story(order) if item.kind == Kind.ATTEMPT)
    assert attempt.detail == "declined: insufficient funds (no_funds)"
    assert attempt.badge
    assert attempt.badge.tone == Tone.BAD


def test_a_refund_says_who_asked_and_why() -> None:
    order = an_order_declined_then_paid()
    refund = a_told_refund(order)

    asked = next(item for item in story(order) if item.kind == Kind.REFUND)
    assert asked.detail.startswith("by clerk · cracked")
    assert asked.ref == refund.our_ref


def test_a_failed_refund_opens_a_review_that_a_person_closes() -> None:
    order = an_order_declined_then_paid()
    a_told_refund(order, status=RefundStatus.FAILED)
    review = order.payment.reviews.get()
    clerk = get_user_model().objects.get()

    assert {"Refund of £12.50 failed", "Review: a refund failed open"} < set(told(order)[-3:])
    assert close(review, by=clerk.pk)
    assert story(order)[-1].title == "Review resolved: a refund failed"
    assert story(order)[-1].detail == "Resolve with a note · as agreed by mail · by clerk"


def test_a_refund_made_elsewhere_is_part_of_the_story() -> None:
    order = an_order_declined_then_paid()
    attempt = order.payment.attempts.latest("pk")
    outcome = captured(attempt, refunds=(a_refund_seen(500),))
    apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="webhook")

    assert "Refund of £5.00 made at the provider's own site" in told(order)


@pytest.mark.parametrize(
    ("status", "said", "badge"),
    [
        (DisputeStatus.WON, "the money stays here", Badge("won", Tone.GOOD)),
        (DisputeStatus.LOST, "the bank gave the money to the shopper", Badge("lost", Tone.BAD)),
    ],
)
def test_a_dispute_says_once_how_it_ended(status: DisputeStatus, said: str, badge: Badge) -> None:
    order = a_disputed_order(status)

    opened, ended = (item for item in story(order) if item.kind == Kind.DISPUTE)
    assert (opened.title, opened.badge) == ("Dispute of £60.00", None)
    assert (ended.title, ended.detail, ended.badge) == ("Dispute of £60.00 decided", said, badge)


@pytest.mark.parametrize(
    ("facts", "text", "tone"),
    [
        ({}, "waiting", Tone.WAITING),
        ({"last_error": "SMTPServerDisconnected"}, "waiting", Tone.BAD),
        ({"last_error": "SMTPServerDisconnected", "next_run_at": None}, "given up", Tone.BAD),
    ],
)
def test_an_unsent_mail_says_so(facts: dict[str, str | None], text: str, tone: Tone) -> None:
    attempt = an_attempt()
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    Mail.objects.update(**facts)

    mail = story(attempt.payment.order)[-1]
    assert mail.badge
    assert (mail.badge.text, mail.badge.tone) == (text, tone)
    assert str(facts.get("last_error", "")) in mail.detail
