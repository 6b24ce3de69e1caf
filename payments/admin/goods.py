"""What the page of an order says of its goods: what is asked of staff, and the buttons for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from orders.models import CancellationRequest, Order, OrderLine, ReturnReason
from orders.states import OrderState
from payments.admin.dispatch import DISPATCH
from payments.admin.returns import SEE, card
from payments.admin.wish import REJECT_WISH


class ReasonAdmin(admin.ModelAdmin):
    """The list that shoppers choose from; one that is used is taken off it, not deleted."""

    list_display = ["words", "active", "position"]
    list_editable = ["active", "position"]

    @admin.display(description=gettext_lazy("reason"))
    def words(self, reason: ReturnReason) -> str:
        return str(reason)


def goods_of(request: HttpRequest, order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """For the template of the order's page; returns are read where something has left."""
    left = order.state == OrderState.CONFIRMED and any(line.to_dispatch for line in lines)
    asked = order.returns.select_related("reason").prefetch_related("lines__line", "refunds")
    seen = any(line.dispatched for line in lines) and request.user.has_perm(SEE)
    wish: CancellationRequest | None = getattr(order, "cancellation", None)
    wish = None if wish and wish.decided_at else wish
    return {
        "can_dispatch": left and DISPATCH.allowed(request),
        "wish": wish,
        "can_reject_wish": bool(wish and REJECT_WISH.allowed(request)),
        "returns": [card(request, each) for each in asked.order_by("pk")] if seen else [],
        "can_see_returns": request.user.has_perm(SEE),
    }
