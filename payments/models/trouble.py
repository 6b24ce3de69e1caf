"""What a provider does not let our key do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from payments.models.account import ProviderAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LIST_EVENTS: Final = "list_events"
DEEDS: Final[dict[str, StrOrPromise]] = {
    "capture": _("charge what is held"),
    "create": _("open payments"),
    "evidence": _("send evidence in disputes"),
    LIST_EVENTS: _("read the list of events"),
    "query": _("ask what became of payments"),
    "refund": _("refund"),
    "void": _("close payments and release holds"),
}
"""What a kind of call is for, as staff read it."""


class KeyTrouble(models.Model):
    """That an account's key is not taken, or not for one kind of call; one row each, kept.

    `verb`: that of the call which it may not make; "" where it is not taken at all. `lacks`: the
    permission, where they tell. `since` is None once such a call went through; `logged_at` and
    `alerted_at`: when people were told last.
    """

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="key_troubles")
    verb = models.CharField(max_length=12, blank=True)
    lacks = models.CharField(max_length=80, blank=True)
    since = models.DateTimeField(null=True, default=now)
    logged_at = models.DateTimeField(null=True)
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "verb"], name="key_trouble_once"),
        ]
        indexes = [
            models.Index(
                fields=["since", "id"],
                name="key_trouble_open",
                condition=Q(since__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.verb

    @property
    def deed(self) -> StrOrPromise:
        """What the key may not do."""
        return DEEDS.get(self.verb, self.verb)
