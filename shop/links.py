"""Where an order's page stands, for mails and pages below the shop."""

from __future__ import annotations

from django.urls import reverse

from orders.conf import order_settings
from orders.models import Order


def order_page(order: Order) -> str:
    """The absolute URL of an order's page; name it in ORDERS["order_url"]."""
    return order_settings().base_url + reverse("shop:order", args=[order.link_token])
