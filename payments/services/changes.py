"""Writing of a locked row only what has changed: what was seen before costs no statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models

from payments.errors import LostUpdate

GROWING: Final = frozenset({"authorized", "captured", "released", "refunded", "refund_reversed"})
"""Totals of facts, of an attempt and of a payment: they only grow."""


def as_read(row: models.Model) -> dict[str, object]:
    """The columns of a row as they are now."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}  # noqa: SLF001  # Django's documented _meta


def save_changes(row: models.Model, before: Mapping[str, object]) -> None:
    """Update the columns that are no longer as they were.

    Raises LostUpdate, and changes nothing, where a total would shrink: the row has more of it than
    we would write, which only somebody can have written who did not hold its lock.
    """
    changed = {name: getattr(row, name) for name, old in before.items()}
    changed = {name: new for name, new in changed.items() if new != before[name]}
    if not changed:
        return
    grows = {f"{name}__lte": new for name, new in changed.items() if name in GROWING}
    rows = type(row)._default_manager  # noqa: SLF001  # Django's documented name of it
    if not rows.filter(pk=row.pk, **grows).update(**changed):
        raise LostUpdate(f"{type(row).__name__} {row.pk} has more than it would be left with")
