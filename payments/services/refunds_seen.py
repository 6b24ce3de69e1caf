"""Booking each refund that a provider tells of: ours by reference, others as external."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from orders.clock import now
from payments.books import Fact, Totals
from payments.models import Attempt, Operation, ProviderObject
from payments.models.operation import BOOKED_BEFORE, DISPUTED
from payments.models.records import ReviewKind
from payments.providers.base import Failure, Outcome, RefundSeen, RefundStatus
from payments.schedule import Case, next_poll
from payments.services.refund_mail import tell_of_end
from payments.services.reviews import end_question, end_review, open_review
from payments.sights import CLAIMED, WHY
from payments.states import (
    GIVEN_UP,
    REFUND_TOLD,
    TOLD_AFTER_FAILURE,
    UNSETTLED,
    EntryKind,
    OperationKind,
    OperationStatus,
)

REVERSED_UNSEEN = (OperationStatus.REVERSED, OperationStatus.FAILED)
"""Told to have failed, then told of the success before it: both are counted now."""


@dataclass(frozen=True, slots=True)
class Known:
    """The refunds of an attempt as they are booked, found in two statements however many are seen.

    `by_name`: by our reference, and by the key of those made at the provider.
    """

    by_id: dict[str, Operation]
    by_name: dict[str, Operation]

    def find(self, attempt: Attempt, refund: RefundSeen) -> Operation | None:
        """The one an id of the provider's belongs to; else the one a reference or key names."""
        by_id = self.by_id.get(refund.provider_id)
        named = self.by_name.get(refund.our_ref)
        return by_id or named or self.by_name.get(_key(attempt, refund))


def apply_refunds(attempt: Attempt, outcome: Outcome) -> list[Fact]:
    """Move our refunds to what the provider says of them; the attempt's rows are locked.

    `refunded` on the attempt is the sum of succeeded operations; the caller saves the attempt and
    posts the facts that are returned.
    """
    facts: list[Fact] = []
    known = _known(attempt) if outcome.refunds else Known({}, {})
    for refund in outcome.refunds:
        operation = known.find(attempt, refund)
        if refund.amount.amount <= 0 or not (operation or refund.provider_id):
            _question(attempt, refund)
            continue
        operation = operation or _external(attempt, refund, known)
        facts += move_refund(attempt, operation, refund)
        _remember(operation, refund, known)
        _end_told_before(attempt, operation, known.by_name.get(refund.our_ref))
    if outcome.refunded is not None and outcome.refunded > _explained(attempt, outcome):
        open_review(
            ReviewKind.REFUND_TOTAL,
            attempt.payment,
            subject=attempt.our_ref,
            detail=gettext_noop("they say %(theirs)s, refunds add up to %(ours)s"),
            facts={
                "theirs": attempt.money(outcome.refunded),
                "ours": attempt.money(_explained(attempt, outcome)),
            },
        )
    return facts


def _explained(attempt: Attempt, outcome: Outcome) -> int:
    """What has gone back and stayed away, as it is booked; of an old word what it names itself."""
    made = (refund for refund in outcome.refunds if refund.status == RefundStatus.SUCCEEDED)
    told = sum(refund.amount.amount for refund in made)
    return max(attempt.refunded - attempt.refund_reversed, told)


def _known(attempt: Attempt) -> Known:
    booked = list(Operation.objects.filter(attempt=attempt, kind=OperationKind.REFUND))
    for operation in booked:
        operation.attempt = attempt
    by_pk = {operation.pk: operation for operation in booked}
    by_name = {name: each for each in booked for name in (each.our_ref, each.request_key)}
    ids = ProviderObject.objects.filter(operation__in=by_pk).values_list("object_id", "operation")
    return Known({name: by_pk[pk] for name, pk in ids if pk}, by_name)


