"""The capture page: how much is held, how much of it to charge; asking twice captures once."""

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
from payments.queries import chargeable_for
from payments.services.capture import request_capture


class CaptureForm(AmountForm):
    final = forms.BooleanField(
        label=gettext_lazy("Release what is left"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Leave it out only if you capture the rest later."),
    )


def _form(payment: Payment, data: dict[str, str] | None) -> CaptureForm:
    return CaptureForm(chargeable_for(payment), data)


def _ask(desk: Desk, asked: dict[str, Any]) -> None:
    """Request the capture with its audit row, or say that it was requested before."""
    with transaction.atomic():
        capture, fresh = request_capture(
            payment_id=desk.payment.pk,
            amount=asked["amount"],
            final=asked["final"],
            request_key=f"staff:{asked['request_key']}",
            requested_by=desk.request.user.pk,
        )
        facts = {"amount": format_money(capture.money), "ref": capture.our_ref}
        if fresh:
            said = _("Capture %(ref)s of %(amount)s requested") % facts
            desk.note(said)
    if fresh:
        said = _("Capture of %(amount)s requested. It is sent to the provider within seconds.")
        desk.say(said % facts, messages.SUCCESS)
    else:
        said = _("This capture was already requested. Nothing more was captured.")
        desk.say(said, messages.WARNING)


CAPTURE = Act(
    permission="payments.capture_payment",
    template="payments/admin/capture.html",
    title=gettext_lazy("Capture for order %(number)s"),
    form=_form,
    ask=_ask,
    field="amount",
)
