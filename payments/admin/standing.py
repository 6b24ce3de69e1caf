"""A list of what people asked for shows what is open, and the rest on demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import CancellationRequest, ReturnRequest
from orders.states import CANCELLATION_NEXT, RETURN_NEXT

OPEN: Final[dict[type[Model], list[str]]] = {
    ReturnRequest: [state for state, nexts in RETURN_NEXT.items() if nexts],
    CancellationRequest: [state for state, nexts in CANCELLATION_NEXT.items() if nexts],
}
"""The states from which something is left to do."""


class StandingFilter(admin.SimpleListFilter):
    """The open ones, unless all or the closed ones are chosen; who searches looks among all."""

    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("closed", _("closed")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """As Django's, with the open ones in the place of all."""
        first, closed, every = super().choices(changelist)
        searched = self.value() is None and bool(changelist.query)
        yield {**first, "display": _("open"), "selected": first["selected"] and not searched}
        yield closed
        yield {**every, "selected": every["selected"] or searched}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        still = OPEN[queryset.model]
        if self.value() == "closed":
            return queryset.exclude(state__in=still)
        all_of_them = self.value() == "all" or request.GET.get(SEARCH_VAR)
        return queryset if all_of_them else queryset.filter(state__in=still)