def _remember(operation: Operation, refund: RefundSeen, known: Known) -> None:
    if not refund.provider_id or refund.provider_id in known.by_id:
        return
    seen = ProviderObject(
        account_id=operation.attempt.account_id,
        kind="refund",
        object_id=refund.provider_id,
        attempt=operation.attempt,
        operation=operation,
    )
    ProviderObject.objects.bulk_create([seen], ignore_conflicts=True)
    known.by_id[refund.provider_id] = operation


def _end_told_before(attempt: Attempt, booked: Operation, ours: Operation | None) -> None:
    """End our refund where it was first seen without our reference, and is booked as external.

    The money has one row and one entry of the ledger, those of the first sight.
    """
    if ours is None or ours.pk == booked.pk or not booked.external:
        return
    if ours.status in UNSETTLED:
        attempt.refund_pending -= ours.amount
    elif ours.status != OperationStatus.FAILED or ours.error_code == BOOKED_BEFORE:
        return
    elif booked.status == OperationStatus.FAILED:
        end_review(ReviewKind.REFUND_FAILED, attempt.payment, subject=ours.our_ref)
    else:
        _made_after_all(attempt, ours)
    end_question(ours)
    ours.status, ours.error_code = OperationStatus.FAILED, BOOKED_BEFORE
    ours.settled_at, ours.next_run_at = now(), None
    ours.save(update_fields=["status", "error_code", "settled_at", "next_run_at"])
    external = booked.request_key.removeprefix(f"external:{attempt.our_ref}:")
    subject = f"{attempt.account.code}:{external}"
    end_review(ReviewKind.EXTERNAL_REFUND, attempt.payment, subject=subject)


def _key(attempt: Attempt, refund: RefundSeen) -> str:
    return f"external:{attempt.our_ref}:{refund.provider_id}"


def _external(attempt: Attempt, refund: RefundSeen, known: Known) -> Operation:
    """A refund that we did not ask for: a fact all the same, and a person accepts it."""
    open_review(
        ReviewKind.EXTERNAL_REFUND,
        attempt.payment,
        subject=f"{attempt.account.code}:{refund.provider_id}",
        detail=gettext_noop("%(amount)s by %(refund)s"),
        facts={"amount": refund.amount, "refund": refund.provider_id},
    )
    attempt.refund_pending += refund.amount.amount
    known.by_name[_key(attempt, refund)] = operation = Operation.objects.create(
        attempt=attempt,
        request_key=_key(attempt, refund),
        amount=refund.amount.amount,
        external=True,
    )
    return operation


def _question(attempt: Attempt, refund: RefundSeen) -> None:
    """A refund of nothing, or without a name, is no fact to book; a person looks at it."""
    subject = f"{attempt.account.code}:{refund.provider_id or attempt.our_ref}"
    nameless = gettext_noop("a refund of %(amount)s without an id")
    detail = gettext_noop("a refund of %(amount)s") if refund.provider_id else nameless
    open_review(
        ReviewKind.MISMATCH,
        attempt.payment,
        subject=subject,
        detail=detail,
        facts={"amount": refund.amount},
    )


def move_refund(attempt: Attempt, operation: Operation, seen: RefundSeen) -> list[Fact]:
    """Take one refund to what was seen of it; a repeat or an older sight changes nothing."""
    before = OperationStatus(operation.status)
    after = REFUND_TOLD[seen.status].get(before)
    if after and before == OperationStatus.FAILED and operation.provider_objects.exists():
        after = TOLD_AFTER_FAILURE.get(seen.status)
    if after is None:
        _compare_amount(attempt, operation, seen)
        return []
    _check_amount(attempt, operation, seen)
    facts = _count(attempt, operation, after)
    end_question(operation)
    operation.status = after
    if seen.error:
        operation.error_code, operation.error_raw = seen.error.code, seen.error.raw[:80]
    operation.next_run_at = None
    moved = [*("status", "amount", "error_code", "error_raw", "next_run_at", "settled_at")]
    if after == OperationStatus.PENDING:
        operation.tries, operation.next_run_at = 0, next_poll(Case.REFUND, 0, at=now())
        moved.append("tries")
    operation.settled_at = None if after in UNSETTLED else now()
    operation.save(update_fields=moved)  # the rest is the worker's, who locks nothing
    _spread_word(attempt, operation, seen, before=before)
    return facts


