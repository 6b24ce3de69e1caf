"""How an account stood at the end of each day, so that no page adds up the whole history."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from payments.models.account import ProviderAccount


class DayBalance(models.Model):
    """What both sides held at the end of one day, in the zone of the account; minor units.

    Written anew whenever what it was made of has changed: `files` reports were read then that begin
    on the next day or before, and `last_entry` was the newest entry of the ledger. `unexplained` is
    what was left of the difference, None where the day has no report. `denied`: by how much more
    than their lines their reports say to hold by then, and nothing explains it.
    """

    account = models.ForeignKey(
        ProviderAccount,
        models.PROTECT,
        related_name="day_balances",
        verbose_name=_("provider account"),
    )
    day = models.DateField(_("day"))
    currency = models.CharField(_("currency"), max_length=3)
    ours = models.BigIntegerField(_("in our books"))
    theirs = models.BigIntegerField(_("in theirs"))
    unexplained = models.BigIntegerField(_("unexplained"), null=True)
    denied = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField()
    last_entry = models.BigIntegerField()
    written_at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("proof of a day")
        verbose_name_plural = _("proofs of days")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["account", "currency", "day"], name="day_balance_once")
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.currency}"
