"""Events, and how far their delivery is."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant
from payments.sandbox.models.payment import Payment


class Event(models.Model):
    """A message to a merchant, written with the fact it tells, and the state of its delivery."""

    public_id = models.CharField(max_length=40, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="events")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="events")
    type = models.CharField(max_length=40)
    body = models.TextField()
    # How often it has still to be acknowledged: one that gets lost starts with none.
    copies = models.PositiveSmallIntegerField(default=1)
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
