"""Payments, whatever they are paid with."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant, SavedCard
from payments.sandbox.scenarios import SCENARIOS, Scenario

CHANGES = (
    "status",
    "authorized",
    "captured",
    "released",
    "refunded",
    "refunds_pending",
    "disputed",
    "mode",
    "instrument",
    "scenario",
    "card_brand",
    "card_last4",
    "decline_code",
    "capture_before",
    "saved_card",
    "updated_at",
)


class PaymentStatus(models.TextChoices):
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Method(models.TextChoices):
    CARD = "card"
    WALLET = "wallet"
    QR = "qr"
    BANK_DEBIT = "bank_debit"


def a_day_from_now() -> datetime:
    return timezone.now() + timedelta(days=1)


class Payment(models.Model):
    """One payment of one merchant; it changes by conditional updates only.

    `hold` is how long its money is held for the merchant to capture; none: captured at once.
    """

    public_id = models.CharField(max_length=40, unique=True)
    checkout_token = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payments")
    reference = models.CharField(max_length=64)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200, blank=True)
    return_url = models.CharField(max_length=2000)
    base_url = models.CharField(max_length=300, blank=True)
    method = models.CharField(max_length=20, choices=Method.choices, default=Method.CARD)
    mode = models.CharField(max_length=4, default="test")
    status = models.CharField(
        max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.REQUIRES_ACTION
    )
    authorized = models.BigIntegerField(default=0)
    captured = models.BigIntegerField(default=0)
    released = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    refunds_pending = models.BigIntegerField(default=0)
    disputed = models.BigIntegerField(default=0)
    instrument = models.CharField(max_length=40, blank=True)
    scenario = models.CharField(max_length=40, blank=True)
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    decline_code = models.CharField(max_length=40, blank=True)
    save_card = models.BooleanField(default=False)
    saved_card = models.ForeignKey(
        SavedCard, models.PROTECT, null=True, blank=True, related_name="saved_by"
    )
    charged_card = models.ForeignKey(
        SavedCard, models.PROTECT, null=True, blank=True, related_name="charges"
    )
    hold = models.DurationField(null=True, blank=True)
    capture_before = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(default=a_day_from_now)
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
                condition=Q(authorized__lte=F("amount")),
                name="sandbox_payment_authorized_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(released__gte=0, authorized__gte=F("captured") + F("released")),
                name="sandbox_payment_taken_or_released_within_authorized",
            ),
            models.CheckConstraint(
                condition=~Q(status=PaymentStatus.AUTHORIZED)
                | Q(authorized__gt=F("captured") + F("released"), capture_before__isnull=False),
                name="sandbox_payment_hold_holds_something",
            ),
            models.CheckConstraint(
                condition=Q(
                    refunded__gte=0,
                    refunds_pending__gte=0,
                    captured__gte=F("refunded") + F("refunds_pending"),
                ),
                name="sandbox_payment_given_back_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(disputed__gte=0, disputed__lte=F("captured")),
                name="sandbox_payment_disputed_within_captured",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    def read_again(self) -> None:
        """Read what may have changed meanwhile."""
        self.refresh_from_db(fields=CHANGES)

    @property
    def plays(self) -> Scenario:
        """What this payment goes through; until something is chosen, nothing special."""
        return SCENARIOS[self.scenario or "approve"]

    @property
    def is_open(self) -> bool:
        return self.status == PaymentStatus.REQUIRES_ACTION

    @property
    def is_held(self) -> bool:
        """Whether its money, or some of it, waits for the merchant to capture it."""
        return self.status == PaymentStatus.AUTHORIZED

    @property
    def left(self) -> int:
        """What was authorized, and neither captured nor released."""
        return self.authorized - self.captured - self.released

    @property
    def is_challenged(self) -> bool:
        """Whether it waits for the issuer of its card."""
        return self.is_open and self.plays.challenged
