"""The page to note a parcel: what is in it, who carries it, by which number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.db import transaction
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.conf import order_settings
from orders.models import Dispatch, OrderLine
from orders.services.cancellation import open_wish
from orders.services.dispatch import DispatchDraft, record_dispatch, too_few
from payments.admin.act import Act, ActForm, Desk
from payments.admin.pieces import field_of, was_shown
from payments.models import Payment

WIDE: Final = {"class": "vTextField"}


class OfferingInput(forms.TextInput):
    """Free text that offers a list, without script."""

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        offered = ((carrier,) for carrier in order_settings().carriers)
        options = format_html_join("", '<option value="{}"></option>', offered)
        text = super().render(name, value, *args, **kwargs)
        return format_html('{}<datalist id="carriers">{}</datalist>', text, options)


class DispatchForm(ActForm):
    """A field for each line of which something is left; all of it is filled in.

    What was sent since the page was shown keeps its field, so that nothing typed is dropped.
    """

    carrier = forms.CharField(
        label=gettext_lazy("Carrier"),
        max_length=60,
        help_text=gettext_lazy("One of the list, or any other."),
        widget=OfferingInput(attrs={"list": "carriers", "autocomplete": "off", **WIDE}),
    )
    tracking_number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Sent to the shopper, with the carrier's page where we know it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", **WIDE}),
    )

    def __init__(self, payment: Payment, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        lines = payment.order.lines.all()
        self.lines: list[OrderLine] = [
            line for line in lines if line.to_dispatch or was_shown(line, data)
        ]
        pieces = {field_of(line): _pieces(line) for line in self.lines}
        self.fields = {**pieces, **self.fields}
        self.wish = open_wish(payment.order)
        if self.wish:
            self.fields["despite"] = forms.BooleanField(
                label=_("The shopper asks to cancel this order. Send it all the same"),
                help_text=_("Their wish is then answered: it was already on its way."),
                error_messages={"required": _("Tick this, or decide the wish first.")},
            )

    def clean(self) -> dict[str, Any]:
        """The pieces by key of their line, and the wish that was seen."""
        cleaned: dict[str, Any] = super().clean() or {}
        counts = {line: cleaned.get(field_of(line)) or 0 for line in self.lines}
        cleaned["pieces"] = {line.pk: count for line, count in counts.items()}
        if not Dispatch.objects.filter(request_key=cleaned.get("request_key")).exists():
            self._check(counts)
        cleaned["wish"] = self.wish.pk if self.wish and cleaned.get("despite") else None
        return cleaned

    def _check(self, counts: Mapping[OrderLine, int]) -> None:
        """Whether so many are here still; the service looks again under the lock."""
        for line, count in counts.items():
            if count > line.to_dispatch:
                self.add_error(field_of(line), f"{too_few(line)}.")


def _pieces(line: OrderLine) -> forms.IntegerField:
    facts = {"sku": line.sku, "count": line.to_dispatch}
    return forms.IntegerField(
        label=line.name,
        min_value=0,
        initial=line.to_dispatch,
        help_text=_("%(sku)s: %(count)s left to send") % facts,
        widget=forms.NumberInput(attrs={"size": 6}),
    )


def _ask(desk: Desk, asked: dict[str, Any]) -> None:
    """Note the parcel with its audit row, or say that it was noted before."""
    with transaction.atomic():
        parcel, fresh = record_dispatch(
            DispatchDraft(
                order_id=desk.payment.order_id,
                pieces=asked["pieces"],
                carrier=asked["carrier"],
                tracking_number=asked["tracking_number"],
                request_key=asked["request_key"],
                actor=desk.request.user.get_username(),
                despite=asked["wish"],
            )
        )
        if fresh:
            desk.note(_("Dispatched: %(parcel)s") % {"parcel": parcel})
    if fresh:
        desk.say(_("The parcel is noted, and the shopper is told."), messages.SUCCESS)
    else:
        desk.say(_("This parcel was noted already. Nothing more was sent."), messages.WARNING)


DISPATCH = Act(
    permission="orders.dispatch_order",
    template="payments/admin/dispatch.html",
    title=gettext_lazy("Dispatch of order %(number)s"),
    form=DispatchForm,
    ask=_ask,
)
