"""What a person must look at, open ones first, and the button that says they have."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from orders.admin import FactsAdmin, compact
from payments.admin.marks import STYLE, order_link
from payments.models import Review
from payments.services.resolve import resolve_review

PERMISSION = "payments.resolve_review"


class OpenFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("open", pgettext("review", "open")), ("resolved", _("resolved"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        if self.value() is None:
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


class ReviewAdmin(FactsAdmin):
    list_display = ["kind", "subject", "opened", "detail", "resolved"]
    list_filter = [OpenFilter, "kind"]
    list_select_related = ["payment__order", "resolved_by"]
    ordering = [F("resolved_at").desc(nulls_first=True), "-opened_at"]
    sortable_by = []
    fields = [
        *("kind", "order", "subject_ref", "detail", "opened_at", "resolved_at", "resolved_by")
    ]
    actions = ["mark_resolved"]

    class Media:
        css = STYLE

    @admin.display(description=gettext_lazy("order"))
    def order(self, review: Review) -> SafeString:
        return order_link(review.payment.order)

    @admin.display(description=pgettext_lazy("review", "subject"))
    def subject(self, review: Review) -> SafeString:
        return order_link(review.payment.order, review.subject_ref)

    @admin.display(description=gettext_lazy("opened"))
    def opened(self, review: Review) -> str:
        return compact(review.opened_at)

    @admin.display(description=gettext_lazy("resolved"))
    def resolved(self, review: Review) -> str | None:
        if review.resolved_at is None:
            return None
        return f"{compact(review.resolved_at)} {review.resolved_by or ''}"

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(PERMISSION)

    @admin.action(description=gettext_lazy("Mark as resolved"), permissions=["resolve"])
    def mark_resolved(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        resolved = 0
        for review in queryset:
            with transaction.atomic():
                if resolve_review(review_id=review.pk, resolved_by=request.user.pk):
                    self.log_change(request, review, _("Marked as resolved"))
                    resolved += 1
        said = ngettext("%(n)s review resolved.", "%(n)s reviews resolved.", resolved)
        level = messages.SUCCESS if resolved else messages.WARNING
        self.message_user(request, said % {"n": resolved}, level)
