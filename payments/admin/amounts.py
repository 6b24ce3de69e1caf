"""The figures staff look at before they touch money."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from orders.money import Money
from payments.models import Payment
from payments.queries import held_for, released_for


@dataclass(frozen=True, slots=True)
class Amount:
    """One figure with its label; `name` marks it in the page."""

    name: str
    label: str
    money: Money


def amounts(payment: Payment) -> list[Amount]:
    """What was asked for, came, went back and can still go, as staff read from left to right.

    What was let go, held, released, surplus and disputed money stand there only where there is any.
    """
    rare = [
        Amount("waived", _("Let go"), payment.waived),
        Amount("held", _("Held"), held_for(payment)),
        Amount("released", _("Released"), released_for(payment)),
        Amount("surplus", _("Surplus"), payment.money(payment.surplus)),
        Amount("disputed", _("Disputed"), payment.in_dispute),
    ]
    return [
        Amount("total", _("Total"), payment.order.total),
        Amount("captured", _("Captured"), payment.money(payment.captured)),
        *(each for each in rare if each.money.amount),
        Amount("pending", _("Refund pending"), payment.money(payment.refund_pending)),
        Amount("refunded", _("Refunded"), payment.money(payment.net_refunded)),
        Amount("refundable", _("Refundable"), payment.refundable),
    ]
