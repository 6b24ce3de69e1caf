"""Ways to pay that a provider keeps for a shopper; never a card number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
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


LEAVING: Final = Q(forgotten_at=None) & (Q(user=None) | Q(removed_at__isnull=False))
"""Those that their provider has still to let go: removed by their shopper, or left without one."""


class SavedMethod(CardFace):
    """One card that its owner may charge again. `token` names it in forms.

    `fingerprint` is the same for every time that its provider keeps the card; "" where not told.

    From `removed_at` on it is offered no more, and its provider is told to let it go, not before
    `next_run_at` (None: at once). Once it has, the row stays, since the answers about the old order
    go on naming the card; it tells nothing of it any more. `alerted_at`: staff were told that it
    takes long.
    """

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="saved_methods")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="saved_payment_methods"
    )
    token = models.CharField(max_length=22, unique=True, default=new_token, editable=False)
    method = models.CharField(_("method"), max_length=40)
    provider_id = models.CharField(max_length=120)
    fingerprint = models.CharField(
        max_length=64, blank=True, default="", db_default="", editable=False
    )
    created_at = models.DateTimeField(default=now)
    removed_at = models.DateTimeField(null=True, editable=False)
    next_run_at = models.DateTimeField(null=True, editable=False)
    alerted_at = models.DateTimeField(null=True, editable=False)
    forgotten_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("saved payment method")
        verbose_name_plural = _("saved payment methods")
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="saved_method_once"),
            models.CheckConstraint(
                condition=Q(forgotten_at=None)
                | Q(removed_at__isnull=False, user=None, brand="", last4="", fingerprint=""),
                name="saved_method_forgotten_tells_nothing",
            ),
        ]
        indexes = [
            models.Index(fields=["next_run_at"], condition=LEAVING, name="saved_method_leaving")
        ]

    def __str__(self) -> str:
        return f"{self.brand_name} {self.last4}".rstrip()
