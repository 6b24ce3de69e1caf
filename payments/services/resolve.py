"""The buttons of a review, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from payments.errors import ReviewRefused
from payments.models import Attempt, Operation, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.reviews import guide_of
from payments.services.ask_now import ask_now, check_again
from payments.services.back_again import owed_back, refund_again, return_elsewhere
from payments.services.capture_rest import (
    can_capture,
    can_release_rest,
    capture_held,
    release_what_is_left,
)
from payments.services.ending import Case, Ending, end, ended_before, lock_case
from payments.services.give_back import can_give_back, give_back
from payments.services.short import accept_short, ask_rest, is_short
from payments.states import AWAITED, UNSETTLED


def resolve_review(ending: Ending) -> bool:
    """Do what the button says and end the review; no transaction is open.

    False where this very request has ended it before. Raises PaymentError with a sentence for
    staff, and then nothing has changed.
    """
    review = Review.objects.get(pk=ending.review_id)
    if ending.act not in guide_of(review).acts:
        raise ReviewRefused(_("this does not end such a review"))
    return DOES[ending.act](ending)


def possible_acts(case: Case) -> list[ReviewAct]:
    """The buttons of a review that would do something now; none where it has ended."""
    if case.review.resolved_at:
        return []
    acts = guide_of(case.review).acts
    return [act for act in acts if WHERE.get(act, _always)(case)]


def _always(_case: Case) -> bool:
    return True


def _is_about_a_refund(case: Case) -> bool:
    return case.review.kind == ReviewKind.EXTERNAL_REFUND or case.operation is not None


def _owes_back(case: Case) -> bool:
    return owed_back(case) > 0


def _end_only(ending: Ending) -> bool:
    """What was seen stands as it is: somebody has looked at it."""
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if ending.act not in possible_acts(case):
            raise ReviewRefused(_("this does not end such a review"))
        if case.review.kind == ReviewKind.NO_ANSWER:
            _look_again(case)
        end(ending)
    return True


def _look_again(case: Case) -> None:
    """What is still without an answer is not forgotten: the next silence asks a person again."""
    tomorrow = now() + timedelta(days=1)
    if case.operation:
        given_up = Operation.objects.filter(pk=case.operation.pk, next_run_at=None)
        given_up.filter(status__in=UNSETTLED).update(next_run_at=tomorrow)
    elif case.attempt:
        left = Attempt.objects.filter(pk=case.attempt.pk, next_poll_at=None)
        left.filter(status__in=AWAITED).update(next_poll_at=tomorrow)


DOES: Final[dict[ReviewAct, Callable[[Ending], bool]]] = {
    ReviewAct.ACCEPT: accept_short,
    ReviewAct.ASK_REST: ask_rest,
    ReviewAct.GIVE_BACK: give_back,
    ReviewAct.REFUND_AGAIN: refund_again,
    ReviewAct.ELSEWHERE: return_elsewhere,
    ReviewAct.ACCEPT_REFUND: _end_only,
    ReviewAct.CAPTURE: capture_held,
    ReviewAct.RELEASE_REST: release_what_is_left,
    ReviewAct.ASK_NOW: ask_now,
    ReviewAct.CHECK_LEDGER: check_again,
    ReviewAct.NOTE: _end_only,
}
WHERE: Final[dict[ReviewAct, Callable[[Case], bool]]] = {
    ReviewAct.ACCEPT: is_short,
    ReviewAct.ASK_REST: is_short,
    ReviewAct.GIVE_BACK: can_give_back,
    ReviewAct.REFUND_AGAIN: _owes_back,
    ReviewAct.ELSEWHERE: _owes_back,
    ReviewAct.ACCEPT_REFUND: _is_about_a_refund,
    ReviewAct.CAPTURE: can_capture,
    ReviewAct.RELEASE_REST: can_release_rest,
}
"""Where a button has something to do; others have it always."""
