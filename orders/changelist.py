"""A list in the admin that is read page after page, without a count of what there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from orders.keyset import LAST, page_of

PLACE: Final = "from"


class KeysetChangeList(ChangeList):
    """Sorted by one column and the key; `before`, `after` and `last` are links to other pages."""

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        left: dict[str, Any] = super().get_filters_params(params)
        left.pop(PLACE, None)
        return left

    def get_query_string(
        self, new_params: dict[str, Any] | None = None, remove: Iterable[str] | None = None
    ) -> str:
        """Another filter or order begins at its first page."""
        given = {PLACE: None, **(new_params or {})}
        said: str = super().get_query_string(given, remove)
        return said

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        return super().get_ordering(request, queryset)[:1]

    def get_results(self, request: HttpRequest) -> None:
        self.params.pop(PLACE, None)  # what the search box carries on
        (by,) = self.get_ordering(request, self.queryset)
        page = page_of(
            self.queryset,
            among=self.root_queryset,
            by=by,
            size=self.list_per_page,
            place=request.GET.get(PLACE, ""),
        )
        self.result_list = page.rows
        self.result_count = self.full_result_count = len(page.rows)
        self.show_full_result_count = self.can_show_all = self.multi_page = False
        self.show_admin_actions = True
        self.before, self.after = self._link(page.before), self._link(page.after)
        self.last = self._link(LAST) if page.after else ""
        self.first = self.get_query_string() if page.before else ""

    def _link(self, place: str) -> str:
        return self.get_query_string({PLACE: place}) if place else ""
