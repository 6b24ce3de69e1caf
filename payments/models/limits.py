"""What the database refuses of any amount of ours."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def not_negative(prefix: str, *columns: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(
            condition=Q(**{f"{column}__gte": 0}), name=f"{prefix}_{column}_not_negative"
        )
        for column in columns
    ]
