"""Where an order can stand, as a table. Paid and refunded are projections of payments, not here."""

from __future__ import annotations

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
