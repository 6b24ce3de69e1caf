"""The page to cancel an order: what is held is released, what was paid goes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from payments.admin.act import Act, ActForm, Desk
from payments.models import Payment
from payments.models.records import ReviewKind
from payments.queries import refunds_waiting
from payments.services.cancel import cancel_order


class CancelForm(ActForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=255,
        help_text=gettext_lazy("Kept with the order, and sent to the provider with a refund."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def _form(_payment: Payment, data: dict[str, str] | None) -> CancelForm:
    return CancelForm(data)


def _ask(desk: Desk, asked: dict[str, Any]) -> None:
    """Cancel the order with its audit row; the provider is asked before."""
    who = desk.request.user.get_username()
    fresh = cancel_order(
        payment_id=desk.payment.pk,
        actor=who,
        reason=asked["reason"],
        requested_by=desk.request.user.pk,
        audit=lambda: desk.note(_("Cancelled: %(reason)s") % asked),
    )
    if fresh:
        desk.say(_said(desk.payment), messages.SUCCESS)
    else:
        said = _("This order was cancelled already.")
        desk.say(said, messages.WARNING)


def _said(payment: Payment) -> str:
    """What goes back now; what a dispute holds does not."""
    if payment.disputed:
        amount = {"amount": format_money(payment.in_dispute)}
        return _("The order is cancelled. What is not disputed (%(amount)s is) goes back.") % amount
    return _("The order is cancelled. What was paid or held goes back within seconds.")


def _context(payment: Payment) -> dict[str, Any]:
    """What was told and nobody could book, which does not go back, and what is rejected by it."""
    unclear = payment.reviews.filter(kind=ReviewKind.MISMATCH, resolved_at=None)
    return {"unclear": list(unclear.order_by("pk")), "waiting": refunds_waiting(payment)}


CANCEL = Act(
    permission="payments.cancel_payment",
    template="payments/admin/cancel.html",
    title=gettext_lazy("Cancel order %(number)s"),
    form=_form,
    ask=_ask,
    context=_context,
)
