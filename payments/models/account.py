"""One contract with one provider: its keys, its mode, its webhook address."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import new_token
from payments.providers.base import Account, Refused
from payments.vault import seal, unseal


class Mode(models.TextChoices):
    TEST = "test", _("test")
    LIVE = "live", _("live")


class RefusalReason(models.TextChoices):
    """Why a webhook is not let in, as staff read it."""

    SIGNATURE = Refused.SIGNATURE, _("its signature does not match")
    STALE = Refused.STALE, _("it was signed too long ago, or a clock is wrong")
    ACCOUNT = Refused.ACCOUNT, _("it is about another account")
    MODE = Refused.MODE, _("it is of the other mode")
    MALFORMED = Refused.MALFORMED, _("it cannot be read")
    TOO_LARGE = Refused.TOO_LARGE, _("it is too large")


class ProviderAccount(models.Model):
    """Keys and merchant id at one provider; several accounts of one provider may coexist.

    `methods` are what the provider says the account has, each with the currencies that it is good
    for there, [] being all: {"card": [], "alipay": ["CNY", "GBP"]}; None: nobody has asked. Those
    that are `withheld` are not on offer.

    `feed_cursor` is where we stand in its list of events; at `feed_read_at` we had read all.
    `feed_failures` questions in a row came to nothing, and `feed_alerted_at` people were told; at
    `report_alerted_at` that its reports do not come. `key_refused`: a KeyTrouble may stand, for
    which the next call that goes through looks.
    `old_hook_token` and `old_sealed_secrets`: the webhook address before the last rotation and the
    secrets that were replaced since, both still good until `old_until`. Since `signing_since`
    webhooks go by the secret that is kept; None: by the first. For so many
    `settlement_days` what is in no report is only late, and for `payout_days` a payout on its way.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    provider = models.CharField(_("provider"), max_length=40)
    mode = models.CharField(_("mode"), max_length=4, choices=Mode.choices, default=Mode.TEST)
    merchant_id = models.CharField(_("merchant id"), max_length=80)
    base_url = models.URLField(_("address of the provider"), blank=True)
    sealed_secrets = models.TextField(editable=False)
    hook_token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    old_hook_token = models.CharField(max_length=22, unique=True, null=True, editable=False)  # noqa: DJ001  # unique, and mostly none
    old_sealed_secrets = models.TextField(blank=True, editable=False)
    old_until = models.DateTimeField(null=True, editable=False)
    signing_since = models.DateTimeField(null=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    own_page = models.BooleanField(
        _("card fields on our own page"),
        default=False,
        help_text=_("Where the provider can: its script shows the fields there. Else on its page."),
    )
    methods = models.JSONField(null=True, editable=False)
    withheld = models.JSONField(default=list, editable=False)
    poll_tokens = models.FloatField(default=0, editable=False)
    poll_filled_at = models.DateTimeField(null=True, editable=False)
    feed_cursor = models.CharField(max_length=120, blank=True, editable=False)
    feed_failures = models.PositiveIntegerField(default=0, editable=False)
    feed_alerted_at = models.DateTimeField(null=True, editable=False)
    feed_read_at = models.DateTimeField(_("events listed last"), null=True, editable=False)
    report_alerted_at = models.DateTimeField(null=True, editable=False)
    key_refused = models.BooleanField(default=False, db_default=False, editable=False)
    report_zone = models.CharField(_("time zone of its reports"), max_length=40, default="UTC")
    settlement_days = models.PositiveSmallIntegerField(
        _("days until a payment is in a report"), default=3
    )
    payout_days = models.PositiveSmallIntegerField(
        _("days until a payout is at our bank"), default=5
    )

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        permissions = [("rotate_webhook", _("Can rotate a webhook address"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=Mode.values), name="account_mode_known"
            )
        ]

    def __str__(self) -> str:
        return self.code

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        self.sealed_secrets = seal(secrets)

    @property
    def rotating(self) -> bool:
        """Whether what webhooks went by before the last rotation is still good."""
        return self.old_until is not None and now() < self.old_until

    def answers_to(self, token: str) -> bool:
        """Whether this is its webhook address, or was until a rotation that is under way."""
        return token == self.hook_token or (self.rotating and token == self.old_hook_token)

    def for_provider(self) -> Account:
        """What the adapter gets: plain values, with the secrets opened."""
        return self._plain(unseal(self.sealed_secrets))

    def before_rotation(self) -> Account | None:
        """The same with the secrets that are on their way out; None where none are."""
        if not (self.rotating and self.old_sealed_secrets):
            return None
        return self._plain({**unseal(self.sealed_secrets), **unseal(self.old_sealed_secrets)})

    def _plain(self, secrets: Mapping[str, str]) -> Account:
        return Account(
            code=self.code,
            mode=self.mode,
            merchant_id=self.merchant_id,
            base_url=self.base_url,
            secrets=secrets,
            report_zone=self.report_zone,
        )


class Refusal(models.Model):
    """How many webhooks of an account were refused on one day (UTC) for one reason."""

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="refusals")
    reason = models.CharField(_("reason"), max_length=9, choices=RefusalReason.choices)
    day = models.DateField()
    count = models.PositiveBigIntegerField(default=0)
    last_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "reason", "day"], name="refusals_of_a_day_once"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=RefusalReason.values), name="refusal_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.count}"
