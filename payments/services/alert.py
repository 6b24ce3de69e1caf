"""Telling people, at most once an hour: of webhooks given up, of lists of events that fail."""

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
from payments.queries import failing_feeds
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


def alert_of_failing_feeds() -> int:
    """Tell MANAGERS of each list of events that fails, once until it is read again; of how many.

    A second call tells nobody anything; a mail that failed is sent then.
    """
    moment = now()
    if not failing_feeds().filter(feed_alerted_at=None).update(feed_alerted_at=moment):
        return 0
    mine = failing_feeds().filter(feed_alerted_at=moment)
    failures = dict(mine.values_list("code", "feed_failures"))
    logger.error("lists of events cannot be read, failures in a row: %s", failures)
    try:
        _tell_of_feeds(failures)
    except UNSENDABLE as error:
        logger.warning("nobody was told of them: %s", type(error).__name__)
        mine.update(feed_alerted_at=None)
    return len(failures)


def _tell_of_feeds(failures: dict[str, int]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("Webhooks that get lost are found in these lists, so they are missed now."),
            _(
                "Run “manage.py payments_doctor” with the account's code: it says whether the "
                "provider still takes its key, and what to do."
            ),
            _("The log “till.payments” says why. You are told again only after it was well."),
            "",
            *(f"{code}: {number}" for code, number in failures.items()),
        ]
        mail_managers(_("A list of events cannot be read"), "\n".join(lines))


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
