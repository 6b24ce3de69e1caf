"""The durable inbox: each event of each webhook once, as it came."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from payments.models.account import ProviderAccount
from payments.models.payment import Attempt
from payments.states import InboxState


class InboxEvent(models.Model):
    """One verified event. The row is the truth; a queue message only says "look"."""

    account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="events", verbose_name=_("provider account")
    )
    event_id = models.CharField(_("event"), max_length=80)
    kind = models.CharField(_("kind"), max_length=80)
    body = models.BinaryField()
    headers = models.JSONField(_("headers"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=InboxState.choices, default=InboxState.RECEIVED
    )
    attempt = models.ForeignKey(
        Attempt, models.PROTECT, null=True, blank=True, related_name="events"
    )
    received_at = models.DateTimeField(_("received"), default=now)
    done_at = models.DateTimeField(_("done"), null=True)
    next_run_at = models.DateTimeField(_("next try"), null=True, default=now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        permissions = [("view_webhook_body", _("Can see the body of a webhook event"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="event_once_per_account"),
            models.CheckConstraint(
                condition=Q(state__in=InboxState.values), name="event_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"], name="event_due", condition=Q(next_run_at__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return self.event_id
