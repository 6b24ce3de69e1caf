"""What is owed for an order and what came of it: the sums, and those of each attempt to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.formats import format_money
from orders.money import Money
from payments.admin.amounts import amounts
from payments.admin.books.book import STYLE
from payments.admin.books.reported import SEE_FILES, lines_of_payment
from payments.admin.marks import badge_mark, order_link
from payments.admin.of_order import SEE_ORDERS, OrderHistoryAdmin
from payments.admin.refund import REFUND
from payments.messages import why
from payments.models import Attempt, Payment
from payments.states import AttemptStatus, PaymentStatus


@dataclass(frozen=True, slots=True)
class Tried:
    """One attempt as a row: what it brought, how much of that can go back, and why if refused."""

    attempt: Attempt
    state: SafeString
    reason: str
    sums: tuple[Money, ...]


class PaymentAdmin(OrderHistoryAdmin):
    """Read only: staff act from the page of the order."""

    change_form_template = "payments/admin/payment.html"
    list_display = ["number", "state", "captured_money", "pending", "back", "refundable"]
    list_filter = ["status"]
    ordering = ["-pk"]
    sortable_by = []
    to_order = "order"
    search_fields = ["order__number__startswith"]
    search_help_text = _("Order number, or how one begins")
    plain: ClassVar = {"order_number": (SEE_ORDERS, "order_plain")}
    fields = ["order_number", "state"]

    class Media:
        css = STYLE

    @admin.display(description=_("payment"))
    def number(self, payment: Payment) -> str:
        return payment.order.number

    @admin.display(description=_("order"))
    def order_number(self, payment: Payment) -> SafeString:
        return order_link(payment.order)

    @admin.display(description=_("state"))
    def state(self, payment: Payment) -> SafeString:
        return badge_mark(PaymentStatus(payment.status))

    @admin.display(description=_("Captured"))
    def captured_money(self, payment: Payment) -> str:
        return format_money(payment.money(payment.captured))

    @admin.display(description=_("Refund pending"))
    def pending(self, payment: Payment) -> str:
        return format_money(payment.money(payment.refund_pending))

    @admin.display(description=_("Refunded"))
    def back(self, payment: Payment) -> str:
        return format_money(payment.money(payment.net_refunded))

    @admin.display(description=_("Refundable"))
    def refundable(self, payment: Payment) -> str:
        return format_money(payment.refundable)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Payment]:
        return super().get_queryset(request).select_related("order")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        payment: Payment = kwargs["obj"]
        context |= {
            "payment": payment,
            "subtitle": payment.order.number,
            "amounts": amounts(payment),
            "tried": [_tried(each) for each in payment.attempts.order_by("pk")],
            "reported": lines_of_payment(payment) if request.user.has_perm(SEE_FILES) else [],
            "can_refund": bool(payment.refundable.amount and REFUND.allowed(request)),
        }
        return super().render_change_form(request, context, *args, **kwargs)


def _tried(attempt: Attempt) -> Tried:
    moved = (attempt.captured, attempt.refund_pending, attempt.net_refunded, attempt.disputed)
    return Tried(
        attempt,
        badge_mark(AttemptStatus(attempt.status)),
        why(attempt.error_code, attempt.error_raw),
        (*map(attempt.money, (attempt.amount, *moved)), attempt.refundable),
    )
