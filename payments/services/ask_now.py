"""Asking again on behalf of staff: the review ends where the answer settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.clock import now
from orders.wake import wake
from payments.errors import ReviewRefused
from payments.models import Dispute, Operation, Review
from payments.models.operation import SUBMIT_TASK
from payments.models.payment import MISMATCH
from payments.models.records import ReviewKind
from payments.providers.base import Failure
from payments.services.ask import ask, hear
from payments.services.check_ledger import faults
from payments.services.ending import (
    Case,
    Ending,
    cases_of,
    end,
    ended_before,
    ended_by_answer,
    lock_case,
)
from payments.services.give_up import UNTOLD, give_up, in_window
from payments.states import AWAITED, UNDECIDED, UNSETTLED

Heard = frozenset[int]
"""Keys of the attempts about which an answer came that could be read; where that decides."""
UNSETTLED_YET: Final = gettext_lazy("the provider was asked, and its answer does not settle it yet")


def ask_now(ending: Ending) -> bool:
    """Ask the provider and book what it says; no transaction is open.

    False where this very request has ended the review before. Raises ReviewRefused where the answer
    does not settle it: then the review stays open. What the provider does not say of an operation
    that was given up, we decide: it is sent again, or has failed.
    """
    if ended_before(ending):
        return False
    review = Review.objects.select_related("payment__order").get(pk=ending.review_id)
    (case,) = cases_of(review.payment, [review])
    heard = _listen(case)
    with transaction.atomic():
        case = lock_case(ending)
        if ended_by_answer(ending):
            return True
        if ended_before(ending):
            return False
        if SETTLED[ReviewKind(case.review.kind)](case, heard):
            end(ending)
        elif case.review.kind == ReviewKind.NO_ANSWER:
            _go_on(case, heard, ending)
        else:
            raise ReviewRefused(UNSETTLED_YET)
    return True


def _listen(case: Case) -> Heard:
    """Ask about all that it may be about, and book what is said."""
    asked = (case.attempt,) if case.attempt else case.attempts
    if case.operation or case.review.kind == ReviewKind.BAD_ANSWER:
        return frozenset(each.pk for each in asked if hear(each.pk, source="review"))
    for attempt in asked:
        ask(attempt.pk, source="review")
    return frozenset()


def _go_on(case: Case, heard: Heard, ending: Ending) -> None:
    """Take up an operation that was given up, and end the review by that.

    While its key is known a repeat is harmless. Later it has failed, once an answer does not have
    it; without an answer nobody knows. Raises ReviewRefused or PaymentError.
    """
    operation, attempt = case.operation, case.attempt
    if operation is None or operation.status not in UNTOLD or operation.next_run_at:
        raise ReviewRefused(UNSETTLED_YET)
    if in_window(operation):
        Operation.objects.filter(pk=operation.pk).update(next_run_at=now())
        wake(SUBMIT_TASK)
        end(ending, note=_("it is sent again"))
    elif attempt and attempt.pk in heard:
        end(ending, note=_("the provider does not know of it"))
        give_up(operation, Failure("not_sent"), attempt=attempt, attempts=case.attempts)
    else:
        raise ReviewRefused(UNSETTLED_YET)


def check_again(ending: Ending) -> bool:
    """Compare the ledger with the payment once more; False where this was done before.

    Raises ReviewRefused where they still do not agree.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if any(faults(case.payment)):
            raise ReviewRefused(_("the sums still do not agree"))
        end(ending)
    return True


def _answered(case: Case, _heard: Heard) -> bool:
    if case.operation:
        return case.operation.status not in UNSETTLED
    attempt = case.attempt
    return attempt is not None and (attempt.held > 0 or attempt.status not in AWAITED)


def _named_rightly(case: Case, _heard: Heard) -> bool:
    return case.attempt is not None and case.attempt.error_code != MISMATCH


def _decided(case: Case, _heard: Heard) -> bool:
    disputes = Dispute.objects.filter(attempt__payment=case.payment)
    ours = disputes.filter(provider_id=case.review.subject_ref)
    return ours.exists() and not ours.filter(status__in=UNDECIDED).exists()


def _was_read(case: Case, heard: Heard) -> bool:
    return case.attempt is not None and case.attempt.pk in heard


SETTLED: Final[dict[ReviewKind, Callable[[Case, Heard], bool]]] = {
    ReviewKind.NO_ANSWER: _answered,
    ReviewKind.MISMATCH: _named_rightly,
    ReviewKind.DISPUTE: _decided,
    ReviewKind.BAD_ANSWER: _was_read,
}
"""Whether the answer has settled a review of the kind."""
