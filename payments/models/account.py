"""One contract with one provider: its keys, its mode, its webhook address."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import new_token
from payments.providers.base import Account
from payments.vault import seal, unseal


class Mode(models.TextChoices):
    TEST = "test", _("test")
    LIVE = "live", _("live")


class ProviderAccount(models.Model):
    """Keys and merchant id at one provider; several accounts of one provider may coexist.

    `feed_cursor` is where we stand in its list of events; at `feed_read_at` we had read all.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    provider = models.CharField(_("provider"), max_length=40)
    mode = models.CharField(_("mode"), max_length=4, choices=Mode.choices, default=Mode.TEST)
    merchant_id = models.CharField(_("merchant id"), max_length=80)
    base_url = models.URLField(_("address of the provider"), blank=True)
    sealed_secrets = models.TextField(editable=False)
    hook_token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    active = models.BooleanField(_("active"), default=True)
    poll_tokens = models.FloatField(default=0, editable=False)
    poll_filled_at = models.DateTimeField(null=True, editable=False)
    feed_cursor = models.CharField(max_length=120, blank=True, editable=False)
    feed_read_at = models.DateTimeField(_("events listed last"), null=True, editable=False)

    class Meta:
        verbose_name = _("provider account")
        verbose_name_plural = _("provider accounts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(mode__in=Mode.values), name="account_mode_known"
            )
        ]

    def __str__(self) -> str:
        return self.code

    def set_secrets(self, secrets: Mapping[str, str]) -> None:
        self.sealed_secrets = seal(secrets)

    def for_provider(self) -> Account:
        """What the adapter gets: plain values, with the secrets opened."""
        return Account(
            code=self.code,
            mode=self.mode,
            merchant_id=self.merchant_id,
            base_url=self.base_url,
            secrets=unseal(self.sealed_secrets),
        )
