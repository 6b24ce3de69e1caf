"""Wishes to cancel: the open ones, and the page to say no. Saying yes is to cancel the order."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db import transaction
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_moment
from orders.models import CancellationRequest
from orders.services.cancellation import reject_cancellation
from orders.states import CancellationState
from payments.admin.act import Act, ActForm, Desk
from payments.admin.marks import STYLE, badge_mark, order_link
from payments.admin.of_order import SEE_ORDERS, OrderHistoryAdmin
from payments.admin.returns import AnswerForm
from payments.admin.standing import StandingFilter
from payments.models import Payment


class WishAdmin(OrderHistoryAdmin):
    """Each leads to its order, where it is decided."""

    list_display = ["order_number", "standing", "note", "asked"]
    list_display_links = None
    to_order = "order"
    plain: ClassVar = {"order_number": (SEE_ORDERS, "order_plain")}
    list_filter = [StandingFilter]
    list_select_related = ["order"]
    ordering = ["-requested_at"]
    sortable_by = []
    fields = [
        *("order_number", "standing", "note", "requested_at"),
        *("answer", "decided_at", "decided_by"),
    ]

    class Media:
        css = STYLE

    @admin.display(description=gettext_lazy("order"))
    def order_number(self, wish: CancellationRequest) -> SafeString:
        return order_link(wish.order)

    @admin.display(description=gettext_lazy("state"))
    def standing(self, wish: CancellationRequest) -> SafeString:
        return badge_mark(CancellationState(wish.state))

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, wish: CancellationRequest) -> str:
        return format_moment(wish.requested_at)


def _form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
    return AnswerForm(data)


def _ask(desk: Desk, asked: dict[str, Any]) -> None:
    """Reject the wish with its audit row, or say that it was done before."""
    with transaction.atomic():
        fresh = reject_cancellation(
            order_id=desk.payment.order_id,
            answer=asked["answer"],
            actor=desk.request.user.get_username(),
        )
        if fresh:
            desk.note(_("Wish to cancel rejected: %(answer)s") % asked)
    if fresh:
        desk.say(_("The wish is rejected, and the shopper is told why."), messages.SUCCESS)
    else:
        desk.say(_("This was done already. Nothing more happened."), messages.WARNING)


REJECT_WISH = Act(
    permission="orders.reject_cancellationrequest",
    template="payments/admin/wish_reject.html",
    title=gettext_lazy("Order %(number)s is not cancelled"),
    form=_form,
    ask=_ask,
)
