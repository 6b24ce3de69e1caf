"""Telling people that evidence in a dispute is due: 72 and 24 hours ahead, each time once."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.mail import mail_managers
from django.db.models import QuerySet
from django.utils import translation
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _

from orders.clock import now
from orders.emails import UNSENDABLE
from orders.formats import format_moment, format_money
from payments.models import Dispute
from payments.schedule import next_reminder
from payments.states import UNDECIDED, EvidenceState

TASK: Final = "payments.remind_of_evidence"
BATCH: Final = 100
LEASE: Final = timedelta(minutes=5)
"""How long a mail may take; if its worker dies, the sweep finds the row again."""
logger = logging.getLogger("till.payments")


def remind_of_evidence() -> int:
    """Tell MANAGERS of up to a hundred disputes that wait for evidence; returns how many were due.

    A second call tells nobody anything; a mail that failed is sent then.
    """
    moment = now()
    waiting = Dispute.objects.filter(remind_at__lte=moment, evidence_due_at__gt=moment)
    known = waiting.select_related("account", "attempt__payment__order")
    due = list(known.order_by("remind_at", "pk")[:BATCH])
    for dispute in due:
        _remind(dispute, moment)
    return len(due)


def _remind(dispute: Dispute, moment: datetime) -> None:
    """Send one mail, if no other worker does and nobody has answered meanwhile."""
    if dispute.evidence_due_at is None or not _still(dispute).update(remind_at=moment + LEASE):
        return
    dispute.remind_at = moment + LEASE
    try:
        _tell(dispute, dispute.evidence_due_at, moment)
    except UNSENDABLE as error:
        logger.warning("nobody was reminded of evidence: %s", type(error).__name__)
    else:
        _still(dispute).update(remind_at=next_reminder(dispute.evidence_due_at, at=moment))


def _still(dispute: Dispute) -> QuerySet[Dispute]:
    """The dispute as it was read; evidence, a decision or another worker changes `remind_at`."""
    return Dispute.objects.filter(pk=dispute.pk, status__in=UNDECIDED, remind_at=dispute.remind_at)


def _tell(dispute: Dispute, due: datetime, moment: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        facts = {
            "number": dispute.attempt.payment.order.number,
            "amount": format_money(dispute.money),
            "account": dispute.account.code,
            "due": format_moment(due),
            "left": timeuntil(due, moment),
        }
        subject = _("Evidence is due in %(left)s: dispute over order %(number)s")
        asked = _(
            "The shopper's bank asks about %(amount)s of order %(number)s (account %(account)s)."
        )
        claimed = _("The shopper claims %(amount)s of order %(number)s back (account %(account)s).")
        lines = [asked if dispute.is_inquiry else claimed, *_to_do(dispute)]
        mail_managers(subject % facts, "\n".join(line % facts for line in lines))


def _to_do(dispute: Dispute) -> list[str]:
    if dispute.evidence.filter(state=EvidenceState.SENDING).exists():
        return [
            _("Evidence is due by %(due)s; what was written has not got through to the provider."),
            _(
                "It is sent again until then. See “Disputes” in the admin, and at the provider's "
                "own site whether it is there. Without an answer the bank decides alone."
            ),
        ]
    return [
        _("Evidence is due by %(due)s; nothing was sent yet, or it was not taken."),
        _("Answer it in the admin, “Disputes”. Without an answer the bank decides alone."),
    ]
