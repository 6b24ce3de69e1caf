"""Refunds: requested by people in a transaction, submitted by workers outside of any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import queue_mail
from orders.errors import PiecesGone
from orders.formats import format_money
from orders.models import Order
from orders.money import Money
from orders.services.lock import lock_order
from orders.services.pieces_back import claim_pieces, put_back
from orders.services.returns import close_by_refund
from orders.states import ReturnState
from orders.wake import wake
from payments.conf import payment_settings
from payments.errors import RefundRefused
from payments.models import Attempt, Operation, Payment, Refund, RefundLine
from payments.models.operation import SUBMIT_TASK
from payments.services.room import surplus_left
from payments.states import Approval, OperationStatus


@dataclass(frozen=True, slots=True)
class RefundDraft:
    """What somebody asks back of a payment, once: `request_key` is the intent.

    `pieces`: by key of the order's line, what the amount is for; with `restock` they go on the
    shelf again. `reason_id`: one of the list; `note`: free words, sent to the provider too.
    `return_id`: the received return that it pays back; its goods are on the shelf already.
    """

    payment_id: int
    amount: Money
    request_key: str
    reason_id: int | None = None
    note: str = ""
    requested_by: int | None = None
    pieces: Mapping[int, int] = field(default_factory=dict)
    restock: bool = False
    return_id: int | None = None


def request_refund(draft: RefundDraft) -> tuple[Refund, bool]:
    """Ask for an amount back; returns the refund and whether this call made it.

    A second call with the same key changes nothing and returns the first refund. Raises
    RefundRefused with a sentence for staff. Above the limit it waits for somebody else's approval;
    otherwise a worker sends it after the commit.
    """
    with transaction.atomic():
        order = lock_order(Order.objects.filter(payment=draft.payment_id))
        if known := Refund.objects.filter(request_key=draft.request_key).first():
            return _same_intent(known, draft), False
        payment = Payment.objects.get(pk=draft.payment_id)
        payment.order = order
        if draft.return_id is not None:
            _check_return(order, draft.return_id)
        _check(payment, draft.amount)
        refund = _write(payment, draft)
        for attempt, amount in _parts(payment, draft.amount.amount):
            owe_refund(_operation(refund, attempt, amount))
        if refund.approval == Approval.NOT_NEEDED:
            go_ahead(refund)
    return refund, True


def _same_intent(known: Refund, draft: RefundDraft) -> Refund:
    if known.payment_id != draft.payment_id or known.money != draft.amount:
        raise RefundRefused(_("this request was already used for another refund"))
    return known


def _check_return(order: Order, return_id: int) -> None:
    """Its money goes back once; what somebody rejected may be asked for anew."""
    asked = order.returns.filter(pk=return_id).first()
    if asked is None:
        raise RefundRefused(_("this return is of another order"))
    if known := asked.refunds.exclude(approval=Approval.REJECTED).first():
        raise RefundRefused(_("refund %(ref)s is for this return already") % {"ref": known.number})
    if asked.state != ReturnState.RECEIVED:
        facts = {"state": asked.get_state_display()}
        raise RefundRefused(
            _("the state of this return is “%(state)s”: its goods are not here") % facts
        )


def _check(payment: Payment, amount: Money) -> None:
    if amount.currency != payment.currency:
        named = {"paid": payment.currency, "asked": amount.currency}
        raise RefundRefused(_("this order was paid in %(paid)s, not %(asked)s") % named)
    if amount.amount <= 0:
        raise RefundRefused(_("a refund is more than zero"))
    if payment.captured == 0:
        raise RefundRefused(_("nothing has been paid on this order yet"))
    if amount > payment.refundable:
        most = {"amount": format_money(payment.refundable)}
        raise RefundRefused(_("at most %(amount)s can still be refunded") % most)


def _write(payment: Payment, draft: RefundDraft) -> Refund:
    try:
        pieces = claim_pieces(payment.order, draft.pieces)
    except PiecesGone as refusal:
        raise RefundRefused(str(refusal)) from refusal
    waits = _needs_approval(payment, draft.amount)
    refund = Refund.objects.create(
        payment=payment,
        request_key=draft.request_key,
        amount=draft.amount.amount,
        reason_id=draft.reason_id,
        note=draft.note,
        restock=draft.restock and bool(pieces) and draft.return_id is None,
        return_request_id=draft.return_id,
        requested_by_id=draft.requested_by,
        approval=Approval.WAITING if waits else Approval.NOT_NEEDED,
    )
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, line=line, quantity=count) for line, count in pieces
    )
    return refund


def _needs_approval(payment: Payment, amount: Money) -> bool:
    """Whether it goes above the limit with all that nobody else had to look at before."""
    limit = payment_settings().approval_limit(payment.currency)
    if limit is None:
        return False
    return amount + refunded_alone(payment) > limit


def refunded_alone(payment: Payment) -> Money:
    """What was asked back of a payment without that anybody else had to look at it."""
    alone = payment.refunds.filter(approval=Approval.NOT_NEEDED).aggregate(sum=Sum("amount"))
    return payment.money(alone["sum"] or 0)


def _parts(payment: Payment, amount: int) -> list[tuple[Attempt, int]]:
    """The attempts that give it back: one that can do it alone, else each in turn what it has.

    Surplus that did not go back lies before a person, and is taken last.
    """
    paid = list(payment.attempts.filter(captured__gt=0).order_by("pk"))
    paid.sort(key=lambda attempt: surplus_left(attempt) > 0)
    for attempt in paid:
        if attempt.refundable.amount >= amount:
            return [(attempt, amount)]
    parts, left = [], amount
    for attempt in paid:
        if part := min(left, attempt.refundable.amount):
            parts.append((attempt, part))
            left -= part
    if left:
        raise RefundRefused(_("so much can no longer be refunded"))
    return parts


def _operation(refund: Refund, attempt: Attempt, amount: int) -> Operation:
    waits = refund.approval == Approval.WAITING
    return Operation(
        attempt=attempt,
        refund=refund,
        request_key=f"refund:{refund.number}:{attempt.our_ref}",
        amount=amount,
        reason=refund.why[:255],
        requested_by_id=refund.requested_by_id,
        status=OperationStatus.AWAITING_APPROVAL if waits else OperationStatus.REQUESTED,
        next_run_at=None if waits else now(),
    )


def owe_refund(refund: Operation) -> None:
    """Set the amount of a new refund aside and keep it; a worker sends it after the commit.

    The order is locked. Raises RefundRefused where so much is not there any more, and then nothing
    has changed.
    """
    with transaction.atomic():
        if not set_aside(refund.attempt, refund.amount):
            raise RefundRefused(_("so much can no longer be refunded"))
        refund.save()
    wake(SUBMIT_TASK)


def go_ahead(refund: Refund) -> None:
    """What follows once a refund waits for nobody: its goods go on the shelf, the shopper is told.

    Of a received return they are there already, and the return is closed. The order is locked.
    Raises RefundRefused where goods to put back have been sent.
    """
    order = refund.payment.order
    if refund.restock:
        lines = refund.lines.select_related("line").order_by("line__position")
        pieces = [(each.line, each.quantity) for each in lines]
        try:
            put_back(order, pieces, ref=refund.number)
        except PiecesGone as refusal:
            raise RefundRefused(str(refusal)) from refusal
    if refund.return_request:
        close_by_refund(refund.return_request, ref=refund.number)
    tell_asked(order, subject=refund.number, amount=refund.amount)


def tell_asked(order: Order, *, subject: str, amount: int) -> None:
    """Owe the shopper the mail that money is on its way back. A second call changes nothing."""
    queue_mail(order=order, kind="refund_asked", subject_ref=subject, context={"amount": amount})


def set_aside(attempt: Attempt, amount: int) -> bool:
    """Keep so much for a refund by conditional UPDATE; False where it is not there any more.

    The order is locked; raises RefundRefused where the payment as a whole has no room for it.
    """
    returned = F("refunded") - F("refund_reversed") + F("returned_elsewhere")
    room = F("captured") - returned - F("refund_pending") - F("disputed")
    aside = {"refund_pending": F("refund_pending") + amount}
    attempts = Attempt.objects.alias(room=room).filter(pk=attempt.pk, room__gte=amount)
    if not attempts.update(**aside):
        return False
    payments = Payment.objects.alias(room=room).filter(pk=attempt.payment_id, room__gte=amount)
    if not payments.update(**aside):
        raise RefundRefused(_("so much can no longer be refunded"))
    return True
