"""The refund page: an amount or pieces, a reason, one button; asking twice refunds once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from orders.models import OrderLine
from orders.money import Money
from orders.services.pieces_back import GOODS_ARE_BACK
from orders.states import ReturnState
from payments.admin.act import Act, AmountForm, Desk
from payments.conf import payment_settings
from payments.models import Payment, Refund, RefundReason
from payments.models.refund import goods_of
from payments.services.refund import RefundDraft, request_refund
from payments.states import Approval


class ReasonForm(AmountForm):
    """An amount, and why it goes back."""

    reason = forms.ModelChoiceField(
        label=gettext_lazy("Reason"),
        queryset=RefundReason.objects.filter(active=True),
        to_field_name="code",
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Kept with the order and sent to the provider with the reason."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class RefundForm(ReasonForm):
    """Pieces of lines, and an amount that is theirs or any other.

    `offered` is the amount that the page has filled in: with pieces it is not taken for typed.
    """

    offered = forms.CharField(max_length=24, required=False, widget=forms.HiddenInput)
    restock = forms.BooleanField(
        label=gettext_lazy("Put the pieces back on the shelf"),
        required=False,
        help_text=gettext_lazy("Only what was not sent; what was sent comes back by a return."),
    )

    def __init__(self, payment: Payment, data: dict[str, str] | None = None) -> None:
        super().__init__(payment.refundable, data)
        self.fields["offered"].initial = self.initial["amount"]
        self.lines = [line for line in payment.order.lines.all() if line.to_refund]
        for line in self.lines:
            line.order = payment.order
            self.fields[_name(line)] = _pieces_of(line)
        unsent = any(line.to_dispatch for line in self.lines)
        if not unsent or payment.order.state in GOODS_ARE_BACK:
            del self.fields["restock"]

    @property
    def goods(self) -> list[BoundField]:
        """The fields that are about pieces."""
        names = [*map(_name, self.lines), "restock"]
        return [self[name] for name in names if name in self.fields]

    @property
    def others(self) -> list[BoundField]:
        named = {field.name for field in self.goods}
        return [field for field in self.visible_fields() if field.name not in named]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        counts = {line: typed.get(_name(line)) or 0 for line in self.lines}
        typed["pieces"] = {line.pk: count for line, count in counts.items() if count}
        worth = Money(sum(line.unit_amount * n for line, n in counts.items()), self.currency)
        amount = typed.get("amount")
        untouched = self.data.get("amount") == typed.get("offered")
        if typed["pieces"] and untouched and amount not in {None, worth}:
            self._offer(worth)
        return typed

    def _offer(self, worth: Money) -> None:
        """Ask about what the page had filled in, with what the pieces cost in its place."""
        self.data = {**self.data, "amount": str(worth.decimal), "offered": ""}
        said = _("The pieces cost %(amount)s. Send that again, or another amount.")
        self.add_error("amount", said % {"amount": format_money(worth)})


def _name(line: OrderLine) -> str:
    return f"pieces_{line.pk}"


def _pieces_of(line: OrderLine) -> forms.IntegerField:
    facts = {"left": line.to_refund, "price": format_money(line.unit)}
    return forms.IntegerField(
        label=line.name,
        help_text=_("Pieces, of %(left)s at %(price)s each.") % facts,
        min_value=0,
        max_value=line.to_refund,
        required=False,
        widget=forms.NumberInput(attrs={"size": 6}),
    )


def _form(payment: Payment, data: dict[str, str] | None) -> RefundForm:
    return RefundForm(payment, data)


def ask_refund(desk: Desk, asked: dict[str, Any], *, return_id: int | None = None) -> None:
    """Request the refund with its audit row, or say that it was requested before."""
    draft = RefundDraft(
        payment_id=desk.payment.pk,
        amount=asked["amount"],
        request_key=f"staff:{asked['request_key']}",
        reason_id=asked["reason"].pk,
        note=asked["note"],
        requested_by=desk.request.user.pk,
        pieces=asked["pieces"],
        restock=asked.get("restock", False),
        return_id=return_id,
    )
    with transaction.atomic():
        refund, fresh = request_refund(draft)
        if fresh:
            desk.note(_noted(refund))
    if fresh:
        said = {"amount": format_money(refund.money)}
        desk.say(_told(refund) % said, messages.SUCCESS)
    else:
        said_before = _("This refund was already requested. Nothing more was refunded.")
        desk.say(said_before, messages.WARNING)


def _noted(refund: Refund) -> str:
    facts = {"ref": refund.number, "amount": format_money(refund.money)}
    said = _("Refund %(ref)s of %(amount)s requested") % facts
    return " · ".join(part for part in (said, refund.why, goods_of(refund)) if part)


def _told(refund: Refund) -> str:
    if refund.approval == Approval.WAITING:
        return _("Refund of %(amount)s set aside. It is sent once somebody else approves it.")
    return _("Refund of %(amount)s requested. It is sent to the provider within seconds.")


def _context(payment: Payment) -> dict[str, Any]:
    """Above what somebody else looks, and the returns that have a refund page of their own."""
    return {
        "limit": payment_settings().approval_limit(payment.currency),
        "received": payment.order.returns.filter(state=ReturnState.RECEIVED),
    }


REFUND = Act(
    permission="payments.refund_payment",
    template="payments/admin/refund.html",
    title=gettext_lazy("Refund of order %(number)s"),
    form=_form,
    ask=ask_refund,
    field="amount",
    context=_context,
)
