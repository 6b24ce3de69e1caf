"""Keys that a provider does not take, or that may not do what they must, as rows of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.admin.queue.row import Row
from payments.models import KeyTrouble

SEE_ACCOUNTS: Final = "payments.view_provideraccount"


def key_rows(_request: HttpRequest, troubles: Sequence[KeyTrouble]) -> list[Row]:
    return [_row(each, each.since) for each in troubles if each.since]


def _row(trouble: KeyTrouble, since: datetime) -> Row:
    told = {"account": trouble.account.code, "deed": trouble.deed, "permission": trouble.lacks}
    title = _("The provider does not take the key of %(account)s")
    what = _("New card payments are refused and refunds wait.")
    if trouble.verb:
        title = _("The key of %(account)s may not %(deed)s")
        what = _("What needs that is refused, or waits.")
    doctor = _("Run “manage.py payments_doctor %(account)s”: it says what to do.") % told
    return Row(
        title=title % told,
        what=f"{what} {doctor}",
        since=since,
        detail=_("it lacks %(permission)s") % told if trouble.lacks else "",
        url=reverse("admin:payments_provideraccount_change", args=[trouble.account_id]),
    )
