"""The cart: what a shopper wants, and never what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from orders.clock import now
from orders.models import new_token

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager


class Cart(models.Model):
    """One shopper's cart. `token` stands in the session; `checkout_key` makes it one order.

    Ordering deletes the row; the token that stays in the session then finds nothing.
    """

    token = models.CharField(max_length=22, unique=True, default=new_token)
    checkout_key = models.CharField(max_length=22, unique=True, default=new_token)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(default=now)

    if TYPE_CHECKING:
        lines: RelatedManager[CartLine]

    def __str__(self) -> str:
        return f"cart {self.pk}"


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