def _spread_word(
    attempt: Attempt, operation: Operation, seen: RefundSeen, *, before: OperationStatus
) -> None:
    """Tell the shopper how it went, and staff of any failure."""
    failed_before = before in GIVEN_UP
    if failed_before and operation.status != OperationStatus.REVERSED:
        _made_after_all(attempt, operation)
    if operation.status in UNSETTLED:
        return
    tell_of_end(operation)
    if operation.status == OperationStatus.SUCCEEDED:
        return
    if not failed_before:  # else staff know, and may have given it back by now
        why = Failure(operation.error_code, operation.error_raw)
        open_review(
            ReviewKind.REFUND_FAILED,
            attempt.payment,
            subject=operation.our_ref,
            detail=_words(why),
            facts={"amount": seen.amount, "why": why},
        )


def _words(why: Failure) -> str:
    if why.code == DISPUTED:
        return CLAIMED
    return WHY if why.code else "%(amount)s"


def _made_after_all(attempt: Attempt, operation: Operation) -> None:
    """Nobody need decide about it any more; who has done so may have given it back once more."""
    payment, ref = attempt.payment, operation.our_ref
    if not end_review(ReviewKind.REFUND_FAILED, payment, subject=ref):
        open_review(
            ReviewKind.WRONG_AMOUNT,
            payment,
            subject=ref,
            detail=gettext_noop("%(amount)s was taken for refused, and goes back after all"),
            facts={"amount": operation.money},
        )


def _check_amount(attempt: Attempt, operation: Operation, seen: RefundSeen) -> None:
    """What really moved is booked; that it is not what we asked for, a person is told."""
    told = seen.amount.amount
    if told == operation.amount:
        return
    open_review(
        ReviewKind.WRONG_AMOUNT,
        attempt.payment,
        subject=operation.our_ref,
        detail=gettext_noop("asked for %(asked)s, they made it %(made)s"),
        facts={"asked": operation.money, "made": seen.amount},
    )
    if operation.status == OperationStatus.SUCCEEDED:
        return  # what comes back is what went
    if operation.status in UNSETTLED:
        attempt.refund_pending += told - operation.amount
    operation.amount = told


def _compare_amount(attempt: Attempt, operation: Operation, seen: RefundSeen) -> None:
    """What is booked stands; that they name another amount for it now, a person is told."""
    made = operation.status == OperationStatus.SUCCEEDED and seen.status == RefundStatus.SUCCEEDED
    if made and seen.amount != operation.money:
        open_review(
            ReviewKind.REFUND_TOTAL,
            attempt.payment,
            subject=operation.our_ref,
            detail=gettext_noop("they say %(theirs)s now, %(ours)s is booked"),
            facts={"theirs": seen.amount, "ours": operation.money},
        )


def _count(attempt: Attempt, operation: Operation, after: OperationStatus) -> list[Fact]:
    """Keep the attempt's totals the sums of its refunds; they only grow but for what is pending."""
    before, amount = operation.status, operation.amount
    facts = []
    if before in UNSETTLED and after not in UNSETTLED:
        attempt.refund_pending -= amount
    if after in UNSETTLED and before not in UNSETTLED:
        attempt.refund_pending += amount
    if after == OperationStatus.SUCCEEDED or (after, before) == REVERSED_UNSEEN:
        attempt.refunded += amount
        facts.append(_fact(EntryKind.REFUND, operation, Totals(refunded=amount)))
    if after == OperationStatus.REVERSED:
        attempt.refund_reversed += amount
        facts.append(_fact(EntryKind.REFUND_REVERSED, operation, Totals(refund_reversed=amount)))
    return facts


def _fact(kind: EntryKind, operation: Operation, adds: Totals) -> Fact:
    return Fact(kind, operation.our_ref, adds, operation.pk)
