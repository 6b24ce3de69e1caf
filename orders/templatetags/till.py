"""`{% load till %}`: money and countries in the language of the page."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from orders.formats import country_names, format_money
from orders.money import Money

register = template.Library()


@register.filter
def money(value: Money) -> str:
    return format_money(value)


@register.filter
def country(code: str) -> str:
    return country_names(get_language() or "en").get(code, code)
