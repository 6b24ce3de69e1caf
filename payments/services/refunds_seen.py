"""Booking each refund that a provider tells of: ours by reference, others as external."""

from __future__ import annotations

from django.db.models import Q

from orders.clock import now
from orders.emails import queue_mail
from payments.books import Fact, Totals
from payments.models import Attempt, Operation, ProviderObject
from payments.models.records import ReviewKind
from payments.providers.base import Outcome, RefundSeen
from payments.schedule import Case, next_poll
from payments.services.reviews import end_review, open_review
from payments.states import REFUND_TOLD, UNSETTLED, EntryKind, OperationStatus

REVERSED_UNSEEN = (OperationStatus.REVERSED, OperationStatus.FAILED)
"""Told to have failed, then told of the success before it: both are counted now."""


def apply_refunds(attempt: Attempt, outcome: Outcome) -> list[Fact]:
    """Move our refunds to what the provider says of them; the attempt's rows are locked.

    `refunded` on the attempt is the sum of succeeded operations; the caller saves the attempt and
    posts the facts that are returned.
    """
    facts: list[Fact] = []
    for refund in outcome.refunds:
        if refund.amount.amount <= 0:
            _question(attempt, refund)
            continue
        operation = _operation_of(attempt, refund) or _external(attempt, refund)
        facts += move_refund(attempt, operation, refund)
        _remember(attempt, operation, refund)
    if outcome.refunded is not None and outcome.refunded > attempt.refunded:
        money = attempt.payment.money
        detail = f"they say {money(outcome.refunded)}, refunds add up to {money(attempt.refunded)}"
        payment, ref = attempt.payment, attempt.our_ref
        open_review(ReviewKind.REFUND_TOTAL, payment, subject=ref, detail=detail)
    return facts


def _remember(attempt: Attempt, operation: Operation, refund: RefundSeen) -> None:
    if not refund.provider_id:
        return
    seen = ProviderObject(
        account_id=attempt.account_id,
        kind="refund",
        object_id=refund.provider_id,
        attempt=attempt,
        operation=operation,
    )
    ProviderObject.objects.bulk_create([seen], ignore_conflicts=True)


def _operation_of(attempt: Attempt, refund: RefundSeen) -> Operation | None:
    named = Q(provider_objects__kind="refund", provider_objects__object_id=refund.provider_id)
    if refund.our_ref:
        named |= Q(our_ref=refund.our_ref)
    return Operation.objects.filter(named, attempt=attempt).first()


def _external(attempt: Attempt, refund: RefundSeen) -> Operation:
    """A refund that we did not ask for: a fact all the same, and a person accepts it."""
    open_review(
        ReviewKind.EXTERNAL_REFUND,
        attempt.payment,
        subject=f"{attempt.account.code}:{refund.provider_id}",
        detail=f"{refund.amount} by {refund.provider_id}",
    )
    attempt.refund_pending += refund.amount.amount
    return Operation.objects.create(
        attempt=attempt,
        request_key=f"external:{attempt.our_ref}:{refund.provider_id}",
        amount=refund.amount.amount,
        status=OperationStatus.PENDING,
        external=True,
        next_run_at=next_poll(Case.REFUND, 0, at=now()),
    )


def _question(attempt: Attempt, refund: RefundSeen) -> None:
    """A refund of nothing is no fact to book; a person looks at it."""
    subject = f"{attempt.account.code}:{refund.provider_id}"
    detail = f"a refund of {refund.amount}"
    open_review(ReviewKind.MISMATCH, attempt.payment, subject=subject, detail=detail)


