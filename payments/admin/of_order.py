"""Lists of what is about an order: each row leads to it, and to its history, whoever may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from orders.admin import FactsAdmin
from orders.models import Order

SEE_ORDERS: Final = "orders.view_order"


class OfOrderAdmin(FactsAdmin):
    """`to_order`: the attributes that lead from a row to its order.

    `plain`: of a column that is a link the permission to see what it leads to, and the column that
    stands in its place for whoever has not.
    """

    to_order: str
    plain: ClassVar[Mapping[str, tuple[str, str]]] = {"order": (SEE_ORDERS, "order_plain")}

    def order_of(self, row: Model) -> Order | None:
        """Its order; None where a list has rows that are of no order."""
        order: Order = attrgetter(self.to_order)(row)
        return order

    @admin.display(description=gettext_lazy("order"))
    def order_plain(self, row: Model) -> str:
        order = self.order_of(row)
        return order.number if order else ""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return self._seen_by(request, super().get_list_display(request))

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        names = self._seen_by(request, super().get_fields(request, obj))
        return [self._words_of(name) if self._is_hidden(request, name) else name for name in names]

    def _seen_by(self, request: HttpRequest, columns: Iterable[Any]) -> list[Any]:
        instead = {
            name: plain
            for name, (permission, plain) in self.plain.items()
            if not request.user.has_perm(permission)
        }
        return [instead.get(name, name) for name in columns]

    def _is_hidden(self, request: HttpRequest, name: str) -> bool:
        """Whether Django would lead by this field to a page that this person may not see."""
        (to,) = [field.related_model for field in self.opts.fields if field.name == name] or [None]
        if to is None or not self.admin_site.is_registered(to):
            return False
        return not self.admin_site.get_model_admin(to).has_view_permission(request)

    def _words_of(self, name: str) -> Callable[[Model], object]:
        def words(row: Model) -> object:
            return getattr(row, name) or self.get_empty_value_display()

        words.__name__ = name
        field = self.opts.get_field(name)
        return admin.display(description=getattr(field, "verbose_name", name))(words)


class OrderHistoryAdmin(OfOrderAdmin):
    """What staff do about such a row is noted with its order, so its history is the order's."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        may = request.user.has_perm(SEE_ORDERS) and self.has_view_permission(request, row)
        if row is None or not may:
            return super().history_view(request, object_id, extra_context)
        order = self.order_of(row)
        return redirect("admin:orders_order_history", order.pk if order else 0)
