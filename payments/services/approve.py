"""A refund above the limit: somebody else agrees to it, or does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from orders.models import Order
from orders.services.pieces_back import free_pieces
from orders.wake import wake
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, Refund
from payments.models.operation import SUBMIT_TASK
from payments.services.apply import settle_payment
from payments.services.changes import as_read, save_changes
from payments.services.lock import lock_payment
from payments.services.refund import go_ahead
from payments.services.room import is_overdrawn
from payments.states import Approval, OperationStatus


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decides about which refund, and what they say to it."""

    refund_id: int
    by: int | None
    note: str = ""


def approve_refund(decision: Decision) -> bool:
    """Let a refund go that waits for it; a worker sends it after the commit.

    False where the same person has approved it before; raises RefundRefused where another has
    decided, where it was theirs to ask for, or where a dispute has taken the money meanwhile.
    """
    with transaction.atomic():
        refund, attempts = _locked(decision)
        if refund.requested_by_id is not None and refund.requested_by_id == decision.by:
            raise RefundRefused(_("who asked for a refund cannot approve it"))
        if not _decide(refund, Approval.APPROVED, decision):
            return False
        waiting = refund.operations.filter(status=OperationStatus.AWAITING_APPROVAL)
        concerned = set(waiting.values_list("attempt", flat=True))
        waiting.update(status=OperationStatus.REQUESTED, next_run_at=now())
        if any(is_overdrawn(each) for each in attempts if each.pk in concerned):
            raise RefundRefused(_("a dispute has taken this money: wait for its end, or reject"))
        go_ahead(refund)
        wake(SUBMIT_TASK)
    return True


def reject_refund(decision: Decision) -> bool:
    """Say no to a refund that waits: what was set aside is free again, the shopper hears nothing.

    False where the same person has rejected it before; raises RefundRefused where another has
    decided. Who asked for it may take it back so.
    """
    with transaction.atomic():
        refund, attempts = _locked(decision)
        if not _decide(refund, Approval.REJECTED, decision):
            return False
        _free(refund, attempts)
        settle_payment(refund.payment, attempts, source="refund")
    return True


def reject_waiting(
    payment: Payment, attempts: Sequence[Attempt], *, by: int | None, note: str
) -> None:
    """Reject what waits on an order that ends; its rows are locked, the caller settles them."""
    for refund in payment.refunds.filter(approval=Approval.WAITING).order_by("pk"):
        _decide(refund, Approval.REJECTED, Decision(refund.pk, by, note))
        _free(refund, attempts)


def _locked(decision: Decision) -> tuple[Refund, list[Attempt]]:
    payment, attempts = lock_payment(Order.objects.filter(payment__refunds=decision.refund_id))
    refund = Refund.objects.select_related("decided_by").get(pk=decision.refund_id)
    refund.payment = payment
    return refund, attempts


def _decide(refund: Refund, approval: Approval, decision: Decision) -> bool:
    """Of two people the first decides, by conditional UPDATE; the second is told who it was."""
    waiting = Refund.objects.filter(pk=refund.pk, approval=Approval.WAITING)
    if waiting.update(
        approval=approval,
        decided_by_id=decision.by,
        decided_at=now(),
        decision_note=decision.note[:255],
    ):
        return True
    if refund.approval == approval and refund.decided_by_id == decision.by:
        return False
    facts = {"approval": refund.get_approval_display(), "who": refund.decided_by or _("somebody")}
    raise RefundRefused(_("this refund is decided: %(approval)s by %(who)s") % facts)


def _free(refund: Refund, attempts: Sequence[Attempt]) -> None:
    """What was set aside and counted for it can be asked for anew."""
    by_pk = {attempt.pk: attempt for attempt in attempts}
    waiting = refund.operations.filter(status=OperationStatus.AWAITING_APPROVAL)
    for operation in waiting:
        attempt = by_pk[operation.attempt_id]
        before = as_read(attempt)
        attempt.refund_pending -= operation.amount
        save_changes(attempt, before)
    Operation.objects.filter(pk__in=[each.pk for each in waiting]).update(
        status=OperationStatus.REJECTED, settled_at=now()
    )
    free_pieces([(each.line, each.quantity) for each in refund.lines.select_related("line")])