def move_refund(attempt: Attempt, operation: Operation, seen: RefundSeen) -> list[Fact]:
    """Take one refund to what was seen of it; a repeat or an older sight changes nothing."""
    before = OperationStatus(operation.status)
    after = REFUND_TOLD[seen.status].get(before)
    if after is None:
        return []
    if before == OperationStatus.FAILED and operation.provider_objects.exists():
        after = OperationStatus.REVERSED  # they told of a failure: success came before it
    _check_amount(attempt, operation, seen)
    facts = _count(attempt, operation, after)
    operation.status = after
    if seen.error:
        operation.error_code, operation.error_raw = seen.error.code, seen.error.raw[:80]
    operation.next_run_at = None
    if after == OperationStatus.PENDING:
        operation.tries, operation.next_run_at = 0, next_poll(Case.REFUND, 0, at=now())
    operation.settled_at = None if after in UNSETTLED else now()
    operation.save()
    _spread_word(attempt, operation, seen, before=before)
    return facts


def _spread_word(
    attempt: Attempt, operation: Operation, seen: RefundSeen, *, before: OperationStatus
) -> None:
    """Tell the shopper of success, and of a success that came to nothing; staff of any failure."""
    failed_before = before == OperationStatus.FAILED
    if operation.status in UNSETTLED:
        return
    if operation.status == OperationStatus.SUCCEEDED:
        _tell_shopper(attempt, operation, kind="refund")
        if failed_before:
            _made_after_all(attempt, operation)
        return
    if operation.status == OperationStatus.REVERSED:
        _tell_shopper(attempt, operation, kind="refund_returned")
    if not failed_before:  # else staff know, and may have given it back by now
        payment, detail = attempt.payment, f"{seen.amount}: {operation.error_code}"
        open_review(ReviewKind.REFUND_FAILED, payment, subject=operation.our_ref, detail=detail)


def _made_after_all(attempt: Attempt, operation: Operation) -> None:
    """Nobody need decide about it any more; who has done so may have given it back once more."""
    payment, ref = attempt.payment, operation.our_ref
    if not end_review(ReviewKind.REFUND_FAILED, payment, subject=ref):
        detail = f"{operation.money} was taken for refused, and has gone back after all"
        open_review(ReviewKind.WRONG_AMOUNT, payment, subject=ref, detail=detail)


def _check_amount(attempt: Attempt, operation: Operation, seen: RefundSeen) -> None:
    """What really moved is booked; that it is not what we asked for, a person is told."""
    told = seen.amount.amount
    if told == operation.amount:
        return
    detail = f"asked for {operation.money}, they made it {seen.amount}"
    payment, ref = attempt.payment, operation.our_ref
    open_review(ReviewKind.WRONG_AMOUNT, payment, subject=ref, detail=detail)
    if operation.status == OperationStatus.SUCCEEDED:
        return  # what comes back is what went
    if operation.status in UNSETTLED:
        attempt.refund_pending += told - operation.amount
    operation.amount = told


def _count(attempt: Attempt, operation: Operation, after: OperationStatus) -> list[Fact]:
    """Keep the attempt's totals the sums of its refunds; they only grow but for what is pending."""
    before, amount = operation.status, operation.amount
    facts = []
    if before in UNSETTLED and after not in UNSETTLED:
        attempt.refund_pending -= amount
    if after == OperationStatus.SUCCEEDED or (after, before) == REVERSED_UNSEEN:
        attempt.refunded += amount
        facts.append(_fact(EntryKind.REFUND, operation, Totals(refunded=amount)))
    if after == OperationStatus.REVERSED:
        attempt.refund_reversed += amount
        facts.append(_fact(EntryKind.REFUND_REVERSED, operation, Totals(refund_reversed=amount)))
    return facts


def _fact(kind: EntryKind, operation: Operation, adds: Totals) -> Fact:
    return Fact(kind, operation.our_ref, adds, operation.pk)


def _tell_shopper(attempt: Attempt, operation: Operation, *, kind: str) -> None:
    queue_mail(
        order=attempt.payment.order,
        kind=kind,
        subject_ref=operation.our_ref,
        context={"amount": operation.amount, "reason": operation.reason},
    )
