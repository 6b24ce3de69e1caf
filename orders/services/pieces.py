"""The pieces that people choose of an order's lines."""

from __future__ import annotations

from collections.abc import Mapping

from orders.models import Order, OrderLine


def chosen_lines(order: Order, pieces: Mapping[int, int]) -> list[tuple[OrderLine, int]]:
    """Lines of which at least one piece is chosen, in their order; other orders' are left out."""
    lines = order.lines.filter(pk__in=[key for key, count in pieces.items() if count > 0])
    return [(line, pieces[line.pk]) for line in lines]
