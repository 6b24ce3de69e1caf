"""A bank that only asks takes nothing; what it claims afterwards is booked then, and once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from django.core import mail
from pytest_django import Settings

from orders.clock import now
from payments.errors import EvidenceRefused
from payments.models import Dispute, DisputeEvidence, Payment, Posting, Review
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.reviews import TO_DO_ABOUT, guide_of
from payments.services.apply import apply_outcome
from payments.services.check_ledger import faults
from payments.services.evidence import request_evidence
from payments.services.remind import remind_of_evidence
from payments.sights import ASKED
from payments.states import DisputeState
from tests.factories import a_payment, captured, later
from tests.payments.disputing import A_WEEK, MANAGERS, a_draft, told_of_dispute
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db
INQUIRY, CLOSED, OPEN = DisputeStatus.INQUIRY, DisputeStatus.CLOSED, DisputeStatus.OPEN
WON, LOST = DisputeStatus.WON, DisputeStatus.LOST


def told(payment: Payment, *statuses: DisputeStatus) -> Payment:
    for status in statuses:
        told_of_dispute(payment, status, now() + A_WEEK)
    assert list(faults()) == []
    return Payment.objects.get(pk=payment.pk)


def sizes(payment: Payment, *sights: tuple[DisputeStatus, int]) -> int:
    """What is held once these were told, each with its amount."""
    attempt = payment.attempts.get()
    for status, amount in sights:
        seen = DisputeSeen("dp_1", attempt.money(amount), status, "general")
        told = captured(attempt, disputes=(seen,))
        apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
    assert list(faults()) == []
    return Payment.objects.get(pk=payment.pk).disputed


def test_it_holds_no_money_and_posts_nothing() -> None:
    payment = told(a_payment(), INQUIRY, INQUIRY)

    assert (payment.disputed, payment.refundable.amount) == (0, 6000)
    assert not Posting.objects.filter(account="disputes:sandbox").exists()


def test_a_person_is_told_that_the_bank_asks() -> None:
    told(a_payment(), INQUIRY, INQUIRY)

    assert guide_of(Review.objects.get(resolved_at=None)) == TO_DO_ABOUT[ASKED]


@pytest.mark.parametrize(("amount", "left"), [(6000, False), (5999, True)])
def test_only_who_has_something_left_to_refund_is_told_to(amount: int, left: bool) -> None:
    payment = told(a_payment(), INQUIRY)

    a_refund(payment, amount, request_key="k")

    todo = str(guide_of(Review.objects.get(resolved_at=None)).todo)
    assert ("or refund the payment" in todo) is left


def test_what_it_asks_about_can_be_refunded() -> None:
    payment = told(a_payment(), INQUIRY)

    a_refund(payment, 6000, request_key="k")

    payment.refresh_from_db()
    assert payment.refund_pending == 6000


@pytest.mark.parametrize("sights", [*permutations([INQUIRY, CLOSED, OPEN, LOST])])
def test_in_whatever_order_it_is_told_the_claim_counts_once(
    sights: Sequence[DisputeStatus],
) -> None:
    payment = told(a_payment(), *sights)

    assert (payment.disputed, Dispute.objects.get().status) == (6000, DisputeState.LOST)
    assert not Review.objects.filter(resolved_at=None).exists()


def test_what_becomes_a_claim_asks_a_person_anew() -> None:
    told(a_payment(), INQUIRY, OPEN)

    asked, claimed = Review.objects.order_by("pk")
    assert asked.note == "it became a dispute: the bank took £60.00"
    assert claimed.resolved_at is None
    assert guide_of(claimed) != TO_DO_ABOUT[ASKED]


def test_what_was_closed_and_is_claimed_after_all_is_open() -> None:
    payment = told(a_payment(), INQUIRY, CLOSED, OPEN)

    dispute = Dispute.objects.get()
    assert (payment.disputed, dispute.closed_at) == (6000, None)
    assert dispute.remind_at


def test_what_is_closed_waits_for_nobody() -> None:
    told(a_payment(), INQUIRY, CLOSED, INQUIRY)

    dispute, review = Dispute.objects.get(), Review.objects.get()
    assert (dispute.status, dispute.remind_at) == (DisputeState.CLOSED, None)
    assert dispute.closed_at
    assert review.note == "closed: the bank asks no more, and took nothing"


def test_what_is_claimed_counts_not_what_was_asked_about() -> None:
    assert sizes(a_payment(), (INQUIRY, 6000), (OPEN, 2000), (INQUIRY, 6000)) == 2000


def test_what_is_claimed_grows_still() -> None:
    assert sizes(a_payment(), (INQUIRY, 1000), (OPEN, 2000), (OPEN, 2500)) == 2500


def test_it_is_answered_once_and_its_claim_once_more() -> None:
    payment = told(a_payment(), INQUIRY)
    dispute = Dispute.objects.get()
    request_evidence(a_draft(dispute, request_key="k1"))
    with pytest.raises(EvidenceRefused):
        request_evidence(a_draft(dispute, request_key="k2"))

    told(payment, OPEN)
    request_evidence(a_draft(dispute, request_key="k3"))
    with pytest.raises(EvidenceRefused):
        request_evidence(a_draft(dispute, request_key="k4"))

    answered = DisputeEvidence.objects.order_by("pk").values_list("request_key", "of_inquiry")
    assert list(answered) == [("k1", True), ("k3", False)]


@pytest.mark.parametrize("status", [CLOSED, WON, LOST])
def test_what_is_over_takes_no_evidence(status: DisputeStatus) -> None:
    told(a_payment(), INQUIRY, status)

    with pytest.raises(EvidenceRefused):
        request_evidence(a_draft(Dispute.objects.get()))


def test_staff_are_reminded_that_the_bank_asks(settings: Settings) -> None:
    settings.MANAGERS = MANAGERS
    told(a_payment(), INQUIRY)

    with later(A_WEEK - timedelta(hours=71)):
        assert [remind_of_evidence() for _ in range(2)] == [1, 0]

    (sent,) = mail.outbox
    assert "asks about £60.00" in sent.body
