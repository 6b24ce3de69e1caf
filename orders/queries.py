"""Questions about orders that more than one page asks."""

from __future__ import annotations

from orders.models import Order


def order_by_link(token: str) -> Order | None:
    """The order of a link, whether or not the link still works, with its address."""
    return Order.objects.select_related("address").filter(link_token=token).first()
