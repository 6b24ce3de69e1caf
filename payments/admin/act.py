"""A page on which staff ask for something to be done with an order's money, once."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.errors import Refused
from orders.models import Order
from orders.money import Money
from payments.admin.amounts import amounts
from payments.admin.marks import STYLE
from payments.admin.typed import read_amount
from payments.errors import PaymentError
from payments.models import Payment

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def new_request_key() -> str:
    return secrets.token_urlsafe(18)


class ActForm(forms.Form):
    """A form that asks once: its key is the intent, however often it is sent and corrected.

    `question`: what the page asks before it does what was typed, without an error; "" for nothing.
    """

    required_css_class = "required"
    question = ""

    request_key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(
        self, data: dict[str, str] | None = None, *, initial: dict[str, str] | None = None
    ) -> None:
        super().__init__(data, initial={"request_key": new_request_key(), **(initial or {})})


class AmountForm(ActForm):
    """Reads what was typed; whether so much can be had is for the service to say."""

    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 12}),
    )

    def __init__(self, most: Money, data: dict[str, str] | None = None) -> None:
        super().__init__(data, initial={"amount": str(most.decimal)})
        self.currency = most.currency
        self.fields["amount"].help_text = _(
            "In %(currency)s, in digits such as %(example)s. The most that can be is filled in."
        ) % {"currency": self.currency, "example": Money(1250, self.currency).decimal}

    def clean_amount(self) -> Money:
        return read_amount(self.cleaned_data["amount"], self.currency)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, about which payment, and where it is noted."""

    site: admin.ModelAdmin
    request: HttpRequest
    payment: Payment

    def note(self, text: str) -> None:
        """The audit row of what was done."""
        self.site.log_change(self.request, self.payment.order, text)

    def say(self, text: str, level: int) -> None:
        self.site.message_user(self.request, text, level)


@dataclass(frozen=True, slots=True)
class Act:
    """What a page asks for: its words, its form, and what is done with what was typed.

    `ask` notes who did it and says how it went; what it refuses stands beside `field`, or above
    the form where that is None. `context` is what else its template shows.
    """

    permission: str
    template: str
    title: StrOrPromise
    form: Callable[[Payment, dict[str, str] | None], ActForm]
    ask: Callable[[Desk, dict[str, Any]], None]
    field: str | None = None
    context: Callable[[Payment], dict[str, Any]] = lambda _payment: {}

    def allowed(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)


def act_page(desk: Desk, act: Act) -> HttpResponse:
    """Show the form, or do what it asks for and return to the order."""
    site, request, payment = desk.site, desk.request, desk.payment
    form = act.form(payment, request.POST.dict() if request.method == "POST" else None)
    if form.is_valid() and not form.question:
        try:
            act.ask(desk, form.cleaned_data)
        except (PaymentError, Refused) as refusal:
            form.add_error(act.field, f"{capfirst(str(refusal))}.")
        else:
            return redirect("admin:orders_order_change", payment.order_id)
    context = {
        **site.admin_site.each_context(request),
        "opts": Order._meta,  # noqa: SLF001  # Django's documented _meta
        "title": act.title % {"number": payment.order.number},
        "media": site.media + forms.Media(css=STYLE),
        "original": payment.order,
        "payment": payment,
        "amounts": amounts(payment),
        "form": form,
        **act.context(payment),
    }
    return TemplateResponse(request, act.template, context, status=400 if form.errors else 200)
