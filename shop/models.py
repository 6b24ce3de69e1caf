"""The cart: what a shopper wants, and never what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property

from orders.clock import now
from orders.models import new_token

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Cart(models.Model):
    """One shopper's cart. `token` stands in the session, and becomes its order's `checkout_key`.

    Ordering deletes the row; the token that stays in the session then finds only the order.
    """

    token = models.CharField(max_length=22, unique=True, default=new_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    if TYPE_CHECKING:
        lines: RelatedManager[CartLine]

    def __str__(self) -> str:
        return f"cart {self.pk}"

    @cached_property
    def held(self) -> list[CartLine]:
        """The lines as they were when they were first asked for, or when the cart was found."""
        return list(self.lines.all())


class CartLine(models.Model):
    """So many pieces of one SKU."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    sku = models.CharField(max_length=64)
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "sku"], name="cart_line_once_per_sku"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="cart_line_has_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.sku}"
