"""Asking again on behalf of staff: the review ends where the answer settles it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from payments.errors import ReviewRefused
from payments.models import Dispute, Review
from payments.models.payment import MISMATCH
from payments.models.records import ReviewKind
from payments.services.ask import ask
from payments.services.check_ledger import faults
from payments.services.ending import Case, Ending, cases_of, end, ended_before, lock_case
from payments.states import UNSETTLED, DisputeState


def ask_now(ending: Ending) -> bool:
    """Ask the provider and book what it says; no transaction is open.

    False where this very request has ended the review before. Raises ReviewRefused where the answer
    does not settle it: then the review stays open.
    """
    if ended_before(ending):
        return False
    review = Review.objects.select_related("payment__order").get(pk=ending.review_id)
    (case,) = cases_of(review.payment, [review])
    for attempt in (case.attempt,) if case.attempt else case.attempts:
        ask(attempt.pk, source="review")
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if not SETTLED[ReviewKind(case.review.kind)](case):
            raise ReviewRefused(_("the provider was asked, and its answer does not settle it yet"))
        end(ending)
    return True


def check_again(ending: Ending) -> bool:
    """Compare the ledger with the payment once more; False where this was done before.

    Raises ReviewRefused where they still do not agree.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if any(fault.payment.pk == case.payment.pk for fault in faults()):
            raise ReviewRefused(_("the sums still do not agree"))
        end(ending)
    return True


def _answered(case: Case) -> bool:
    if case.operation:
        return case.operation.status not in UNSETTLED
    return case.attempt is not None and not case.attempt.in_flight


def _named_rightly(case: Case) -> bool:
    return case.attempt is not None and case.attempt.error_code != MISMATCH


def _decided(case: Case) -> bool:
    disputes = Dispute.objects.filter(attempt__payment=case.payment)
    ours = disputes.filter(provider_id=case.review.subject_ref)
    return ours.exists() and not ours.filter(status=DisputeState.OPEN).exists()


SETTLED: Final[dict[ReviewKind, Callable[[Case], bool]]] = {
    ReviewKind.NO_ANSWER: _answered,
    ReviewKind.MISMATCH: _named_rightly,
    ReviewKind.DISPUTE: _decided,
}
"""Whether the answer has settled a review of the kind."""
