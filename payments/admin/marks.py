"""Small pieces of HTML that several admin pages share."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders.models import Order
from payments.badges import badge

STYLE: dict[str, Sequence[str]] = {"all": ["payments/admin.css"]}


def badge_mark(state: TextChoices) -> SafeString:
    shown = badge(state)
    return format_html('<span class="till-badge till-{}">{}</span>', shown.tone.value, shown.text)


def order_link(order: Order, reference: str = "") -> SafeString:
    """The order by its number, and beside it what is meant of it."""
    url = reverse("admin:orders_order_change", args=[order.pk])
    link = format_html('<a href="{}">{}</a>', url, order.number)
    if not reference:
        return link
    return format_html('{} <code class="till-ref" title="{}">{}</code>', link, reference, reference)
