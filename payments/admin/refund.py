"""The refund page: figures, amount, reason, one button; asking twice refunds once."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.errors import InvalidAmount
from orders.formats import format_money
from orders.models import Order
from orders.money import Money, exponent
from payments.admin.amounts import amounts
from payments.admin.marks import STYLE
from payments.errors import RefundRefused
from payments.models import Operation, Payment
from payments.services.refund import request_refund

PERMISSION = "payments.refund_payment"
PLAIN_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+", re.ASCII)


def may_refund(request: HttpRequest) -> bool:
    return request.user.has_perm(PERMISSION)


def new_request_key() -> str:
    return secrets.token_urlsafe(18)


class RefundForm(forms.Form):
    """Reads what was typed; whether so much can be refunded is for the service to say."""

    required_css_class = "required"

    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=255,
        help_text=gettext_lazy("Kept with the order and sent to the provider."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    request_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, payment: Payment, data: dict[str, str] | None = None) -> None:
        typical = {"amount": str(payment.refundable.decimal), "request_key": new_request_key()}
        super().__init__(data, initial=typical)
        self.currency = payment.currency
        self.fields["amount"].help_text = _(
            "In %(currency)s, in digits such as %(example)s. What can be refunded is filled in."
        ) % {"currency": self.currency, "example": Money(1250, self.currency).decimal}

    def clean_amount(self) -> Money:
        typed = self.cleaned_data["amount"]
        if not PLAIN_NUMBER.fullmatch(typed):
            refused = _("“%(typed)s” is not an amount: write digits, with a point for decimals.")
            raise forms.ValidationError(refused % {"typed": typed})
        try:
            return Money.parse(typed, self.currency)
        except InvalidAmount:
            digits = exponent(self.currency)
            refused = _("%(currency)s has %(digits)s decimals; “%(typed)s” has more.")
            facts = {"currency": self.currency, "digits": digits, "typed": typed}
            raise forms.ValidationError(refused % facts) from None

    def with_new_key(self) -> None:
        """Nothing was asked for, so what is sent next is a request of its own."""
        self.data = {**self.data, "request_key": new_request_key()}


def refund_page(site: admin.ModelAdmin, request: HttpRequest, payment: Payment) -> HttpResponse:
    """Show the form, or ask for the refund and return to the order."""
    form = RefundForm(payment, request.POST.dict() if request.method == "POST" else None)
    if form.is_valid():
        try:
            _ask(site, request, payment, asked=form.cleaned_data)
        except RefundRefused as refusal:
            form.add_error("amount", f"{capfirst(str(refusal))}.")
        else:
            return redirect("admin:orders_order_change", payment.order_id)
    if form.is_bound:
        form.with_new_key()
    context = {
        **site.admin_site.each_context(request),
        "opts": site.opts,
        "title": _("Refund of order %(number)s") % {"number": payment.order.number},
        "media": site.media + forms.Media(css=STYLE),
        "original": payment.order,
        "payment": payment,
        "amounts": amounts(payment),
        "form": form,
    }
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "payments/admin/refund.html", context, status=status)


def _ask(
    site: admin.ModelAdmin, request: HttpRequest, payment: Payment, *, asked: dict[str, Any]
) -> None:
    """Request the refund with its audit row, or say that it was requested before."""
    with transaction.atomic():
        refund, fresh = request_refund(
            payment_id=payment.pk,
            amount=asked["amount"],
            reason=asked["reason"],
            request_key=f"staff:{asked['request_key']}",
            requested_by=request.user.pk,
        )
        if fresh:
            _audit(site, request, payment.order, refund=refund)
    if fresh:
        said = _("Refund of %(amount)s requested. It is sent to the provider within seconds.")
        amount = {"amount": format_money(refund.money)}
        site.message_user(request, said % amount, messages.SUCCESS)
    else:
        said = _("This refund was already requested. Nothing more was refunded.")
        site.message_user(request, said, messages.WARNING)


def _audit(
    site: admin.ModelAdmin, request: HttpRequest, order: Order, *, refund: Operation
) -> None:
    facts = {"amount": format_money(refund.money), "ref": refund.our_ref, "reason": refund.reason}
    said = _("Refund %(ref)s of %(amount)s requested: %(reason)s") % facts
    site.log_change(request, order, said)
