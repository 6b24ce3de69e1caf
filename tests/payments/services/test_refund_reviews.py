"""What a person is asked about refunds: under which name, in which words, and when it has ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from orders.clock import now
from orders.models import Mail
from payments.models import Attempt, Operation, ProviderObject, Review
from payments.models.records import ReviewKind
from payments.providers.base import Failure, RefundSeen, RefundStatus
from payments.services.check_ledger import faults
from payments.states import OperationStatus
from tests.factories import a_payment, captured
from tests.payments.refunding import a_refund
from tests.payments.services.cast import a_hold, apply, capture, held

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt() -> Attempt:
    return a_payment().attempts.get()


def asked_back(attempt: Attempt, key: str = "form-1") -> Operation:
    return a_refund(attempt.payment, 2500, note="broken", request_key=key).operations.get()


def told(
    attempt: Attempt, name: str, our_ref: str = "", *, amount: int = 2500, **facts: Any
) -> None:
    """Book a refund as it is told: made, unless `facts` say otherwise."""
    facts = {"status": RefundStatus.SUCCEEDED} | facts
    refund = RefundSeen(name, our_ref, attempt.money(amount), **facts)
    apply(attempt, captured(attempt, refunds=(refund,)))


def asked() -> list[tuple[str, str, str]]:
    """Kind, subject and words of what is open, as staff read it."""
    reviews = Review.objects.filter(resolved_at=None).order_by("pk")
    return [(review.kind, review.subject_ref, review.seen) for review in reviews]


def test_a_refund_made_elsewhere_is_named_by_its_account_and_id(attempt: Attempt) -> None:
    told(attempt, "re_1")

    assert asked() == [(ReviewKind.EXTERNAL_REFUND, "sandbox:re_1", "£25.00 by re_1")]


def test_another_amount_than_we_asked_for_says_both(attempt: Attempt) -> None:
    ours = asked_back(attempt).our_ref

    told(attempt, "re_1", ours, amount=2000)

    words = "asked for £25.00, they made it £20.00"
    assert asked() == [(ReviewKind.WRONG_AMOUNT, ours, words)]


def test_a_failure_says_how_much_and_why(attempt: Attempt) -> None:
    ours = asked_back(attempt).our_ref

    told(attempt, "re_1", ours, status=RefundStatus.FAILED, error=Failure("unheard_of", "AC04"))

    words = "£25.00: unheard_of (AC04)"
    assert asked() == [(ReviewKind.REFUND_FAILED, ours, words)]


def test_a_failure_without_a_reason_says_how_much(attempt: Attempt) -> None:
    ours = asked_back(attempt).our_ref

    told(attempt, "re_1", ours, status=RefundStatus.FAILED)

    assert asked() == [(ReviewKind.REFUND_FAILED, ours, "£25.00")]


def test_totals_that_do_not_agree_are_both_told(attempt: Attempt) -> None:
    told(attempt, "re_1", asked_back(attempt).our_ref)

    apply(attempt, captured(attempt, refunded=3000))

    words = "they say £30.00, refunds add up to £25.00"
    assert asked() == [(ReviewKind.REFUND_TOTAL, attempt.our_ref, words)]


@pytest.mark.parametrize("total", [2500, 0])
def test_a_total_that_our_refunds_reach_asks_nobody(attempt: Attempt, total: int) -> None:
    told(attempt, "re_1", asked_back(attempt).our_ref)

    apply(attempt, captured(attempt, refunded=total))

    assert asked() == []


@pytest.mark.parametrize("amount", [0, -1])
def test_a_refund_of_nothing_is_named_by_its_id(attempt: Attempt, amount: int) -> None:
    told(attempt, "re_0", amount=amount)

    ((kind, subject, words),) = asked()
    assert (kind, subject) == (ReviewKind.MISMATCH, "sandbox:re_0")
    assert words.startswith("a refund of")
    assert not words.endswith("without an id")
    assert not Operation.objects.exists()


def test_the_smallest_refund_is_one_all_the_same(attempt: Attempt) -> None:
    told(attempt, "re_1", amount=1)

    assert Operation.objects.get().amount == 1


def test_a_refund_of_nothing_does_not_hide_the_next(attempt: Attempt) -> None:
    nothing = RefundSeen("re_0", "", attempt.money(0), RefundStatus.SUCCEEDED)
    some = RefundSeen("re_1", "", attempt.money(100), RefundStatus.SUCCEEDED)

    payment = apply(attempt, captured(attempt, refunds=(nothing, some)))

    assert payment.refunded == 100


def test_a_refund_without_a_name_is_named_by_its_attempt(attempt: Attempt) -> None:
    told(attempt, "")

    words = "a refund of £25.00 without an id"
    assert asked() == [(ReviewKind.MISMATCH, f"sandbox:{attempt.our_ref}", words)]


def test_a_refund_with_our_reference_needs_no_id_of_theirs(attempt: Attempt) -> None:
    told(attempt, "", asked_back(attempt).our_ref)

    assert Operation.objects.get().status == OperationStatus.SUCCEEDED
    assert not ProviderObject.objects.filter(kind="refund").exists()


def test_a_refund_is_found_by_its_id_where_our_reference_is_not_told_again(
    attempt: Attempt,
) -> None:
    told(attempt, "re_1", asked_back(attempt).our_ref, status=RefundStatus.PENDING)

    told(attempt, "re_1")

    operation = Operation.objects.get()
    assert (operation.status, operation.external) == (OperationStatus.SUCCEEDED, False)


def test_what_they_call_a_refund_is_kept_with_it(attempt: Attempt) -> None:
    operation = asked_back(attempt)

    told(attempt, "re_1", operation.our_ref)

    known = ProviderObject.objects.get(kind="refund")
    assert (known.account_id, known.object_id) == (attempt.account_id, "re_1")
    assert (known.attempt_id, known.operation_id) == (attempt.pk, operation.pk)


def test_a_failure_keeps_its_code_and_the_beginning_of_their_words(attempt: Attempt) -> None:
    operation = asked_back(attempt)

    error = Failure("account_closed", "x" * 99)
    told(attempt, "re_1", operation.our_ref, status=RefundStatus.FAILED, error=error)

    operation.refresh_from_db()
    assert (operation.error_code, operation.error_raw) == ("account_closed", "x" * 80)


@pytest.mark.parametrize("status", [RefundStatus.SUCCEEDED, RefundStatus.FAILED])
def test_a_settled_refund_is_due_no_more_and_knows_since_when(
    attempt: Attempt, status: RefundStatus
) -> None:
    operation = asked_back(attempt)

    told(attempt, "re_1", operation.our_ref, status=status)

    operation.refresh_from_db()
    assert (operation.next_run_at, operation.settled_at is None) == (None, False)


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "external"])
def test_a_pending_refund_is_asked_about_by_its_own_table(attempt: Attempt, ours: bool) -> None:
    our_ref = asked_back(attempt).our_ref if ours else ""
    Operation.objects.update(tries=3)

    told(attempt, "re_1", our_ref, status=RefundStatus.PENDING)

    operation = Operation.objects.get()
    assert (operation.status, operation.tries) == (OperationStatus.PENDING, 0)
    assert operation.settled_at is None
    assert operation.next_run_at
    assert operation.next_run_at < now() + timedelta(minutes=2)


def test_an_external_refund_is_pending_money_until_it_is_made(attempt: Attempt) -> None:
    told(attempt, "re_1", status=RefundStatus.PENDING)

    attempt.refresh_from_db()
    assert (attempt.refund_pending, attempt.refunded) == (2500, 0)


def test_another_amount_told_while_pending_is_what_is_pending(attempt: Attempt) -> None:
    operation = asked_back(attempt)

    told(attempt, "re_1", operation.our_ref, amount=2000, status=RefundStatus.PENDING)

    attempt.refresh_from_db()
    operation.refresh_from_db()
    assert (attempt.refund_pending, operation.amount) == (2000, 2000)


def test_of_another_amount_that_failed_nothing_stays_pending(attempt: Attempt) -> None:
    operation = asked_back(attempt)

    told(attempt, "re_1", operation.our_ref, amount=2000, status=RefundStatus.FAILED)

    attempt.refresh_from_db()
    assert attempt.refund_pending == 0


@pytest.mark.parametrize(
    ("statuses", "kind"),
    [
        ([RefundStatus.SUCCEEDED], "refund"),
        ([RefundStatus.SUCCEEDED, RefundStatus.FAILED], "refund_returned"),
    ],
)
def test_the_shopper_reads_how_much_and_why(
    attempt: Attempt, statuses: list[RefundStatus], kind: str
) -> None:
    operation = asked_back(attempt)

    for status in statuses:
        told(attempt, "re_1", operation.our_ref, status=status)

    mail = Mail.objects.get(kind=kind)
    assert (mail.order_id, mail.subject_ref) == (attempt.payment.order_id, operation.our_ref)
    assert mail.context == {"amount": 2500, "reason": "broken"}


def test_what_is_booked_under_its_first_name_ends_ours_for_good(attempt: Attempt) -> None:
    operation = asked_back(attempt)
    told(attempt, "re_1")

    told(attempt, "re_1", operation.our_ref)

    operation.refresh_from_db()
    attempt.refresh_from_db()
    assert (operation.settled_at is None, attempt.refund_pending) == (False, 0)
    assert asked() == []


def test_all_refunds_of_one_sight_are_posted(attempt: Attempt) -> None:
    made = [
        RefundSeen(name, "", attempt.money(1000), RefundStatus.SUCCEEDED)
        for name in ("re_1", "re_2")
    ]

    payment = apply(attempt, captured(attempt, refunds=tuple(made)))

    assert payment.refunded == 2000
    assert list(faults()) == []


def test_a_refund_that_names_a_capture_moves_no_capture() -> None:
    attempt = a_hold()
    apply(attempt, held(attempt))
    taken = capture(attempt)

    told(attempt, "re_1", taken.our_ref)

    taken.refresh_from_db()
    assert taken.amount == 6000
    assert Operation.objects.get(external=True).amount == 2500


def test_a_refund_told_under_the_reference_of_another_of_ours_ends_neither(
    attempt: Attempt,
) -> None:
    made, waiting = asked_back(attempt), asked_back(attempt, "form-2")
    told(attempt, "re_1", made.our_ref)

    told(attempt, "re_1", waiting.our_ref)

    assert list(Operation.objects.order_by("pk").values_list("status", flat=True)) == [
        OperationStatus.SUCCEEDED,
        OperationStatus.REQUESTED,
    ]
