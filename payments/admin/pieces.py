"""The fields of pieces: a line that ran out since the page was shown keeps its own."""

from __future__ import annotations

from collections.abc import Mapping

from orders.models import OrderLine


def field_of(line: OrderLine) -> str:
    return f"pieces_{line.pk}"


def was_shown(line: OrderLine, data: Mapping[str, str] | None) -> bool:
    """Whether the page that was sent had a field for it."""
    return field_of(line) in (data or {})
