"""The figures staff look at before they touch money."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.money import Money
from payments.models import Payment


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure with its label; `name` marks it in the page."""

    name: str
    label: str
    money: Money


def amounts(payment: Payment) -> list[Amount]:
    """Total, captured, pending, refunded and refundable, as staff read them from left to right."""
    return [
        Amount("total", _("Total"), payment.due),
        Amount("captured", _("Captured"), payment.money(payment.captured)),
        Amount("pending", _("Refund pending"), payment.money(payment.refund_pending)),
        Amount("refunded", _("Refunded"), payment.money(payment.net_refunded)),
        Amount("refundable", _("Refundable"), payment.refundable),
    ]
