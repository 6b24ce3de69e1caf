"""Disputes at Stripe through the whole product: told in any order, answered, decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from pytest_django import Settings

from orders.formats import format_moment
from payments.models import Dispute, DisputeEvidence, Review
from payments.providers.base import RawRequest
from payments.services.remind import remind_of_evidence
from payments.states import EvidenceState
from tests.factories import later
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.disputing import MANAGERS, press_twice
from tests.payments.providers.stripe.till import Till

pytestmark = pytest.mark.django_db(transaction=True)
SEE, ANSWER = "payments.view_dispute", "payments.answer_dispute"
Letters = Sequence[RawRequest]


def as_sent(letters: Letters) -> Letters:
    return letters


def backwards(letters: Letters) -> Letters:
    return letters[::-1]


def each_twice(letters: Letters) -> Letters:
    return [letter for each in letters for letter in (each, each)]


def again_from_the_start(letters: Letters) -> Letters:
    return [*letters, *letters]


any_order = pytest.mark.parametrize("told", [as_sent, backwards, each_twice, again_from_the_start])
Told = Callable[[Letters], Letters]


@any_order
def test_a_dispute_takes_its_money_once(till: Till, told: Told) -> None:
    attempt = till.sold()
    till.dispute(attempt)

    till.takes(told(till.letters(attempt)))

    assert till.in_dispute() == ("open", attempt.captured, attempt.captured)


@any_order
@pytest.mark.parametrize("state", ["won", "lost"])
def test_what_is_won_comes_back_once_and_what_is_lost_stays(
    till: Till, told: Told, state: str
) -> None:
    attempt = till.sold()
    dispute = till.dispute(attempt)
    till.hears(attempt)
    till.fake.decide(dispute, won=state == "won")

    till.takes(told(till.letters(attempt)))

    gone = 0 if state == "won" else attempt.captured
    assert till.in_dispute() == (state, gone, gone)


def test_what_no_webhook_told_the_list_of_events_tells(till: Till) -> None:
    attempt = till.sold()
    till.dispute(attempt)

    till.reads_the_feed()

    assert till.in_dispute() == ("open", attempt.captured, attempt.captured)


def test_of_a_part_only_the_part_is_gone(till: Till) -> None:
    attempt = till.sold()
    till.dispute(attempt, amount=2500)

    till.hears(attempt)

    assert till.in_dispute() == ("open", 2500, 2500)


def test_in_another_currency_it_keeps_nothing_else_back(till: Till) -> None:
    attempt = till.sold()
    till.dispute(attempt, amount=2000)
    with till.fake.lock:
        till.fake.shelf(till.account.merchant_id).of("dispute")[0]["currency"] = "usd"
    till.fake.refund_in_dashboard(till.intent(attempt), 1000)

    till.hears(attempt)

    attempt.refresh_from_db()
    assert (attempt.refunded, attempt.disputed) == (1000, 0)
    assert Review.objects.filter(kind="mismatch", resolved_at=None).count() == 1


def test_staff_see_on_the_order_and_the_dispute_until_when_it_is_to_be_answered(
    till: Till,
) -> None:
    attempt = till.sold()
    till.dispute(attempt)
    till.hears(attempt)
    dispute = Dispute.objects.get()
    assert dispute.evidence_due_at

    clerk = staff(SEE, SEE_ORDERS)
    pages = [
        clerk.get(reverse("admin:payments_dispute_change", args=[dispute.pk])),
        clerk.get(order_url(attempt.payment.order)),
    ]

    due = format_moment(dispute.evidence_due_at)
    assert [due in page.content.decode() for page in pages] == [True, True]


def test_staff_are_reminded_before_it_is_due(till: Till, settings: Settings) -> None:
    settings.MANAGERS = MANAGERS
    attempt = till.sold()
    till.dispute(attempt)
    till.hears(attempt)

    with later(timedelta(days=4, minutes=1)):
        remind_of_evidence()
        remind_of_evidence()

    (sent,) = mail.outbox
    assert attempt.payment.order.number in sent.subject


def answer(dispute: Dispute, statement: str) -> None:
    url = reverse("admin:payments_dispute_answer", args=[dispute.pk, "send"])
    press_twice(staff(ANSWER, SEE, SEE_ORDERS), url, {"request_key": "k", "statement": statement})


def test_what_staff_say_in_the_admin_is_sent_to_stripe_once(till: Till) -> None:
    attempt = till.sold()
    name = till.dispute(attempt)
    till.hears(attempt)
    answer(Dispute.objects.get(), "It was delivered.")

    till.work()
    till.work()

    told = till.fake.told(name)
    assert told["evidence"]["uncategorized_text"] == "It was delivered."
    assert (told["status"], told["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert DisputeEvidence.objects.get().state == EvidenceState.SENT


@pytest.mark.parametrize(
    ("statement", "state"), [("winning_evidence", "won"), ("losing_evidence", "lost")]
)
def test_what_the_bank_decides_at_once_is_booked_from_the_answer_and_not_again(
    till: Till, statement: str, state: str
) -> None:
    attempt = till.sold()
    till.dispute(attempt)
    till.hears(attempt)
    answer(Dispute.objects.get(), statement)

    till.work()
    till.hears(attempt)

    gone = 0 if state == "won" else attempt.captured
    assert till.in_dispute() == (state, gone, gone)
    assert Review.objects.filter(resolved_at=None).count() == 0


@any_order
def test_a_bank_that_only_asks_takes_nothing(till: Till, told: Told) -> None:
    attempt = till.sold()
    till.dispute(attempt, inquiry=True)

    till.takes(told(till.letters(attempt)))

    assert till.in_dispute() == ("inquiry", 0, 0)
    assert Review.objects.get(resolved_at=None).subject_ref == Dispute.objects.get().provider_id


def test_a_bank_that_only_asks_is_heard_of_though_the_charge_does_not_say_so(till: Till) -> None:
    attempt = till.sold()
    till.dispute(attempt, inquiry=True)
    with till.fake.lock:
        till.fake.shelf(till.account.merchant_id).of("charge")[0]["disputed"] = False

    till.hears(attempt)

    assert till.in_dispute() == ("inquiry", 0, 0)


def test_staff_see_that_a_bank_asks_and_until_when(till: Till) -> None:
    attempt = till.sold()
    till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    dispute = Dispute.objects.get()
    assert dispute.evidence_due_at

    page = staff(SEE, ANSWER, SEE_ORDERS).get(
        reverse("admin:payments_dispute_change", args=[dispute.pk])
    )

    shown = page.content.decode()
    assert ">inquiry</span>" in shown
    assert format_moment(dispute.evidence_due_at) in shown
    assert reverse("admin:payments_dispute_answer", args=[dispute.pk, "send"]) in shown


def test_what_a_bank_asks_is_answered_from_the_admin(till: Till) -> None:
    attempt = till.sold()
    name = till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    answer(Dispute.objects.get(), "It was delivered.")

    till.work()

    assert till.fake.told(name)["status"] == "warning_under_review"
    assert till.in_dispute() == ("inquiry", 0, 0)


@any_order
def test_what_becomes_a_claim_takes_its_money_then_and_once(till: Till, told: Told) -> None:
    attempt = till.sold()
    name = till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    till.fake.escalate(name)

    till.takes(told(till.letters(attempt)))

    assert till.in_dispute() == ("open", attempt.captured, attempt.captured)
    assert Review.objects.filter(resolved_at=None).count() == 1


def test_a_claim_is_answered_anew_whatever_was_said_to_the_question(till: Till) -> None:
    attempt = till.sold()
    name = till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    answer(Dispute.objects.get(), "It was delivered.")
    till.work()
    till.fake.escalate(name)
    till.hears(attempt)
    dispute = Dispute.objects.get()
    assert dispute.remind_at

    url = reverse("admin:payments_dispute_answer", args=[dispute.pk, "send"])
    said = {"request_key": "k2", "statement": "Here is the receipt."}
    press_twice(staff(ANSWER, SEE, SEE_ORDERS, name="other"), url, said)
    till.work()

    told = till.fake.told(name)
    assert (told["status"], told["evidence_details"]["submission_count"]) == ("under_review", 2)


@pytest.mark.parametrize("heard", [True, False], ids=["heard of", "not heard of"])
def test_what_became_a_claim_before_the_answer_was_sent_is_not_answered_unseen(
    till: Till, heard: bool
) -> None:
    attempt = till.sold()
    name = till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    answer(Dispute.objects.get(), "It was delivered.")
    till.fake.escalate(name)
    if heard:
        till.hears(attempt)

    till.work()

    told = till.fake.told(name)
    assert (told["status"], told["evidence_details"]["submission_count"]) == ("needs_response", 0)
    assert DisputeEvidence.objects.get().error_code == "became_claim"


@any_order
def test_a_bank_that_asks_no_more_has_taken_nothing(till: Till, told: Told) -> None:
    attempt = till.sold()
    name = till.dispute(attempt, inquiry=True)
    till.hears(attempt)
    till.fake.decide(name, won=False)

    till.takes(told(till.letters(attempt)))

    assert till.in_dispute() == ("closed", 0, 0)
    assert not Review.objects.filter(resolved_at=None).exists()
    assert Dispute.objects.get().remind_at is None
