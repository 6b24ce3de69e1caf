"""Recording that goods have left: pieces of an order in one parcel, mailed once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from orders.conf import order_settings
from orders.emails import MailContext, queue_mail
from orders.errors import DispatchRefused
from orders.models import Dispatch, DispatchLine, Order, OrderLine
from orders.queries import goods, unsent_lines
from orders.services.cancellation import close_wish, fulfil_wish, open_wish
from orders.services.lock import lock_order
from orders.services.pieces import chosen_lines
from orders.states import CancellationState, OrderState


@dataclass(frozen=True, slots=True)
class DispatchDraft:
    """A parcel that leaves. `pieces`: by key of the order's line. `request_key` is the intent.

    `despite`: the key of the wish to cancel that whoever sends it has seen; None: saw none.
    """

    order_id: int
    pieces: Mapping[int, int]
    carrier: str
    tracking_number: str
    request_key: str
    actor: str
    despite: int | None = None


def record_dispatch(draft: DispatchDraft) -> tuple[Dispatch, bool]:
    """Note a parcel and mail it; returns it and whether this call made it.

    A second call with the same key changes nothing. An order that is paid and wholly sent is
    completed; a wish to cancel is rejected by the parcel. Raises DispatchRefused for staff.
    """
    with transaction.atomic():
        order = lock_order(Order.objects.filter(pk=draft.order_id))
        if known := Dispatch.objects.filter(request_key=draft.request_key).first():
            return _same_order(known, order), False
        if order.state != OrderState.CONFIRMED:
            raise DispatchRefused(_("only a confirmed order is dispatched"))
        _check_wish(order, draft)
        dispatch = _write(order, draft)
        complete_if_sent(order, actor=draft.actor)
        _mail(order, dispatch)
    return dispatch, True


def complete_if_sent(order: Order, *, actor: str) -> bool:
    """Complete a locked order that is paid and wholly sent. A second call changes nothing.

    A wish to cancel that is still open is fulfilled: a parcel would have ended it, so all that was
    to be sent is on the shelf again.
    """
    if order.state != OrderState.CONFIRMED or order.paid_at is None:
        return False
    if unsent_lines(order).exists():
        return False
    order.move_to(OrderState.COMPLETED, actor=actor, reason="dispatched")
    fulfil_wish(order)
    return True


def tracking_url(carrier: str, number: str) -> str:
    """The page that follows a parcel, by ORDERS["carriers"]; empty where none is known."""
    for name, url in order_settings().carriers.items():
        if number and url and name.casefold() == carrier.casefold():
            return url.replace("{number}", quote(number, safe=""))
    return ""


def _same_order(known: Dispatch, order: Order) -> Dispatch:
    if known.order_id != order.pk:
        raise DispatchRefused(_("this form was already used for another order"))
    return known


def _check_wish(order: Order, draft: DispatchDraft) -> None:
    """A parcel ends a wish to cancel, but only one that was seen."""
    wish = open_wish(order)
    if wish is None:
        return
    if wish.pk != draft.despite:
        raise DispatchRefused(_("the shopper asks to cancel this order: decide that first"))
    with translation.override(order.language):
        sent = _("Your order was already on its way.")
    close_wish(order, CancellationState.REJECTED, actor=draft.actor, answer=sent)


def _write(order: Order, draft: DispatchDraft) -> Dispatch:
    lines = chosen_lines(order, draft.pieces)
    if not lines:
        raise DispatchRefused(_("choose at least one piece"))
    for line, count in lines:
        left = unsent_lines(order, count).filter(pk=line.pk)
        if not left.update(dispatched=F("dispatched") + count):
            raise DispatchRefused(too_few(line))
    dispatch = Dispatch.objects.create(
        order=order,
        request_key=draft.request_key,
        carrier=draft.carrier,
        tracking_number=draft.tracking_number,
        tracking_url=tracking_url(draft.carrier, draft.tracking_number),
        actor=draft.actor,
    )
    DispatchLine.objects.bulk_create(
        DispatchLine(dispatch=dispatch, line=line, quantity=count) for line, count in lines
    )
    return dispatch


def too_few(line: OrderLine) -> str:
    """Why more pieces than are left are not sent."""
    facts = {"count": line.to_dispatch, "name": line.name}
    if not line.to_dispatch:
        return _("%(name)s: nothing of it is left to dispatch") % facts
    return _("%(name)s: %(count)s left to dispatch") % facts


def _mail(order: Order, dispatch: Dispatch) -> None:
    rest = unsent_lines(order).exists()
    context: MailContext = {
        "carrier": dispatch.carrier,
        "tracking_number": dispatch.tracking_number,
        "tracking_url": dispatch.tracking_url,
        "goods": goods(dispatch.lines.select_related("line")),
        "rest": int(rest),
        "return_days": order_settings().return_days,
    }
    queue_mail(
        order=order, kind="dispatched", subject_ref=f"dispatch:{dispatch.pk}", context=context
    )
