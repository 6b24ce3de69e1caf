"""Telling people of removed cards that their provider does not let go."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import mail_managers
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import UNSENDABLE
from payments.queries import staying_methods

logger = logging.getLogger("till.payments")


def alert_of_staying_cards() -> int:
    """Tell MANAGERS of removed cards that are still kept after days, once of each; of how many.

    A second call tells nobody anything; a mail that failed is sent then.
    """
    moment = now()
    if not staying_methods().filter(alerted_at=None).update(alerted_at=moment):
        return 0
    mine = staying_methods().filter(alerted_at=moment)
    counts = dict(mine.values_list("account__code").annotate(Count("pk")).order_by("account__code"))
    logger.error("removed cards are still kept by their providers: %s", counts)
    try:
        _tell(counts)
    except UNSENDABLE as error:
        logger.warning("nobody was told of them: %s", type(error).__name__)
        mine.update(alerted_at=None)
    return sum(counts.values())


def _tell(counts: dict[str, int]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("Their shoppers removed them, or were deleted, and the provider still keeps them."),
            _("The log “till.payments” names each and says why. It is tried again every day."),
            _("A card that you remove at the provider's own site counts as gone at the next try."),
            "",
            *(f"{code}: {number}" for code, number in counts.items()),
        ]
        mail_managers(_("Removed cards are still kept by the provider"), "\n".join(lines))
