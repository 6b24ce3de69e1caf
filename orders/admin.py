"""The order in Django's admin, as far as orders alone know it; payments add the money."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from orders.changelist import KeysetChangeList
from orders.emails import order_url
from orders.formats import format_moment, format_money
from orders.models import Order

LOOK_AHEAD = 10
"""Pages counted beyond the one being read."""

DEEPEST = 1000
"""No page behind this one is counted or shown: search or filter to get there."""
MOST_DIGITS = 9
"""A longer page number is none."""


class LookAheadPaginator(Paginator):
    """Counts ten pages ahead and never beyond the deepest, over any history and to any address."""

    def __init__(self, rows: QuerySet[Model], per_page: int, *, page: int) -> None:
        super().__init__(rows, per_page)
        self._reach = min(max(page, 1) + LOOK_AHEAD, DEEPEST) * per_page

    @cached_property
    def _counted(self) -> int:
        rows: QuerySet[Model] = self.object_list  # type: ignore[assignment]  # never a list here
        return rows.order_by().values("pk")[: self._reach + 1].count()

    @property
    def count(self) -> int:
        return min(self._counted, self._reach)

    @property
    def more(self) -> bool:
        """Whether there are rows beyond those counted."""
        return self._counted > self._reach


class LookAheadChangeList(ChangeList):
    """Says how many there are only where all are counted, and leads to all where that is more."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        narrowed = self.query or self.has_active_filters
        if self.more or not narrowed:
            self.full_result_count = self.result_count  # then Django's search box tells neither

    @property
    def more(self) -> bool:
        return isinstance(self.paginator, LookAheadPaginator) and self.paginator.more

    def pages(self) -> list[int | str]:
        """Their numbers, and an ellipsis where some are left out."""
        return list(self.paginator.get_elided_page_range(self.page_num))


class FactsAdmin(admin.ModelAdmin):
    """Rows that nobody adds, edits or deletes by hand: staff act through buttons instead."""

    change_list_template = "orders/admin/list.html"
    list_per_page = 25
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LookAheadChangeList

    def get_paginator(
        self, request: HttpRequest, queryset: QuerySet[Model], per_page: int, *_: Any, **__: Any
    ) -> LookAheadPaginator:
        page = request.GET.get(PAGE_VAR, "")
        plain = page.isascii() and page.isdigit() and len(page) <= MOST_DIGITS
        return LookAheadPaginator(queryset, per_page, page=int(page) if plain else 1)


class BaseOrderAdmin(FactsAdmin):
    """What orders alone know of themselves. Register a subclass; payments do.

    A list is sorted by one column, which `ordering` and the columns name without a function.
    """

    change_list_template = "orders/admin/pages.html"
    list_display = ["number", "placed", "total", "state", "shopper"]
    list_filter = ["state", "placed_at"]
    ordering = ["-placed_at"]
    sortable_by = ["number", "placed", "shopper"]
    search_fields = ["number", "email"]
    search_help_text = _("Order number or e-mail, or the beginning of one")
    fieldsets = [
        (
            _("Order"),
            {
                "fields": [
                    ("number", "placed_at"),
                    ("email", "language"),
                    ("terms_version", "link_expires_at"),
                    "shopper_page",
                ]
            },
        )
    ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    @admin.display(description=_("placed"), ordering="placed_at")
    def placed(self, order: Order) -> str:
        return format_moment(order.placed_at)

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        return format_money(order.total)

    @admin.display(description=_("e-mail"), ordering="email")
    def shopper(self, order: Order) -> SafeString:
        return format_html_join(mark_safe("@<wbr>"), "{}", ((p,) for p in order.email.split("@")))

    @admin.display(description=_("shopper's page"))
    def shopper_page(self, order: Order) -> SafeString | None:
        url = order_url(order)
        return format_html('<a href="{0}">{0}</a>', url) if url else None

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        term = search_term.strip()
        return (queryset.filter(self.found_by(term)) if term else queryset), False

    def found_by(self, term: str) -> Q:
        """The orders a search means; a number also as people misread it (O for 0, I or L for 1)."""
        number = term.upper().translate(str.maketrans("OIL", "011"))
        return Q(number__startswith=number) | Q(email__istartswith=term)
