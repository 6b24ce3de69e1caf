"""Ways to pay that a provider keeps for a shopper; never a card number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import new_token
from payments.brands import brand_name
from payments.models.account import ProviderAccount

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class CardFace(models.Model):
    """What anybody may read of a card; "" where the provider tells nothing of it."""

    brand = models.CharField(_("brand"), max_length=40, blank=True)
    last4 = models.CharField(_("last four digits"), max_length=4, blank=True)

    class Meta:
        abstract = True

    @property
    def brand_name(self) -> StrOrPromise:
        return brand_name(self.brand)

    @property
    def face(self) -> StrOrPromise:
        """In as many words as we know: "Visa ···· 4242", or "Link"."""
        return f"{self.brand_name} ···· {self.last4}" if self.last4 else self.brand_name


class SavedMethod(CardFace):
    """One card that its owner may charge again. `token` names it in forms.

    From `removed_at` on it is offered no more; the row goes once its provider has let it go.
    """

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="saved_methods")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_payment_methods"
    )
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    method = models.CharField(_("method"), max_length=40)
    provider_id = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("saved payment method")
        verbose_name_plural = _("saved payment methods")
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="saved_method_once")
        ]
        indexes = [
            models.Index(
                fields=["removed_at"],
                condition=models.Q(removed_at__isnull=False),
                name="saved_method_removed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.brand_name} {self.last4}".rstrip()
