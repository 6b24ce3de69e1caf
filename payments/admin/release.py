"""The pages to let go of what is held: of an open order all of it, else what was not captured."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.act import Act, ActForm, Desk
from payments.models import Payment
from payments.services.release import release_hold, release_rest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Asked = dict[str, Any]


def _form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
    return ActForm(data)


def _asking(service: Callable[..., bool], noted: StrOrPromise) -> Callable[[Desk, Asked], None]:
    """Ask for the release with its audit row, or say that it was asked for before."""

    def ask(desk: Desk, _asked: Asked) -> None:
        with transaction.atomic():
            if fresh := service(payment_id=desk.payment.pk, requested_by=desk.request.user.pk):
                desk.note(str(noted))
        if fresh:
            desk.say(_("What is held is released within seconds."), messages.SUCCESS)
        else:
            desk.say(_("Nothing is held any more, so nothing was released."), messages.WARNING)

    return ask


RELEASE = Act(
    permission="payments.capture_payment",
    template="payments/admin/release.html",
    title=gettext_lazy("Release what is held for order %(number)s"),
    form=_form,
    ask=_asking(release_hold, gettext_lazy("Release of what is held requested")),
)
RELEASE_REST = Act(
    permission="payments.capture_payment",
    template="payments/admin/release_rest.html",
    title=gettext_lazy("Release the rest for order %(number)s"),
    form=_form,
    ask=_asking(release_rest, gettext_lazy("Release of the rest requested")),
)
