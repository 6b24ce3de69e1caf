"""What a person must look at, open ones first, each with the buttons that end it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from orders.formats import format_moment
from payments.admin.act import Desk, act_page
from payments.admin.decide import cards, decision
from payments.admin.marks import STYLE, order_link
from payments.admin.of_order import OrderHistoryAdmin
from payments.admin.queue import queue_page
from payments.models import Review
from payments.models.records import ReviewAct
from payments.reviews import guide_of

SEE_ORDERS = "orders.view_order"


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("open", pgettext("review", "open")), ("resolved", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


class ReviewAdmin(OrderHistoryAdmin):
    change_form_template = "payments/admin/review.html"
    list_display = ["kind", "subject", "opened", "seen", "resolved"]
    list_filter = [OpenFilter, "kind"]
    list_select_related = ["payment__order", "resolved_by"]
    ordering = [F("resolved_at").desc(nulls_first=True), "-opened_at"]
    sortable_by = []
    search_fields = ["payment__order__number__istartswith", "subject_ref__icontains"]
    search_help_text = gettext_lazy(
        "Number of the order, or how one begins; our reference or the provider's id"
    )
    to_order = "payment.order"
    plain: ClassVar = {**OrderHistoryAdmin.plain, "subject": (SEE_ORDERS, "subject_plain")}
    fields = [
        *("kind", "order", "subject_ref", "seen", "opened_at"),
        *("resolved_at", "resolved_by", "act", "note"),
    ]

    class Media:
        css = STYLE

    @admin.display(description=gettext_lazy("order"))
    def order(self, review: Review) -> SafeString:
        return order_link(review.payment.order)

    @admin.display(description=pgettext_lazy("review", "subject"))
    def subject(self, review: Review) -> SafeString:
        return order_link(review.payment.order, review.subject_ref)

    @admin.display(description=pgettext_lazy("review", "subject"))
    def subject_plain(self, review: Review) -> str:
        return f"{review.payment.order.number} {review.subject_ref}"

    @admin.display(description=gettext_lazy("what was seen"))
    def seen(self, review: Review) -> str:
        return review.seen

    @admin.display(description=gettext_lazy("opened"))
    def opened(self, review: Review) -> str:
        return format_moment(review.opened_at)

    @admin.display(description=gettext_lazy("resolved"))
    def resolved(self, review: Review) -> str | None:
        if review.resolved_at is None:
            return None
        by = review.resolved_by or ""
        return f"{format_moment(review.resolved_at)} {by} {review.get_act_display()}".strip()

    def get_urls(self) -> list[URLPattern]:
        # An act may call the provider, never inside a transaction of the host's.
        page = transaction.non_atomic_requests(self.admin_site.admin_view(self.act_view))
        own = path("<int:pk>/<str:act>/decide/", page, name="payments_review_act")
        queue = path("queue/", self.admin_site.admin_view(self.queue_view), name="payments_queue")
        return [own, queue, *super().get_urls()]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        return queue_page(self, request)

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        review = get_object_or_404(Review.objects.select_related("payment__order"), pk=pk)
        if act not in guide_of(review).acts:
            raise Http404
        page, seen = decision(review, ReviewAct(act)), self.has_view_permission(request, review)
        if not (seen and request.user.has_perm(SEE_ORDERS) and page.allowed(request)):
            raise PermissionDenied
        return act_page(Desk(self, request, review.payment), page)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        review: Review = kwargs["obj"]
        (context["card"],) = cards(request, review.payment, [review])
        return super().render_change_form(request, context, *args, **kwargs)
