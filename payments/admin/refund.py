"""The refund page: an amount or pieces, a reason, one button; asking twice refunds once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from orders.models import OrderLine, ReturnRequest
from orders.money import Money
from orders.services.pieces_back import GOODS_ARE_BACK, too_many, was_sent
from payments.admin.act import Act, AmountForm, Desk
from payments.admin.pieces import field_of, was_shown
from payments.admin.standing import OPEN
from payments.conf import payment_settings
from payments.models import Payment, Refund, RefundReason
from payments.models.records import ReviewKind
from payments.models.refund import goods_of
from payments.queries import refunds_waiting
from payments.services.ending import cases_of
from payments.services.refund import RefundDraft, refunded_alone, request_refund
from payments.states import Approval

ANOTHER: Final = "other"
"""Code of the reason that says nothing without a note."""


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

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        reason = typed.get("reason")
        if reason and reason.code == ANOTHER and not typed.get("note"):
            self.add_error("note", _("Say in the note why."))
        return typed


class RefundForm(ReasonForm):
    """Pieces of lines, and an amount that is theirs or any other.

    `offered` is the amount that the page has filled in: with pieces it is not taken for typed.
    What ran out since the page was shown keeps its field, so that nothing typed is dropped.
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
        lines = payment.order.lines.all()
        self.lines = [line for line in lines if line.to_refund or was_shown(line, data)]
        for line in self.lines:
            line.order = payment.order
            self.fields[field_of(line)] = _pieces_of(line)
        shelved = any(line.to_dispatch for line in self.lines) or "restock" in self.data
        if not shelved or payment.order.state in GOODS_ARE_BACK:
            del self.fields["restock"]

    @property
    def goods(self) -> list[BoundField]:
        """The fields that are about pieces."""
        names = [*map(field_of, self.lines), "restock"]
        return [self[name] for name in names if name in self.fields]

    @property
    def others(self) -> list[BoundField]:
        named = {field.name for field in self.goods}
        return [field for field in self.visible_fields() if field.name not in named]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        counts = {line: typed.get(field_of(line)) or 0 for line in self.lines}
        typed["pieces"] = {line.pk: count for line, count in counts.items() if count}
        if not Refund.objects.filter(request_key=_key(typed)).exists():
            self._check(counts)
        worth = Money(sum(line.unit_amount * n for line, n in counts.items()), self.currency)
        refused = self.errors.keys() & {field.name for field in self.goods}
        untouched = self.data.get("amount") == typed.get("offered") and not refused
        if typed["pieces"] and untouched and typed.get("amount") not in {None, worth}:
            self._ask(worth)
        return typed

    def _check(self, counts: Mapping[OrderLine, int]) -> None:
        """Whether so many can be had still; the service looks again under the lock."""
        shelved = self.cleaned_data.get("restock")
        if shelved and not any(counts.values()):
            self.add_error("restock", _("Write which pieces go back on the shelf."))
        for line, count in counts.items():
            if count > line.to_refund:
                self.add_error(field_of(line), f"{too_many(line)}.")
            elif shelved and count > line.to_dispatch:
                self.add_error("restock", f"{was_sent(line)}.")

    def _ask(self, worth: Money) -> None:
        """About what the page had filled in, with what the pieces cost in its place."""
        price = str(worth.decimal)
        self.data = {**self.data, "amount": price, "offered": price}
        said = _("The pieces cost %(amount)s. Check the amount and press again.")
        self.question = said % {"amount": format_money(worth)}


def _key(typed: Mapping[str, Any]) -> str:
    return f"staff:{typed.get('request_key')}"


def _pieces_of(line: OrderLine) -> forms.IntegerField:
    facts = {"left": line.to_refund, "price": format_money(line.unit)}
    return forms.IntegerField(
        label=line.name,
        help_text=_("Pieces, of %(left)s at %(price)s each.") % facts,
        min_value=0,
        max_value=line.quantity,
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
        request_key=_key(asked),
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
    """Above what somebody else looks, and what else of the order waits for somebody."""
    limit = payment_settings().approval_limit(payment.currency)
    failed = payment.reviews.filter(kind=ReviewKind.REFUND_FAILED, resolved_at=None)
    return {
        "limit": limit,
        "used": min(limit, refunded_alone(payment)) if limit else None,
        "returns": payment.order.returns.filter(state__in=OPEN[ReturnRequest]).order_by("pk"),
        "waiting": refunds_waiting(payment),
        "failed": cases_of(payment, list(failed.order_by("pk"))),
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
