"""Links to an order's page: a stored token with an end, renewed by mail."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from orders.clock import now
from orders.conf import order_settings
from orders.emails import queue_mail
from orders.models import Order, new_token


def renew_link(*, token: str, email: str) -> bool:
    """Mail a fresh link to the order's own address; False where the address is not the order's."""
    with transaction.atomic():
        order = Order.objects.select_for_update(no_key=True).filter(link_token=token).first()
        if order is None or order.email.casefold() != email.strip().casefold():
            return False
        order.link_token = new_token()
        order.link_expires_at = now() + timedelta(days=order_settings().link_days)
        order.save(update_fields=["link_token", "link_expires_at"])
        queue_mail(order=order, kind="link", subject_ref=order.link_token)
    return True
