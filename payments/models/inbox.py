"""The durable inbox: each event of each webhook once, as it came."""

from __future__ import annotations

from functools import cache
from typing import Final

from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from payments.models.account import ProviderAccount
from payments.models.payment import Attempt
from payments.states import INBOX_NEXT, InboxState

AGAIN: Final = tuple(state for state, moves in INBOX_NEXT.items() if moves)
"""An event that may still be applied."""


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

    def store(self) -> bool:
        """Insert it, or queue it again where it is stored and not done; False where it is done.

        One statement, since a webhook does nothing else; neither save nor bulk_create can say
        "unless it is done".
        """
        fields = [field for field in self._meta.concrete_fields if not field.primary_key]
        values = [
            field.get_db_prep_save(field.pre_save(self, add=True), connection) for field in fields
        ]
        columns = tuple(str(field.column) for field in fields)
        with connection.cursor() as cursor:
            cursor.execute(_insert_or_queue(self._meta.db_table, columns), [*values, *AGAIN])
            return cursor.fetchone() is not None


@cache
def _insert_or_queue(table: str, columns: tuple[str, ...]) -> str:
    quote = connection.ops.quote_name
    return (
        f"INSERT INTO {quote(table)} ({', '.join(map(quote, columns))}) "  # noqa: S608  # our own names
        f"VALUES ({', '.join(['%s'] * len(columns))}) "
        "ON CONFLICT (account_id, event_id) DO UPDATE "
        "SET state = EXCLUDED.state, next_run_at = EXCLUDED.next_run_at "
        f"WHERE {quote(table)}.state IN ({', '.join(['%s'] * len(AGAIN))}) RETURNING id"
    )
