"""One row per code and price of the files, and one per order that was picked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Item(models.Model):
    """`sku` is `CODE@price`; `price` in pence."""

    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    price = models.PositiveIntegerField()
    stock = models.PositiveIntegerField()

    objects: ClassVar[models.Manager[Item]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="warehouse_price_above_zero"),
        ]

    def __str__(self) -> str:
        return self.sku


class Pick(models.Model):
    """What makes a second call of take or give back harmless: one row per reference."""

    ref = models.CharField(max_length=64, unique=True)
    given_back = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Pick]] = models.Manager()

    def __str__(self) -> str:
        return self.ref
