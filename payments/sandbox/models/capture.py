"""Captures: what a merchant took of the money that was held for it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant
from payments.sandbox.models.payment import Payment


class Capture(models.Model):
    """Money taken from one authorized payment, in full or in part."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="captures")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="captures")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "reference"], name="sandbox_capture_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="sandbox_capture_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
