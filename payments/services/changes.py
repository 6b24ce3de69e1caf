"""Writing of a locked row only what has changed: what was seen before costs no statement."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models


def as_read(row: models.Model) -> dict[str, object]:
    """The columns of a row as they are now."""
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}  # noqa: SLF001  # Django's documented _meta


def save_changes(row: models.Model, before: Mapping[str, object]) -> None:
    """Update the columns that are no longer as they were."""
    changed = [name for name, old in before.items() if getattr(row, name) != old]
    if changed:
        row.save(update_fields=changed)
