"""The one row that the reference view writes."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Row(models.Model):
    """A token and a moment: about the least that a page has to remember."""

    objects: ClassVar[models.Manager[Row]] = models.Manager()
    token = models.CharField(max_length=22, unique=True)
    written_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.token
