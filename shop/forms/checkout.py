"""What shoppers type: checked here, decided elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from orders.formats import country_names
from orders.money import Money
from orders.services.place import AddressDraft
from payments.messages import for_shopper
from payments.registry import PaymentOption, names_saved
from shop.conf import shop_settings

# Where a carrier refuses a parcel without one.
_POSTCODE = "AT AU BE BR CA CH CN CZ DE DK ES FI FR GB GR HU IN IT JP KR NL NO PL PT SE SG US"
WITH_POSTCODE: Final = frozenset(_POSTCODE.split())
BIGGEST: Final = 2**63 - 1  # minor units that the column of an order's total holds
_INCOMPLETE = _("The page arrived incomplete. Nothing was charged. Please check it and pay again.")


class CountrySelect(forms.Widget):
    """Every country delivered to, written once per language and list, not anew for every page."""

    def render(  # noqa: PLR0917  # the signature is Django's
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002  # the signature is Django's
    ) -> SafeString:
        own = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        options = write_options(get_language() or "en", tuple(shop_settings().countries))
        chosen = f'value="{escape(value or "")}"'
        options = options.replace(f"{chosen}>", f"{chosen} selected>", 1)
        return mark_safe(f"<select{own}>{options}</select>")  # noqa: S308  # escaped where it is written


@lru_cache(maxsize=32)
def write_options(language: str, allowed: tuple[str, ...]) -> str:
    """The <option> of each country, sorted by name; of all where none is named."""
    names = country_names(language)
    offered = [(code, names[code]) for code in names if not allowed or code in allowed]
    choices = [("", gettext("Choose a country")), *offered]
    return format_html_join("", '<option value="{}">{}</option>', choices)


class CountryField(forms.CharField):
    """The ISO 3166 code of a country delivered to."""

    def validate(self, value: str) -> None:
        super().validate(value)
        allowed = shop_settings().countries or country_names("en")
        if value not in allowed:
            raise forms.ValidationError(self.error_messages["invalid_choice"])


class Written:
    """Writes its <input> directly: Django's way, a template for each, is a third of the page."""

    def render(  # noqa: PLR0917  # the signature is Django's
        self: Any,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,  # noqa: ARG002  # the signature is Django's
    ) -> SafeString:
        own = {"type": self.input_type, "name": name, **self.build_attrs(self.attrs, attrs)}
        return format_html("<input{}>", flatatt({**own, "value": self.format_value(value)}))


class TextInput(Written, forms.TextInput):
    pass


class EmailInput(Written, forms.EmailInput):
    pass


class QuantityField(forms.IntegerField):
    """A quantity as people type it."""

    default_error_messages = {
        "required": _("Say how many pieces."),
        "invalid": _("A quantity is a whole number."),
    }


class LineForm(forms.Form):
    """One SKU and how many."""

    sku = forms.CharField(max_length=64, error_messages={"required": _("Choose a product.")})
    quantity = QuantityField()


class CheckoutForm(forms.Form):
    """The one page of checkout: who, where to, how to pay."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        error_messages={
            "required": _("Enter your e-mail address."),
            "invalid": _("Enter a valid email address."),
        },
        help_text=_("For your confirmation and the link to your order."),
        widget=EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("Full name"),
        max_length=120,
        error_messages={"required": _("Enter your full name.")},
        widget=TextInput(attrs={"autocomplete": "shipping name"}),
    )
    country = CountryField(
        label=_("Country"),
        error_messages={
            "required": _("Choose a country."),
            "invalid_choice": _("Choose a country from the list."),
        },
        widget=CountrySelect(attrs={"autocomplete": "shipping country", "data-now": ""}),
    )
    line1 = forms.CharField(
        label=_("Address"),
        max_length=120,
        error_messages={"required": _("Enter the address.")},
        widget=TextInput(attrs={"autocomplete": "shipping address-line1"}),
    )
    line2 = forms.CharField(
        label=_("Flat, floor or company"),
        max_length=120,
        required=False,
        widget=TextInput(attrs={"autocomplete": "shipping address-line2"}),
    )
    city = forms.CharField(
        label=_("Town or city"),
        max_length=80,
        error_messages={"required": _("Enter the town or city.")},
        widget=TextInput(attrs={"autocomplete": "shipping address-level2"}),
    )
    region = forms.CharField(
        label=_("County, state or province"),
        max_length=80,
        required=False,
        widget=TextInput(attrs={"autocomplete": "shipping address-level1"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        help_text=_("Leave it empty only where there is none."),
        max_length=20,
        required=False,
        widget=TextInput(attrs={"autocomplete": "shipping postal-code"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=32,
        required=False,
        help_text=_("Only for questions about the delivery."),
        widget=TextInput(attrs={"autocomplete": "shipping tel", "type": "tel"}),
    )
    method = forms.ChoiceField(
        label=_("Payment method"),
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a way to pay.")),
    )
    terms = forms.BooleanField(
        label=_("I agree to the terms of sale"),
        error_messages={"required": _("Please agree to the terms of sale.")},
    )
    seen = forms.CharField(widget=forms.HiddenInput, error_messages={"required": _INCOMPLETE})
    seen_total = forms.IntegerField(
        min_value=0,
        max_value=BIGGEST,
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _INCOMPLETE
        ),
    )
    checkout_key = forms.CharField(max_length=22, widget=forms.HiddenInput)

    def __init__(
        self, total: Money, options: Sequence[PaymentOption], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.options = {option.key: option for option in options}
        self.fields["method"].choices = [(key, key) for key in self.options]  # type: ignore[attr-defined]  # a ChoiceField
        if names_saved(str(self.data.get("method", ""))):
            refusals = self.fields["method"].error_messages
            refusals["invalid_choice"] = for_shopper("saved_card_gone", "card")
        if total.amount == 0:
            del self.fields["method"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("country") in WITH_POSTCODE and not cleaned.get("postcode"):
            self.add_error("postcode", _("Enter the postcode."))
        return cleaned

    def address(self) -> AddressDraft:
        given = self.cleaned_data
        return AddressDraft(
            name=given["name"],
            line1=given["line1"],
            line2=given["line2"],
            city=given["city"],
            region=given["region"],
            postcode=given["postcode"],
            country=given["country"],
            phone=given["phone"],
        )
