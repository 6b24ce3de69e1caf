"""Telling people of keys that a provider does not take, or that may not do what they must."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import mail_managers
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import UNSENDABLE
from payments.models import KeyTrouble
from payments.models.trouble import LIST_EVENTS
from payments.queries import key_troubles

logger = logging.getLogger("till.payments")
TOLD_EVERY: Final = timedelta(days=1)
"""Calls of one kind may need several permissions: what comes and goes is told of once a day."""


def alert_of_refused_keys() -> int:
    """Tell MANAGERS of keys that are refused, once until they are taken again; of how many calls.

    What begins anew within a day is told of after it, if it stands then. A list of events that is
    not read has a mail of its own. A second call tells nobody anything; a mail that failed is sent
    then.
    """
    moment = now()
    anew = Q(alerted_at__lt=F("since"), alerted_at__lte=moment - TOLD_EVERY)
    untold = Q(alerted_at=None) | anew
    found = list(key_troubles().filter(untold).exclude(verb=LIST_EVENTS))
    if not found:
        return 0
    mine = KeyTrouble.objects.filter(pk__in=[each.pk for each in found])
    if not mine.filter(untold).update(alerted_at=moment):
        return 0
    try:
        _tell(found)
    except UNSENDABLE as error:
        logger.warning("nobody was told of refused keys: %s", type(error).__name__)
        mine.filter(alerted_at=moment).update(alerted_at=None)
    return len(found)


def _tell(found: list[KeyTrouble]) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        lines = [
            _("What is asked with such a key is not done: payments are refused, refunds wait."),
            _("Run “manage.py payments_doctor” with the account's code: it says what to do."),
            _("You are told again only after it was well."),
            "",
            *(f"{each.account.code}: {told_of(each)}" for each in found),
        ]
        mail_managers(_("A provider does not take our key"), "\n".join(lines))


def told_of(trouble: KeyTrouble) -> str:
    """What the key may not, in a line."""
    if not trouble.verb:
        return _("the key is not taken")
    told = {"deed": trouble.deed, "permission": trouble.lacks or "?"}
    return _("the key may not %(deed)s: it lacks %(permission)s") % told
