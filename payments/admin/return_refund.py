"""The page that pays back a received return: what came is filled in, asking closes the return."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.models import ReturnLine, ReturnRequest
from orders.money import Money
from orders.states import ReturnState
from payments.admin.act import Act, Desk
from payments.admin.refund import REFUND, ReasonForm, ask_refund
from payments.models import Payment, RefundReason
from payments.states import Approval

REASON = "returned"
"""Code of the reason that is chosen where the list still has it."""


class ReturnRefundForm(ReasonForm):
    """The price of the pieces that came, or any other amount; the pieces are the return's."""

    def __init__(
        self, payment: Payment, lines: Sequence[ReturnLine], data: dict[str, str] | None = None
    ) -> None:
        super().__init__(payment.refundable, data)
        came = [(each.line, min(each.received, each.line.to_refund)) for each in lines]
        self.pieces = {line.pk: count for line, count in came if count}
        price = payment.money(sum(line.unit_amount * count for line, count in came))
        self.initial["amount"] = str(min(price, payment.refundable).decimal)
        self.fields["amount"].help_text = _offered(price, payment.refundable)
        offered = RefundReason.objects.filter(active=True, code=REASON)
        self.initial["reason"] = offered.values_list("code", flat=True).first()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        return typed | {"pieces": self.pieces}


def _offered(price: Money, refundable: Money) -> str:
    """Says why this amount is filled in."""
    if not price.amount:
        return _("What came was refunded before. Write an amount if more is to go back.")
    if price > refundable:
        short = _("What came cost %(price)s; this is all that can still be refunded.")
        return short % {"price": format_money(price)}
    return _("What came cost this. Change it to give back another amount.")


def return_refund(asked: ReturnRequest) -> Act:
    """The page to refund one return."""
    lines = list(asked.lines.select_related("line"))
    known = asked.refunds.exclude(approval=Approval.REJECTED).first()

    def form(payment: Payment, data: dict[str, str] | None) -> ReturnRefundForm:
        return ReturnRefundForm(payment, lines, data)

    def ask(desk: Desk, typed: dict[str, Any]) -> None:
        ask_refund(desk, typed, return_id=asked.pk)

    return Act(
        permission=REFUND.permission,
        template="payments/admin/return_refund.html",
        title=REFUND.title,
        form=form,
        ask=ask,
        field="amount",
        context=lambda payment: {
            **REFUND.context(payment),
            "asked": asked,
            "lines": lines,
            "known": known,
            "here": asked.state == ReturnState.RECEIVED,
        },
    )
