"""Telling people of webhooks that were given up: one mail for all of them, at most once an hour."""

from __future__ import annotations

import logging
from typing import Final

from django.conf import settings
from django.core.mail import mail_managers
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.clock import now
from orders.emails import UNSENDABLE
from payments.models import InboxEvent
from payments.states import InboxState

TASK: Final = "payments.alert_of_dead_events"
logger = logging.getLogger("till.inbox")


def alert_of_dead_events() -> int:
    """Tell MANAGERS of events given up since the last time; returns of how many.

    Beat sets the pace. A second call tells nobody anything; a mail that failed is sent then.
    """
    untold = InboxEvent.objects.filter(state=InboxState.DEAD, alerted_at__isnull=True)
    moment = now()
    if not untold.update(alerted_at=moment):
        return 0
    mine = InboxEvent.objects.filter(state=InboxState.DEAD, alerted_at=moment)
    counts = dict(mine.values_list("account__code").annotate(Count("pk")).order_by("account__code"))
    count = sum(counts.values())
    logger.error("%s webhook events were given up: %s", count, counts)
    try:
        _tell(count, counts)
    except UNSENDABLE as error:
        logger.warning("nobody was told of them: %s", type(error).__name__)
        mine.update(alerted_at=None)
    return count


def _tell(count: int, counts: dict[str, int]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext(
            "%(count)s webhook was given up", "%(count)s webhooks were given up", count
        )
        lines = [
            _("They were tried eight times, waited three days for a payment, or cannot be read."),
            _("Look at them in the admin, “Webhook events”, state “given up”, and replay them."),
            "",
            *(f"{code}: {number}" for code, number in counts.items()),
        ]
        mail_managers(subject % {"count": count}, "\n".join(lines))
