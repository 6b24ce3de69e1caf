"""What a provider sent to our bank account, what the bank says of it, and what it should cost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.clock import now
from payments.models.account import ProviderAccount
from payments.models.settlement import SettlementFile


class Payout(models.Model):
    """What the provider sent to our bank account, as its lines and the bank's statement say it.

    `amount` is what the report says was sent, None until it does; `lines_net` what its lines come
    to; `arrived` what the bank statement says came, None until one does. Minor units.
    """

    account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="payouts", verbose_name=_("provider account")
    )
    ref = models.CharField(_("reference"), max_length=120)
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"), null=True)
    lines_net = models.BigIntegerField(_("what its lines come to"), default=0)
    sent_at = models.DateTimeField(pgettext_lazy("payout", "sent"), null=True)
    arrived = models.BigIntegerField(_("arrived"), null=True)
    arrived_on = models.DateField(_("arrived on"), null=True)

    class Meta:
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.UniqueConstraint(fields=["account", "ref", "currency"], name="payout_once")
        ]
        indexes = [models.Index(fields=["ref"], name="payout_by_ref")]

    def __str__(self) -> str:
        return self.ref


class FailedPayout(models.Model):
    """A payout that did not arrive, as its provider said; MANAGERS are told of it once.

    `amount` in minor units; `reason` in the provider's words. `tell_at`: when to, None once it is.
    """

    account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="failed_payouts", editable=False
    )
    ref = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    tell_at = models.DateTimeField(null=True, default=now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["account", "ref"], name="failed_payout_once")
        ]
        indexes = [
            models.Index(
                fields=["tell_at"],
                name="failed_payout_untold",
                condition=models.Q(tell_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.ref


class BankLine(models.Model):
    """One movement of our bank account, as its statement has it; above zero: money came in."""

    file = models.ForeignKey(SettlementFile, models.PROTECT, related_name="bank_lines")
    line_no = models.BigIntegerField()
    day = models.DateField(_("booked on"))
    currency = models.CharField(_("currency"), max_length=3)
    amount = models.BigIntegerField(_("amount"))
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    text = models.CharField(pgettext_lazy("bank line", "text"), max_length=500, blank=True)
    payout = models.ForeignKey(
        Payout, models.PROTECT, null=True, related_name="bank_lines", verbose_name=_("payout")
    )

    class Meta:
        verbose_name = _("line of a bank statement")
        verbose_name_plural = _("lines of bank statements")
        constraints = [models.UniqueConstraint(fields=["file", "line_no"], name="bank_line_once")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line_no}"


class FeeRule(models.Model):
    """What an account should charge for a capture: a part of it in percent and a fixed amount.

    A fee within `tolerance` of it is posted, any other is asked about. Without a rule every fee is
    posted as it comes. Fixed and tolerance in minor units.
    """

    account = models.ForeignKey(ProviderAccount, models.CASCADE, related_name="fee_rules")
    currency = models.CharField(_("currency"), max_length=3)
    percent = models.DecimalField(_("percent"), max_digits=7, decimal_places=4)
    fixed = models.DecimalField(_("fixed, in minor units"), max_digits=12, decimal_places=2)
    tolerance = models.DecimalField(
        _("tolerance, in minor units"), max_digits=12, decimal_places=2, default=1
    )

    class Meta:
        verbose_name = _("expected fee")
        verbose_name_plural = _("expected fees")
        constraints = [
            models.UniqueConstraint(fields=["account", "currency"], name="fee_rule_once")
        ]

    def __str__(self) -> str:
        return f"{self.percent} % + {self.fixed}"
