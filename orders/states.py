"""Where an order can stand, as a table, and what shoppers ask of it.

Paid and refunded are projections of payments, not here.
"""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class OrderState(TextChoices):
    OPEN = "open", _("awaiting payment")
    CONFIRMED = "confirmed", _("confirmed")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")


NEXT: Final[dict[OrderState, frozenset[OrderState]]] = {
    OrderState.OPEN: frozenset({OrderState.CONFIRMED, OrderState.CANCELLED, OrderState.EXPIRED}),
    OrderState.CONFIRMED: frozenset(
        {OrderState.COMPLETED, OrderState.CANCELLED, OrderState.OPEN}  # open again: its hold lapsed
    ),
    OrderState.EXPIRED: frozenset({OrderState.OPEN}),
    OrderState.COMPLETED: frozenset(),
    OrderState.CANCELLED: frozenset(),
}


class ReturnState(TextChoices):
    REQUESTED = "requested", _("asked for")
    APPROVED = "approved", _("approved, awaited")
    REJECTED = "rejected", _("rejected")
    RECEIVED = "received", pgettext_lazy("goods", "received")
    REFUNDED = "refunded", _("received, refund on its way")
    CLOSED = "closed", pgettext_lazy("return", "closed")


RETURN_NEXT: Final[dict[ReturnState, frozenset[ReturnState]]] = {
    ReturnState.REQUESTED: frozenset({ReturnState.APPROVED, ReturnState.REJECTED}),
    ReturnState.APPROVED: frozenset({ReturnState.RECEIVED, ReturnState.CLOSED}),
    ReturnState.REJECTED: frozenset(),
    ReturnState.RECEIVED: frozenset({ReturnState.REFUNDED, ReturnState.CLOSED}),
    ReturnState.REFUNDED: frozenset(),
    ReturnState.CLOSED: frozenset(),
}


class CancellationState(TextChoices):
    REQUESTED = "requested", _("asked for")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")


CANCELLATION_NEXT: Final[dict[CancellationState, frozenset[CancellationState]]] = {
    CancellationState.REQUESTED: frozenset(
        {CancellationState.APPROVED, CancellationState.REJECTED}
    ),
    CancellationState.APPROVED: frozenset(),
    CancellationState.REJECTED: frozenset(),
}
