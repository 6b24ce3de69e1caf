"""What waits for the approval of somebody else, and the pages to say yes or no."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_moment, format_money
from payments.admin.act import Act, ActForm, Desk, act_page
from payments.admin.marks import STYLE, order_link, return_link
from payments.admin.of_order import OrderHistoryAdmin
from payments.admin.parts import PARTS, parts_marks, standing_mark
from payments.models import Operation, Payment, ProviderObject, Refund, RefundReason
from payments.models.refund import goods_of
from payments.queries import refunds_waiting
from payments.services.approve import Decision, approve_refund, reject_refund

SEE_ORDERS: Final = "orders.view_order"
SEE_RETURNS: Final = "orders.view_returnrequest"
APPROVE: Final = "payments.approve_refund"
REFUND: Final = "payments.refund_payment"
DOES: Final[dict[str, Callable[[Decision], bool]]] = {
    "approve": approve_refund,
    "reject": reject_refund,
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A refund that waits, with the buttons that this person may press."""

    refund: Refund
    goods: str
    may_approve: bool
    may_reject: bool


def waiting_refunds(request: HttpRequest, payment: Payment) -> list[Waiting]:
    """What of a payment waits for approval, with what this person may do about it."""
    refunds = refunds_waiting(payment).select_related("reason", "return_request")
    return [_waiting(request, each) for each in refunds.prefetch_related("lines__line")]


def _waiting(request: HttpRequest, refund: Refund) -> Waiting:
    may_approve = request.user.has_perm(APPROVE) and not is_mine(request, refund)
    return Waiting(refund, goods_of(refund), may_approve, may_reject(request, refund))


def is_mine(request: HttpRequest, refund: Refund) -> bool:
    return refund.requested_by_id is not None and refund.requested_by_id == request.user.pk


def may_reject(request: HttpRequest, refund: Refund) -> bool:
    """Whether this person may say no: who asked takes it back so, and may not approve it."""
    mine = is_mine(request, refund) and request.user.has_perm(REFUND)
    return mine or request.user.has_perm(APPROVE)


class DecisionForm(ActForm):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Kept with the refund, for colleagues to read."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def decision(refund: Refund, verb: str) -> Act:
    """The page to approve or to reject one refund."""

    def form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
        page = DecisionForm(data)
        page.fields["note"].required = verb == "reject"
        return page

    def ask(desk: Desk, asked: dict[str, Any]) -> None:
        """Decide with the audit row, or say that this was done before."""
        facts = {"amount": format_money(refund.money), "ref": refund.number, "note": asked["note"]}
        with transaction.atomic():
            fresh = DOES[verb](Decision(refund.pk, desk.request.user.pk, asked["note"]))
            if fresh:
                desk.note((_said(verb) % facts).strip())
        if fresh:
            desk.say((_said(verb) % facts).strip(), messages.SUCCESS)
        else:
            desk.say(_("This was done already. Nothing more happened."), messages.WARNING)

    return Act(
        permission=APPROVE,
        template=f"payments/admin/refund_{verb}.html",
        title=gettext_lazy("Refund of order %(number)s"),
        form=form,
        ask=ask,
        context=lambda _payment: {"refund": refund, "goods": goods_of(refund)},
    )


def _said(verb: str) -> str:
    if verb == "approve":
        return _("Refund %(ref)s of %(amount)s approved. %(note)s")
    return _("Refund %(ref)s of %(amount)s rejected. %(note)s")


class RefundAdmin(OrderHistoryAdmin):
    """What staff asked for; what waits for approval is one filter away."""

    list_display = ["number", "order", "money", "went", "requested_by", "asked", "why"]
    list_filter = ["approval", "reason"]
    list_select_related = ["payment__order", "reason", "requested_by"]
    ordering = ["-pk"]
    sortable_by = []
    search_fields = ["number"]
    search_help_text = gettext_lazy(
        "Number of the refund or of its order, or how one begins; our reference or the provider's"
    )
    to_order = "payment.order"
    plain: ClassVar = {
        **OrderHistoryAdmin.plain,
        "for_return": (SEE_RETURNS, "for_return_plain"),
    }
    fields = [
        *("number", "order", "money", "went", "parts", "reason", "note", "goods", "for_return"),
        *("requested_by", "requested_at", "approval", "decided_by", "decided_at", "decision_note"),
    ]

    class Media:
        css = STYLE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refund]:
        return super().get_queryset(request).prefetch_related(PARTS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Refund], search_term: str
    ) -> tuple[QuerySet[Refund], bool]:
        term = search_term.strip()
        return (queryset.filter(_found_by(term)) if term else queryset), False

    @admin.display(description=gettext_lazy("order"))
    def order(self, refund: Refund) -> SafeString:
        return order_link(refund.payment.order)

    @admin.display(description=gettext_lazy("amount"))
    def money(self, refund: Refund) -> str:
        return format_money(refund.money)

    @admin.display(description=gettext_lazy("state"))
    def went(self, refund: Refund) -> SafeString:
        return standing_mark(refund)

    @admin.display(description=gettext_lazy("parts"))
    def parts(self, refund: Refund) -> SafeString:
        return parts_marks(refund)

    @admin.display(description=gettext_lazy("reason"))
    def why(self, refund: Refund) -> str:
        return refund.why

    @admin.display(description=gettext_lazy("goods"))
    def goods(self, refund: Refund) -> str:
        return goods_of(refund)

    @admin.display(description=gettext_lazy("return"))
    def for_return(self, refund: Refund) -> str:
        asked = refund.return_request
        return return_link(asked) if asked else str(self.get_empty_value_display())

    @admin.display(description=gettext_lazy("return"))
    def for_return_plain(self, refund: Refund) -> str:
        return str(refund.return_request or self.get_empty_value_display())

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, refund: Refund) -> str:
        return format_moment(refund.requested_at)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.act_view)
        own = path("<int:pk>/<str:verb>/decide/", page, name="payments_refund_decide")
        return [own, *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        if verb not in DOES:
            raise Http404
        if not request.user.has_perm(SEE_ORDERS):
            raise PermissionDenied
        known = Refund.objects.select_related(
            "payment__order", "reason", "requested_by", "decided_by", "return_request"
        )
        refund = get_object_or_404(known, pk=pk)
        rejects = verb == "reject" and may_reject(request, refund)
        if not (rejects or request.user.has_perm(APPROVE)):
            raise PermissionDenied
        return act_page(Desk(self, request, refund.payment), decision(refund, verb))


def _found_by(term: str) -> Q:
    """Numbers by how they begin, references whole: each of these by an index, in one query."""
    ours = term.upper()
    sent = Operation.objects.filter(our_ref=ours, refund__isnull=False).values_list("refund")
    theirs = ProviderObject.objects.filter(object_id=term, operation__refund__isnull=False)
    named = [pk for (pk,) in sent.union(theirs.values_list("operation__refund"))]
    number = ours.translate(str.maketrans("OIL", "011"))
    begins = Q(number__startswith=ours) | Q(payment__order__number__startswith=number)
    return begins | Q(pk__in=named)


class RefundReasonAdmin(admin.ModelAdmin):
    """The list that staff choose from; what was used once is taken off it, not deleted."""

    list_display = ["words", "code", "active", "position"]
    list_editable = ["active", "position"]

    @admin.display(description=gettext_lazy("reason"))
    def words(self, reason: RefundReason) -> str:
        return str(reason)
