"""What every list of the books has: rows newest first, page after page, and nothing to edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest

from orders.admin import FactsAdmin
from orders.changelist import KeysetChangeList

STYLE: dict[str, Sequence[str]] = {"all": ["payments/admin.css", "payments/books.css"]}


class BookAdmin(FactsAdmin):
    change_list_template = "payments/admin/books/list.html"
    ordering = ["-id"]
    sortable_by = []

    class Media:
        css = STYLE

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList
