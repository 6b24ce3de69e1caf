"""Returns: asked for by shoppers, approved or rejected, received, and closed by their refund."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.clock import now
from orders.conf import order_settings
from orders.emails import MailContext, queue_mail
from orders.errors import ReturnRefused
from orders.models import Order, OrderLine, ReturnLine, ReturnReason, ReturnRequest
from orders.queries import goods, return_until
from orders.services.lock import lock_order
from orders.services.pieces import chosen_lines
from orders.services.stock import StockLine, configured_stock
from orders.states import RETURN_NEXT, ReturnState


@dataclass(frozen=True, slots=True)
class ReturnDraft:
    """What a shopper wants to send back. `pieces`: by key of the order's line.

    `request_key` is the intent: the same form asks once.
    """

    order_id: int
    pieces: Mapping[int, int]
    reason_id: int
    note: str
    request_key: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many pieces of one line came, and how many of them are on the shelf again."""

    received: int
    restocked: int


def request_return(draft: ReturnDraft) -> tuple[ReturnRequest, bool]:
    """Ask for a return and mail that it came; returns it and whether this call made it.

    A second call with the same key changes nothing. Raises ReturnRefused for the shopper.
    """
    with transaction.atomic():
        order = lock_order(Order.objects.filter(pk=draft.order_id))
        if known := ReturnRequest.objects.filter(request_key=draft.request_key).first():
            if known.order_id != order.pk:
                raise ReturnRefused(_("This form was already used for another order."))
            return known, False
        check_open_for_returns(order)
        asked = _write(order, draft)
        _mail(asked, "return_requested")
    return asked, True


def check_open_for_returns(order: Order) -> None:
    """Raises ReturnRefused where nothing of the order can be asked back now, with the reason."""
    until = return_until(order.dispatches.values_list("at", flat=True))
    if not order_settings().return_days:
        raise ReturnRefused(_("Returns are not taken here. Please write to us."))
    if until is None:
        raise ReturnRefused(_("Nothing of this order has been sent yet."))
    if now() > until:
        day = {"day": date_format(timezone.localtime(until), "DATE_FORMAT")}
        raise ReturnRefused(_("The time to send things back ended on %(day)s.") % day)
    if not order.lines.filter(dispatched__gt=F("returning")).exists():
        raise ReturnRefused(_("You have asked to send back everything that was sent."))


def approve_return(*, return_id: int, answer: str, actor: str) -> bool:
    """Let the goods come; `answer` says how to send them. A second call changes nothing.

    False where it was approved before; raises ReturnRefused where it was rejected.
    """
    with transaction.atomic():
        asked = _locked(return_id)
        decided = {"answer": answer, "decided_at": now(), "decided_by": actor}
        if not _step(asked, ReturnState.APPROVED, decided):
            return False
        _mail(asked, "return_approved")
    return True


def reject_return(*, return_id: int, answer: str, actor: str) -> bool:
    """Say why the goods are not taken back; they may be asked for anew. A second call: no change.

    False where it was rejected before; raises ReturnRefused where it was approved.
    """
    with transaction.atomic():
        asked = _locked(return_id)
        decided = {"answer": answer, "decided_at": now(), "decided_by": actor}
        if not _step(asked, ReturnState.REJECTED, decided):
            return False
        for line in asked.lines.all():
            _free(line, line.quantity)
        _mail(asked, "return_rejected")
    return True


def receive_return(*, return_id: int, receipts: Mapping[int, Receipt], actor: str) -> bool:
    """Note what came, by key of the return's line, and put on the shelf what belongs there.

    What did not come may be asked for anew. A second call changes nothing and returns False.
    Raises ReturnRefused for staff.
    """
    with transaction.atomic():
        asked = _locked(return_id)
        if not _step(asked, ReturnState.RECEIVED, {"received_at": now(), "received_by": actor}):
            return False
        lines = list(asked.lines.select_related("line"))
        _check_receipts(lines, receipts)
        for line in lines:
            came = receipts[line.pk]
            line.received, line.restocked = came.received, came.restocked
            line.save(update_fields=["received", "restocked"])
            _free(line, line.quantity - line.received)
        _restock(asked, lines)
        _mail(asked, "return_received")
    return True


