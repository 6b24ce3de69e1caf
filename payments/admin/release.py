"""The page to let go of a hold that an open order cannot use."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.act import Act, ActForm, Desk
from payments.models import Payment
from payments.services.release import release_hold


def _form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
    return ActForm(data)


def _ask(desk: Desk, _asked: dict[str, Any]) -> None:
    """Ask for the release with its audit row, or say that it was asked for before."""
    with transaction.atomic():
        if fresh := release_hold(payment_id=desk.payment.pk):
            desk.note(_("Release of what is held requested"))
    if fresh:
        desk.say(_("What is held is released within seconds."), messages.SUCCESS)
    else:
        desk.say(_("Nothing is held any more, so nothing was released."), messages.WARNING)


RELEASE = Act(
    permission="payments.capture_payment",
    template="payments/admin/release.html",
    title=gettext_lazy("Release what is held for order %(number)s"),
    form=_form,
    ask=_ask,
)
