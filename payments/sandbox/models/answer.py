"""Answers that the bank gave."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from payments.sandbox.models.merchant import Merchant


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
