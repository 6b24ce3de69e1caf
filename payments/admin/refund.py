"""The refund page: figures, amount, reason, one button; asking twice refunds once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from payments.admin.act import Act, AmountForm, Desk
from payments.models import Payment
from payments.services.refund import request_refund


class RefundForm(AmountForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=255,
        help_text=gettext_lazy("Kept with the order and sent to the provider."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def _form(payment: Payment, data: dict[str, str] | None) -> RefundForm:
    return RefundForm(payment.refundable, data)


def _ask(desk: Desk, asked: dict[str, Any]) -> None:
    """Request the refund with its audit row, or say that it was requested before."""
    with transaction.atomic():
        refund, fresh = request_refund(
            payment_id=desk.payment.pk,
            amount=asked["amount"],
            reason=asked["reason"],
            request_key=f"staff:{asked['request_key']}",
            requested_by=desk.request.user.pk,
        )
        facts = {"amount": format_money(refund.money), "ref": refund.our_ref}
        if fresh:
            said = _("Refund %(ref)s of %(amount)s requested: %(reason)s")
            desk.note(said % {**facts, "reason": refund.reason})
    if fresh:
        said = _("Refund of %(amount)s requested. It is sent to the provider within seconds.")
        desk.say(said % facts, messages.SUCCESS)
    else:
        said = _("This refund was already requested. Nothing more was refunded.")
        desk.say(said, messages.WARNING)


REFUND = Act(
    permission="payments.refund_payment",
    template="payments/admin/refund.html",
    title=gettext_lazy("Refund of order %(number)s"),
    form=_form,
    ask=_ask,
    field="amount",
)
