"""Money that goes back: refunds, wanted by the merchant, and disputes, opened by the shopper."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant
from payments.sandbox.models.payment import Payment


class RefundStatus(models.TextChoices):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refund(models.Model):
    """Money given back from one payment."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(
        max_length=20, choices=RefundStatus.choices, default=RefundStatus.SUCCEEDED
    )
    failure_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "reference"], name="sandbox_refund_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="sandbox_refund_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class DisputeStatus(models.TextChoices):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Dispute(models.Model):
    """A shopper's word against a payment; while it is open or lost, nothing can be refunded.

    `evidence` is what the merchant had to say, once.
    """

    public_id = models.CharField(max_length=40, unique=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    amount = models.BigIntegerField()
    status = models.CharField(
        max_length=20, choices=DisputeStatus.choices, default=DisputeStatus.OPEN
    )
    reason = models.CharField(max_length=40)
    evidence_due_at = models.DateTimeField()
    evidence = models.JSONField(default=dict)
    evidence_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="sandbox_dispute_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
