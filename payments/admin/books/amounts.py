"""Amounts of two books as staff read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.money import Money
from payments.books import BANK, PROVIDER, role_of
from payments.models import Discrepancy
from payments.models.discrepancy import Resolution
from payments.reconciliation.adjust import postings
from payments.reconciliation.effects import changes
from payments.statement import TITLES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def amount(money: Money | None) -> SafeString | str:
    """One side; where that book has nothing, in words."""
    if money is None:
        return _("nothing")
    return number(format_money(money))


def number(text: str) -> SafeString:
    """What is never broken into two lines."""
    return format_html('<span class="till-number">{}</span>', text)


def side(discrepancy: Discrepancy, money: Money | None) -> SafeString | str:
    """One side of a discrepancy; of what is about no money, a dash."""
    return amount(money) if discrepancy.currency else "-"


def signed(money: Money) -> str:
    return ("+" if money.amount > 0 else "") + format_money(money)


def difference(discrepancy: Discrepancy) -> str:
    """By how much theirs is more than ours; both changes where the currencies differ."""
    if money := discrepancy.difference:
        return signed(money)
    return ", ".join(map(signed, changes(discrepancy))) or "-"


def booked(discrepancy: Discrepancy, resolution: Resolution) -> SafeString:
    """What settling it so would post, a line for each account; "" for nothing."""
    moved = postings(discrepancy, resolution)
    lines = [
        (title_of(account), account, signed(Money(change, currency)))
        for (account, currency), change in sorted(moved.items(), key=_place)
    ]
    if not lines:
        return mark_safe("")
    rows = format_html_join(
        mark_safe("<br>"), '{} <code>{}</code> <span class="till-number">{}</span>', lines
    )
    return format_html('<span class="till-booked">{} {}</span>', _("Booked:"), rows)


def _place(side: tuple[tuple[str, str], int]) -> tuple[bool, str, str]:
    """What is kept at the provider, or at our bank, stands first."""
    (account, currency), _change = side
    return role_of(account) not in {PROVIDER, BANK}, currency, account


def title_of(account: str) -> StrOrPromise:
    return TITLES.get(role_of(account), account)
