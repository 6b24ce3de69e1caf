"""`{% load till %}`: money, countries and addresses for people to read."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from orders.formats import Postal, country_names, format_money
from orders.formats import address_lines as lines_of
from orders.money import Money

register = template.Library()


@register.filter
def money(value: Money) -> str:
    return format_money(value)


@register.filter
def country(code: str) -> str:
    return country_names(get_language() or "en").get(code, code)


@register.filter
def address_lines(address: Postal) -> list[str]:
    return lines_of(address)
