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

REPLAYABLE: Final = (*AGAIN, InboxState.DONE)
"""An event that staff may have applied again; where it is done, that changes nothing."""

SETTLED: Final = (InboxState.DONE, InboxState.IGNORED, InboxState.DEAD)
"""An event that nothing waits for, so that its body may be forgotten."""

DRAIN_TASK: Final = "payments.drain_inbox"


class InboxEvent(models.Model):
    """One verified event. The row is the truth; a queue message only says "look".

    `deferred`: not verified yet, so that it is a whole request, and its events are stored anew once
    a worker has verified it. `forgotten_at`: its body and headers are gone, its key is kept.
    """

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
    deferred = models.BooleanField(_("verified later"), default=False)
    received_at = models.DateTimeField(_("received"), default=now)
    done_at = models.DateTimeField(_("done"), null=True)
    next_run_at = models.DateTimeField(_("next try"), null=True, default=now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    alerted_at = models.DateTimeField(null=True, editable=False)
    forgotten_at = models.DateTimeField(_("body forgotten"), null=True)

    class Meta:
        verbose_name = _("webhook event")
        verbose_name_plural = _("webhook events")
        permissions = [
            ("view_webhook_body", _("Can see the body of a webhook event")),
            ("replay_webhook", _("Can replay a webhook event")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="event_once_per_account"),
            models.CheckConstraint(
                condition=Q(state__in=InboxState.values), name="event_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"], name="event_due", condition=Q(next_run_at__isnull=False)
            ),
            models.Index(
                fields=["alerted_at"], name="event_dead", condition=Q(state=InboxState.DEAD)
            ),
            models.Index(
                fields=["received_at"],
                name="event_body_kept",
                condition=Q(forgotten_at__isnull=True, state__in=SETTLED),
            ),
        ]

    def __str__(self) -> str:
        return self.event_id

    def store(self) -> bool:
        """Insert it, or queue it again where it is stored and not done; False where it is done.

        One that dies again is told of again.

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
    kept = quote(table)
    return (
        f"INSERT INTO {kept} ({', '.join(map(quote, columns))}) "  # noqa: S608  # our own names
        f"VALUES ({', '.join(['%s'] * len(columns))}) "
        "ON CONFLICT (account_id, event_id) DO UPDATE "
        "SET state = EXCLUDED.state, next_run_at = EXCLUDED.next_run_at, "
        + "".join(
            f"{name} = CASE WHEN {kept}.forgotten_at IS NULL THEN {kept}.{name} "
            f"ELSE EXCLUDED.{name} END, "
            for name in ("body", "headers")
        )
        + f"alerted_at = CASE WHEN EXCLUDED.state = {kept}.state THEN {kept}.alerted_at END, "
        f"forgotten_at = NULL WHERE {kept}.state IN ({', '.join(['%s'] * len(AGAIN))}) "
        "RETURNING id"
    )


class ParkedReference(models.Model):
    """An id of the provider's that a parked event names; it waits until a payment has it."""

    event = models.ForeignKey(InboxEvent, models.CASCADE, related_name="references")
    object_id = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["object_id", "event"], name="parked_reference_once_per_event"
            )
        ]

    def __str__(self) -> str:
        return self.object_id
