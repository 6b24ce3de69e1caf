"""What happened to the goods of an order, as steps that payments put into the whole story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.models import CancellationRequest, Dispatch, Order, ReturnRequest
from orders.states import CancellationState, OrderState, ReturnState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAILS: Final[dict[str, StrOrPromise]] = {
    "cancellation_rejected": gettext_lazy("Mail: the order is not cancelled"),
    "cancellation_requested": gettext_lazy("Mail: we have the wish to cancel"),
    "cancelled": gettext_lazy("Mail: cancelled"),
    "confirmation": gettext_lazy("Mail: confirmation"),
    "dispatched": gettext_lazy("Mail: on its way"),
    "expired": gettext_lazy("Mail: not paid in time"),
    "hold_lapsed": gettext_lazy("Mail: the hold lapsed, please pay again"),
    "link": gettext_lazy("Mail: new link to the order"),
    "payment_failed": gettext_lazy("Mail: the payment did not arrive"),
    "refund": gettext_lazy("Mail: refund"),
    "refund_asked": gettext_lazy("Mail: a refund is on its way"),
    "refund_disputed": gettext_lazy("Mail: their bank decides, so no refund"),
    "refund_elsewhere": gettext_lazy("Mail: the money went back another way"),
    "refund_failed": gettext_lazy("Mail: the refund takes longer"),
    "refund_returned": gettext_lazy("Mail: the refund came back"),
    "rest_asked": gettext_lazy("Mail: please pay the rest"),
    "return_approved": gettext_lazy("Mail: how to send it back"),
    "return_closed": gettext_lazy("Mail: the return is closed"),
    "return_received": gettext_lazy("Mail: the return has arrived"),
    "return_rejected": gettext_lazy("Mail: the return was rejected"),
    "return_requested": gettext_lazy("Mail: we have the request to return"),
    "short_accepted": gettext_lazy("Mail: what came is enough"),
}
"""What the story calls a mail, by its kind."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `return_id`: the key of the return it belongs to, else 0."""

    at: datetime
    title: str
    detail: str = ""
    state: TextChoices | None = None
    ref: str = ""
    return_id: int = 0


def goods_story(order: Order) -> Iterator[Step]:
    """Parcels, returns and the wish to cancel, in no order; two statements where none of it is."""
    parcels = list(order.dispatches.prefetch_related("lines__line"))
    yield from map(_parcel, parcels)
    asked = order.returns.select_related("reason").prefetch_related("lines__line")
    for each in asked if parcels else ():
        yield from _return(each)
    wish: CancellationRequest | None = getattr(order, "cancellation", None)
    if wish:
        yield from _wish(wish)


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _by(actor: str) -> str:
    return _("by %(user)s") % {"user": actor} if actor else ""


def _parcel(parcel: Dispatch) -> Step:
    title = _("Dispatched with %(carrier)s") % {"carrier": parcel.carrier}
    pieces = ", ".join(str(line) for line in parcel.lines.all())
    return Step(parcel.at, title, _join(pieces, _by(parcel.actor)), ref=parcel.tracking_number)


def _return(asked: ReturnRequest) -> Iterator[Step]:
    named, lines = {"number": asked.number}, list(asked.lines.all())
    pieces = ", ".join(str(line) for line in lines)
    said = _join(pieces, str(asked.reason), asked.note)
    waiting = ReturnState.REQUESTED if asked.decided_at is None else None
    title = _("Return %(number)s asked for") % named
    yield Step(asked.requested_at, title, said, waiting, return_id=asked.pk)
    if asked.decided_at:
        rejected = asked.state == ReturnState.REJECTED
        title = _("Return %(number)s rejected") if rejected else _("Return %(number)s approved")
        said = _join(asked.answer, _by(asked.decided_by))
        yield Step(asked.decided_at, title % named, said, return_id=asked.pk)
    if asked.received_at:
        came = ", ".join(f"{line.received} x {line.line.name}" for line in lines if line.received)
        shelf = sum(line.restocked for line in lines)
        back = _("%(count)s back on the shelf") % {"count": shelf}
        said = _join(came, back, _by(asked.received_by))
        title = _("Return %(number)s received") % named
        yield Step(asked.received_at, title, said, return_id=asked.pk)
    if asked.refunded_at:
        title = _("Return %(number)s closed by its refund") % named
        yield Step(asked.refunded_at, title, ref=asked.refund_ref, return_id=asked.pk)
    if asked.closed_at:
        title = _("Return %(number)s closed without a refund") % named
        said = _join(asked.closing, _by(asked.closed_by))
        yield Step(asked.closed_at, title, said, return_id=asked.pk)


def _wish(wish: CancellationRequest) -> Iterator[Step]:
    waiting = CancellationState.REQUESTED if wish.decided_at is None else None
    yield Step(wish.requested_at, _("The shopper asks to cancel"), wish.note, waiting)
    if wish.decided_at:
        said = _join(wish.answer, _by(wish.decided_by))
        yield Step(wish.decided_at, _decided(wish), said)


def _decided(wish: CancellationRequest) -> str:
    if wish.state == CancellationState.REJECTED:
        return _("The wish to cancel was rejected")
    if wish.order.state == OrderState.CANCELLED:
        return _("The order was cancelled as asked")
    return _("The order ended, and the wish to cancel with it")
