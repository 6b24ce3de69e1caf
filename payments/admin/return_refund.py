"""The page that pays back a received return: what came is filled in, asking closes the return."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
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
SEEN: Final = re.compile(r"(\d{1,18}):(\d{1,9})", re.ASCII)


class ReturnRefundForm(ReasonForm):
    """The price of the pieces that came, or any other amount; the pieces are the return's.

    `seen`: the pieces that the price stands for, so that it is not paid for them once more where
    somebody else has refunded them meanwhile.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, payment: Payment, lines: Sequence[ReturnLine], data: dict[str, str] | None = None
    ) -> None:
        super().__init__(payment.refundable, data)
        came = [(each.line, min(each.received, each.line.to_refund)) for each in lines]
        self.initial["seen"] = _named({line.pk: count for line, count in came if count})
        self.received = {each.line_id: each.received for each in lines}
        price = payment.money(sum(line.unit_amount * count for line, count in came))
        self.initial["amount"] = str(min(price, payment.refundable).decimal)
        self.fields["amount"].help_text = _offered(price, payment.refundable)
        offered = RefundReason.objects.filter(active=True, code=REASON)
        self.initial["reason"] = offered.values_list("code", flat=True).first()

    def clean(self) -> dict[str, Any]:
        """The pieces as they were seen; whether they can be refunded still, the service says."""
        typed: dict[str, Any] = super().clean() or {}
        pieces = {
            line: count
            for line, count in _read(typed.get("seen", "")).items()
            if 0 < count <= self.received.get(line, 0)
        }
        return typed | {"pieces": pieces}


def _named(pieces: Mapping[int, int]) -> str:
    return ",".join(f"{line}:{count}" for line, count in pieces.items())


def _read(named: str) -> dict[int, int]:
    return {int(line): int(count) for line, count in SEEN.findall(named)}


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