def close_by_refund(asked: ReturnRequest, *, ref: str) -> bool:
    """A received return whose money goes back by `ref`, in the transaction that asks for that.

    What belongs on the shelf is there since it was received: the refund puts back nothing.
    A second call changes nothing. Raises ReturnRefused where the goods are not here.
    """
    return _step(asked, ReturnState.REFUNDED, {"refund_ref": ref, "refunded_at": now()})


def close_return(*, return_id: int, answer: str, actor: str) -> bool:
    """End a received return without a refund of its own: `answer` tells the shopper why.

    Its money went another way, or there is none to give back. A second call changes nothing and
    returns False; raises ReturnRefused where the goods are not here or it was refunded.
    """
    with transaction.atomic():
        asked = _locked(return_id)
        closed = {"closing": answer, "closed_at": now(), "closed_by": actor}
        if not _step(asked, ReturnState.CLOSED, closed):
            return False
        _mail(asked, "return_closed")
    return True


def _locked(return_id: int) -> ReturnRequest:
    """A return, with its order locked first."""
    order = lock_order(Order.objects.filter(returns=return_id))
    asked = ReturnRequest.objects.get(pk=return_id)
    asked.order = order
    return asked


def _step(asked: ReturnRequest, to: ReturnState, columns: dict[str, object]) -> bool:
    """Take one step of the table; False where it was taken before, ReturnRefused where not from."""
    before = [state for state, nexts in RETURN_NEXT.items() if to in nexts]
    row = ReturnRequest.objects.filter(pk=asked.pk)
    if row.filter(state__in=before).update(state=to, **columns):
        asked.refresh_from_db(fields=["state", *columns])
        return True
    asked.refresh_from_db(fields=["state"])
    if asked.state == to:
        return False
    facts = {"state": asked.get_state_display()}
    raise ReturnRefused(
        _("this can no longer be done: the state of the return is “%(state)s”") % facts
    )


def _write(order: Order, draft: ReturnDraft) -> ReturnRequest:
    lines = chosen_lines(order, draft.pieces)
    if not lines:
        raise ReturnRefused(_("Choose at least one piece to send back."))
    for line, count in lines:
        _reserve(line, count)
    reason = ReturnReason.objects.filter(pk=draft.reason_id, active=True).first()
    if reason is None:
        raise ReturnRefused(_("Choose a reason from the list."))
    asked = ReturnRequest.objects.create(
        order=order, request_key=draft.request_key, reason=reason, note=draft.note
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(request=asked, line=line, quantity=count) for line, count in lines
    )
    return asked


def _reserve(line: OrderLine, count: int) -> None:
    """Count pieces as asked back, by conditional UPDATE, so that none is asked back twice."""
    left = OrderLine.objects.filter(pk=line.pk, dispatched__gte=F("returning") + count)
    if left.update(returning=F("returning") + count):
        return
    facts = {"count": line.to_return, "name": line.name}
    if not line.to_return:
        raise ReturnRefused(_("%(name)s: nothing more of it can be sent back.") % facts)
    refused = ngettext(
        "%(name)s: at most %(count)d piece can be sent back.",
        "%(name)s: at most %(count)d pieces can be sent back.",
        line.to_return,
    )
    raise ReturnRefused(refused % facts)


def _free(line: ReturnLine, count: int) -> None:
    OrderLine.objects.filter(pk=line.line_id).update(returning=F("returning") - count)


def _check_receipts(lines: list[ReturnLine], receipts: Mapping[int, Receipt]) -> None:
    for line in lines:
        came = receipts.get(line.pk)
        if came is None or not 0 <= came.restocked <= came.received <= line.quantity:
            facts = {"name": line.line.name, "count": line.quantity}
            raise ReturnRefused(
                _("%(name)s: at most %(count)s came, and no more of it goes on the shelf") % facts
            )
    if not any(receipts[line.pk].received for line in lines):
        raise ReturnRefused(_("nothing came: leave the return as it is"))


def _restock(asked: ReturnRequest, lines: list[ReturnLine]) -> None:
    back = [StockLine(line.line.sku, line.restocked) for line in lines if line.restocked]
    if back:
        ref = f"{asked.order.stock_ref}/{asked.number}"
        configured_stock().give_back(ref=ref, lines=back)


def _mail(asked: ReturnRequest, kind: str) -> None:
    context: MailContext = {
        "return_number": asked.number,
        "answer": asked.closing or asked.answer,
        "goods": goods(asked.lines.select_related("line")),
    }
    queue_mail(order=asked.order, kind=kind, subject_ref=asked.number, context=context)
