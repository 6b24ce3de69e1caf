"""The bank's book: merchants, payments, refunds, stored answers and events to deliver."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Merchant(models.Model):
    """A shop with an account; the API key is kept as a hash, the secret because we sign with it."""

    public_id = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    api_key_hash = models.CharField(max_length=64, unique=True)
    webhook_secret = models.CharField(max_length=80)
    webhook_url = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"

    def __str__(self) -> str:
        return self.name


class PaymentStatus(models.TextChoices):
    REQUIRES_ACTION = "requires_action"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Payment(models.Model):
    """One payment of one merchant; its totals only grow and only by conditional updates."""

    public_id = models.CharField(max_length=40, unique=True)
    checkout_token = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200, blank=True)
    return_url = models.CharField(max_length=2000)
    status = models.CharField(
        max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.REQUIRES_ACTION
    )
    authorized = models.BigIntegerField(default=0)
    captured = models.BigIntegerField(default=0)
    released = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    decline_code = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "reference"], name="sandbox_payment_reference_once"
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="sandbox_payment_amount_positive"
            ),
            models.CheckConstraint(
                condition=Q(captured__gte=0, captured__lte=F("amount")),
                name="sandbox_payment_captured_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(refunded__gte=0, refunded__lte=F("captured")),
                name="sandbox_payment_refunded_within_captured",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Refund(models.Model):
    """Money given back from one payment."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=20, default="succeeded")
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


class Answer(models.Model):
    """What an idempotency key was answered, kept word for word."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="answers")
    key = models.CharField(max_length=100)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merchant", "key"], name="sandbox_answer_key_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Event(models.Model):
    """A message to a merchant, written with the fact it tells, and the state of its delivery."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="events")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    type = models.CharField(max_length=40)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)
    last_result = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "sandbox"
        indexes: ClassVar = [
            # Only what waits is in the index: finding the next one costs the same for ever.
            models.Index(
                fields=["next_try_at"],
                condition=Q(next_try_at__isnull=False),
                name="sandbox_event_waiting",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
