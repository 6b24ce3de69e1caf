"""Small pieces of HTML that several admin pages share."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orders.models import Order, ReturnRequest
from payments.badges import Badge, badge
from payments.models import Refund

STYLE: dict[str, Sequence[str]] = {"all": ["payments/admin.css"]}


def badge_mark(state: TextChoices) -> SafeString:
    return mark(badge(state))


def mark(shown: Badge) -> SafeString:
    return format_html('<span class="till-badge till-{}">{}</span>', shown.tone.value, shown.text)


def under(shown: object, more: object) -> SafeString:
    """Two things in one cell of a list, the second below the first; "" for none."""
    if not more:
        return format_html("{}", shown)
    return format_html('{}<span class="till-under">{}</span>', shown, more)


def refund_link(refund: Refund) -> SafeString:
    url = reverse("admin:payments_refund_change", args=[refund.pk])
    return format_html('<a href="{}">{}</a>', url, refund.number)


def return_link(asked: ReturnRequest) -> SafeString:
    url = reverse("admin:orders_returnrequest_change", args=[asked.pk])
    return format_html('<a href="{}">{}</a>', url, asked.number)


def order_link(order: Order, reference: str = "") -> SafeString:
    """The order by its number, and beside it what is meant of it."""
    url = reverse("admin:orders_order_change", args=[order.pk])
    link = format_html('<a href="{}">{}</a>', url, order.number)
    if not reference:
        return link
    return format_html('{} <code class="till-ref" title="{}">{}</code>', link, reference, reference)
