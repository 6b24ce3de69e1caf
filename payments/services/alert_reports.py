"""Telling people of settlement reports that do not come, or were refused."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import mail_managers
from django.db.models import F, Max, Q
from django.utils import translation
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import UNSENDABLE
from payments.models import ProviderAccount
from payments.models.settlement import FileState
from payments.monitoring.late import late_reports, refused_reports

logger = logging.getLogger("till.reconciliation")


def alert_of_refused_reports() -> int:
    """Tell MANAGERS of fetched reports that were refused since the last time; of how many.

    A second call tells nobody anything; a mail that failed is sent then.
    """
    moment = now()
    if not refused_reports().filter(alerted_at=None).update(alerted_at=moment):
        return 0
    mine = refused_reports().filter(alerted_at=moment)
    files = list(mine.order_by("pk"))
    logger.error("settlement reports were refused: %s", [file.name for file in files])
    with translation.override(settings.LANGUAGE_CODE):
        lines = [_("They count for nothing. Get them right at the provider, and upload them."), ""]
        told = [f"{file.name}: {file.refused_for}" for file in files]
        sent = _tell(_("A settlement report was refused"), [*lines, *told])
    if not sent:
        mine.update(alerted_at=None)
    return len(told)


def alert_of_late_reports() -> int:
    """Tell MANAGERS of accounts whose reports do not come, once until one does; of how many.

    A second call tells nobody anything; a mail that failed is sent then.
    """
    late, moment = late_reports(), now()
    came = Max("settlement_files__ended_at", filter=Q(settlement_files__state=FileState.LOADED))
    here = ProviderAccount.objects.filter(code__in=late).annotate(came=came)
    untold = Q(report_alerted_at=None) | Q(report_alerted_at__lt=F("came"))
    mine = ProviderAccount.objects.filter(
        pk__in=list(here.filter(untold).values_list("pk", flat=True))
    )
    if not mine.update(report_alerted_at=moment):
        return 0
    codes = list(mine.order_by("code").values_list("code", flat=True))
    logger.error("settlement reports do not come: %s", codes)
    with translation.override(settings.LANGUAGE_CODE):
        lines = [_("The log “till.reconciliation” says why. Until they come, books do not agree.")]
        none = _("none came yet")
        last = [f"{code}: {late[code] or none}" for code in codes]
        sent = _tell(_("Settlement reports do not come"), [*lines, "", *last])
    if not sent:
        mine.update(report_alerted_at=None)
    return len(codes)


def _tell(subject: str, lines: list[str]) -> bool:
    try:
        mail_managers(subject, "\n".join(lines))
    except UNSENDABLE as error:
        logger.warning("nobody was told of them: %s", type(error).__name__)
        return False
    return True
