"""Movements: every change of what the bank owes a merchant, and what it has paid out of that."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant

FINE: Final = 10_000
"""Fees and balances are whole numbers of so small a part of a minor unit: sums stay exact."""


def rounded(amount: int) -> int:
    """Whole minor units of so many `FINE` parts; a half is rounded up."""
    return (amount + FINE // 2) // FINE


class MovementKind(models.TextChoices):
    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_REVERSED = "refund_reversed"
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"
    FEE = "fee"
    PAYOUT = "payout"


class Payout(models.Model):
    """What a merchant is sent in one currency: the money of a day, and of days before it in debt.

    `day` is the one at whose end it was sent, and `amount` minor units; None until there is more
    to send than to claim.
    """

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="payouts")
    day = models.DateField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merchant", "day", "currency"], name="sandbox_payout_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["merchant", "currency"],
                condition=Q(day__isnull=True),
                name="sandbox_payout_one_unsent",
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=True, amount__isnull=True)
                | Q(day__isnull=False, amount__gt=0),
                name="sandbox_payout_sends_something",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Movement(models.Model):
    """One change of a balance, written with its cause; later it only learns its payout, once.

    `gross` is signed minor units, `fee` in `FINE` parts of one, above zero where it cost. `name` is
    the public id of what moved the money, `reference` the merchant's word for it. It counts in the
    day of `settled_at`, which is later than `occurred_at` where that day had been closed early.
    """

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    name = models.CharField(max_length=40)
    reference = models.CharField(max_length=64, blank=True)
    method = models.CharField(max_length=20, blank=True)
    mode = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    occurred_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    payout = models.ForeignKey(
        Payout, models.PROTECT, null=True, blank=True, related_name="movements"
    )

    class Meta:
        app_label = "sandbox"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "name"], name="sandbox_movement_once"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="sandbox_movement_fee_costs"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["merchant", "settled_at"], name="sandbox_movement_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
