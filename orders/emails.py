"""The outbox: mails are rows written with their cause, sent later, and never undo a sale."""

from __future__ import annotations

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import mail_managers, send_mail
from django.db.models import F
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orders.clock import now
from orders.conf import order_settings
from orders.errors import Unforeseen
from orders.models import Mail, Order
from orders.money import Money
from orders.wake import wake

BATCH = 100
LEASE = timedelta(seconds=12)
BACK_OFF = [
    *(timedelta(seconds=s) for s in (30, 120, 600, 3600, 6 * 3600)),
    *[timedelta(days=1)] * 14,
]
"""The pauses after each failed try; the try after the last one is the last."""

# A server that refuses, an address it cannot take, a template somebody broke.
UNSENDABLE = (SMTPException, OSError, ValueError, TemplateDoesNotExist, TemplateSyntaxError)
logger = logging.getLogger("till.mail")

MailContext = dict[str, str | int]


def queue_mail(
    *, order: Order, kind: str, subject_ref: str, context: MailContext | None = None
) -> None:
    """Owe one mail in the transaction of its cause. A second call changes nothing."""
    mail = Mail(
        kind=kind,
        subject_ref=subject_ref,
        order=order,
        language=order.language,
        context=context or {},
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    wake("orders.send_mail")


def order_url(order: Order) -> str:
    """The absolute URL of the order's page, by the callable in ORDERS["order_url"]."""
    path = order_settings().order_url
    return str(import_string(path)(order)) if path else ""


def send_due_mail() -> int:
    """Send up to a hundred mails whose time has come; returns how many were looked at.

    A mail that raises is put off like any that fails; the others go, then the first error goes on
    to the log. MANAGERS are told, by one mail, of those that were tried for the last time.
    """
    due = Mail.objects.filter(sent_at__isnull=True, next_run_at__lte=now())
    looked = lost = 0
    unexpected: Exception | None = None
    for mail in due.select_related("order__address").order_by("next_run_at")[:BATCH]:
        looked += 1  # another worker's count too: whoever sees a full batch wakes the next
        if not _claim(mail):
            continue
        error = _send(mail)
        if error is None:
            continue
        lost += _put_off(mail, error)
        if not isinstance(error, UNSENDABLE):
            unexpected = unexpected or error
    if lost:
        _tell_managers(lost)
    if unexpected:
        raise Unforeseen.of(unexpected) from None
    return looked


def _claim(mail: Mail) -> bool:
    """One worker takes the row for some seconds; if it dies, the sweep finds the row again.

    Keep EMAIL_TIMEOUT below the lease, or a slow mail server gets the same mail twice.
    """
    claimed = Mail.objects.filter(
        pk=mail.pk, sent_at__isnull=True, next_run_at=mail.next_run_at
    ).update(next_run_at=now() + LEASE, tries=F("tries") + 1)
    return claimed == 1


def _send(mail: Mail) -> Exception | None:
    """Send one mail; returns why that failed, None where it is out."""
    sender = order_settings().mail_from or settings.DEFAULT_FROM_EMAIL
    try:
        subject, body = render_mail(mail)
        send_mail(subject, body, sender, [mail.order.email])
    except Exception as error:  # noqa: BLE001  # the caller raises it, once the others are out
        return error
    Mail.objects.filter(pk=mail.pk).update(sent_at=now(), next_run_at=None, last_error="")
    return None


def _put_off(mail: Mail, error: Exception) -> bool:
    """Count the try as failed; True where it was the last one.

    Only the name of the error is kept, since its text may hold an address.
    """
    name = type(error).__name__
    logger.warning("mail %s not sent: %s", mail.pk, name)
    again = now() + BACK_OFF[mail.tries] if mail.tries < len(BACK_OFF) else None
    Mail.objects.filter(pk=mail.pk).update(next_run_at=again, last_error=name)
    return again is None


def _tell_managers(lost: int) -> None:
    """Say how many are given up, in the log too, since the mail server may be what is broken."""
    logger.error("%s mails were given up", lost)
    with translation.override(settings.LANGUAGE_CODE):
        subject = ngettext("%(count)s mail was given up", "%(count)s mails were given up", lost)
        body = _("They were tried for two weeks. Each is on the page of its order, as “given up”.")
        try:
            mail_managers(subject % {"count": lost}, body)
        except UNSENDABLE as error:
            logger.warning("nobody was told of them: %s", type(error).__name__)


def render_mail(mail: Mail) -> tuple[str, str]:
    """Subject and text in the order's language, from orders/mail/<kind>.txt."""
    order = mail.order
    context = {
        "order": order,
        "lines": order.lines.all(),
        "order_url": order_url(order),
        "shop_name": order_settings().shop_name,
        **mail.context,
    }
    if "amount" in mail.context:
        context["money"] = Money(int(mail.context["amount"]), order.currency)
    with translation.override(mail.language):
        subject = render_to_string(f"orders/mail/{mail.kind}_subject.txt", context)
        body = render_to_string(f"orders/mail/{mail.kind}.txt", context)
    return " ".join(subject.split()), body.strip() + "\n"
