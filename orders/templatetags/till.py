"""`{% load till %}`: money and addresses for people to read."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import pgettext

from orders.formats import Postal, format_money
from orders.formats import address_lines as lines_of
from orders.models import Order, OrderLine
from orders.money import Money

register = template.Library()


@register.filter
def money(value: Money) -> str:
    return format_money(value)


@register.filter
def price(value: Money) -> str:
    return format_money(value) if value.amount else pgettext("costs nothing", "Free")


@register.filter
def delivery(order: Order, lines: Iterable[OrderLine]) -> Money:
    """What an order costs beyond the goods of its lines."""
    return order.total - sum((line.gross for line in lines), Money.zero(order.currency))


@register.filter
def address_lines(address: Postal) -> list[str]:
    return lines_of(address)
