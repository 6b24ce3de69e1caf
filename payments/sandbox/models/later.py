"""What the bank has still to do by itself, and when."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from payments.sandbox.models.payment import Payment
from payments.sandbox.models.reversal import Refund


class Act(models.TextChoices):
    EXPIRE = "expire"
    LAPSE = "lapse"
    SETTLE = "settle"
    FINISH_REFUND = "finish_refund"
    OPEN_DISPUTE = "open_dispute"
    CLOSE_DISPUTE = "close_dispute"


class Later(models.Model):
    """One act that is due at its time, and is done once."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="later")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="later")
    act = models.CharField(max_length=20, choices=Act.choices)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "sandbox"
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=Q(done_at__isnull=True), name="sandbox_later_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.payment_id}"
