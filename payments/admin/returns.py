"""What shoppers ask to send back: the open ones, each with the pages on which staff decide."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.conf import order_settings
from orders.formats import format_moment
from orders.models import ReturnRequest
from orders.services.returns import (
    Receipt,
    approve_return,
    close_return,
    receive_return,
    reject_return,
)
from orders.states import RETURN_NEXT, ReturnState
from payments.admin.act import Act, ActForm, Desk, act_page
from payments.admin.marks import STYLE, badge_mark, order_link, refund_link
from payments.admin.of_order import OrderHistoryAdmin
from payments.admin.refund import REFUND
from payments.admin.return_refund import return_refund
from payments.admin.standing import StandingFilter
from payments.models import Payment, Refund
from payments.states import Approval

SEE_ORDERS: Final = "orders.view_order"
SEE: Final = "orders.view_returnrequest"
SEE_REFUNDS: Final = "payments.view_refund"
BUTTONS: Final = {
    "approve": ReturnState.APPROVED,
    "reject": ReturnState.REJECTED,
    "receive": ReturnState.RECEIVED,
    "refund": ReturnState.REFUNDED,
    "close": ReturnState.CLOSED,
}
"""What leads to which state; each has a permission of its own."""


ANSWERS: Final = {"approve": approve_return, "reject": reject_return, "close": close_return}
"""What is done by telling the shopper something."""


def permission(act: str) -> str:
    return REFUND.permission if act == "refund" else f"orders.{act}_returnrequest"


def buttons(request: HttpRequest, asked: ReturnRequest) -> list[str]:
    """The acts that a return may see now, of those that this person may do."""
    nexts = RETURN_NEXT[ReturnState(asked.state)]
    if waiting_refund(asked):
        return []
    return [
        act for act, to in BUTTONS.items() if to in nexts and request.user.has_perm(permission(act))
    ]


class AnswerForm(ActForm):
    answer = forms.CharField(
        label=gettext_lazy("What we tell the shopper"),
        max_length=1000,
        help_text=gettext_lazy("Mailed as it stands, and shown on the page of the order."),
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )


class ReceiveForm(ActForm):
    """For each line what came, and what of it goes on the shelf.

    All is filled in, but what is said to be damaged is not for sale before somebody has looked.
    """

    def __init__(self, asked: ReturnRequest, data: dict[str, str] | None = None) -> None:
        super().__init__(data)
        self.lines = list(asked.lines.select_related("line"))
        for each in self.lines:
            facts = {"name": each.line.name, "count": each.quantity}
            self.fields[f"received_{each.pk}"] = _count(
                _("%(name)s: how many came, of %(count)s") % facts, each.quantity
            )
            self.fields[f"restocked_{each.pk}"] = _count(
                _("%(name)s: of them back on the shelf") % facts,
                0 if asked.reason.is_damage else each.quantity,
            )

    def clean(self) -> dict[str, Any]:
        """The receipts by key of the return's line."""
        typed: dict[str, Any] = super().clean() or {}
        typed["receipts"] = {
            each.pk: Receipt(
                typed.get(f"received_{each.pk}") or 0, typed.get(f"restocked_{each.pk}") or 0
            )
            for each in self.lines
        }
        return typed


def _count(label: str, filled_in: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, initial=filled_in, widget=forms.NumberInput(attrs={"size": 6})
    )


class ReturnAdmin(OrderHistoryAdmin):
    change_form_template = "payments/admin/return.html"
    list_display = ["number", "order_number", "standing", "reason", "asked"]
    list_filter = [StandingFilter, "reason"]
    list_select_related = ["order", "reason"]
    ordering = ["-requested_at"]
    sortable_by = []
    search_fields = ["number__startswith", "order__number__startswith"]
    to_order = "order"
    plain: ClassVar = {
        "order_number": (SEE_ORDERS, "order_plain"),
        "refund": (SEE_REFUNDS, "refund_plain"),
    }
    search_help_text = gettext_lazy("Number of the return or of its order, or the beginning of one")
    fields = [
        *("order_number", "standing", "reason", "note", "requested_at", "answer"),
        *("decided_at", "decided_by", "received_at", "received_by", "refunded_at", "refund"),
        *("closing", "closed_at", "closed_by"),
    ]

    class Media:
        css = STYLE

    @admin.display(description=gettext_lazy("order"))
    def order_number(self, asked: ReturnRequest) -> SafeString:
        return order_link(asked.order)

    @admin.display(description=gettext_lazy("state"))
    def standing(self, asked: ReturnRequest) -> SafeString:
        return badge_mark(ReturnState(asked.state))

    @admin.display(description=gettext_lazy("asked"))
    def asked(self, asked: ReturnRequest) -> str:
        return format_moment(asked.requested_at)

    @admin.display(description=gettext_lazy("refund"))
    def refund(self, asked: ReturnRequest) -> SafeString | str:
        """What its money went back by, which may be no refund of ours."""
        refund = asked.refunds.filter(number=asked.refund_ref).first()
        return refund_link(refund) if refund else asked.refund_ref

    @admin.display(description=gettext_lazy("refund"))
    def refund_plain(self, asked: ReturnRequest) -> str:
        return asked.refund_ref

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.act_view)
        own = path("<int:pk>/<str:act>/decide/", page, name="orders_returnrequest_act")
        return [own, *super().get_urls()]

    def act_view(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        asked = get_object_or_404(ReturnRequest.objects.select_related("order", "reason"), pk=pk)
        payment = Payment.objects.select_related("order").filter(order=asked.order_id).first()
        if act not in BUTTONS or payment is None:
            raise Http404
        seen = self.has_view_permission(request, asked) and request.user.has_perm(SEE_ORDERS)
        if not (seen and request.user.has_perm(permission(act))):
            raise PermissionDenied
        page = return_refund(asked) if act == "refund" else decision(asked, act)
        return act_page(Desk(self, request, payment), page)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        asked: ReturnRequest = kwargs["obj"]
        context |= card(request, asked)
        return super().render_change_form(request, context, *args, **kwargs)


def card(request: HttpRequest, asked: ReturnRequest) -> dict[str, Any]:
    """A return as staff read it, with the buttons that this person may press now."""
    return {
        "asked": asked,
        "lines": asked.lines.all(),
        "state": badge_mark(ReturnState(asked.state)),
        "buttons": buttons(request, asked),
        "waiting": waiting_refund(asked),
    }


def waiting_refund(asked: ReturnRequest) -> Refund | None:
    """The refund that closes it once somebody else approves."""
    if asked.state != ReturnState.RECEIVED:
        return None
    return next((it for it in asked.refunds.all() if it.approval == Approval.WAITING), None)


def decision(asked: ReturnRequest, act: str) -> Act:
    """The page of one button of one return."""

    def form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
        if act == "receive":
            return ReceiveForm(asked, data)
        page = AnswerForm(data)
        if act == "approve":
            page.fields["answer"].initial = order_settings().return_instructions
        return page

    def ask(desk: Desk, typed: dict[str, Any]) -> None:
        """Do it with its audit row, or say that it was done before."""
        facts = {"number": asked.number, "state": BUTTONS[act].label}
        said = _("Return %(number)s: %(state)s") % facts
        with transaction.atomic():
            fresh = _decide(asked, act, typed, who=desk.request.user.get_username())
            if fresh:
                desk.note(said)
        if fresh:
            desk.say(said, messages.SUCCESS)
        else:
            desk.say(_("This was done already. Nothing more happened."), messages.WARNING)

    return Act(
        permission=permission(act),
        template=f"payments/admin/return_{act}.html",
        title=gettext_lazy("Return of order %(number)s"),
        form=form,
        ask=ask,
        context=lambda _payment: {"asked": asked, "lines": asked.lines.select_related("line")},
    )


def _decide(asked: ReturnRequest, act: str, typed: dict[str, Any], *, who: str) -> bool:
    if act == "receive":
        return receive_return(return_id=asked.pk, receipts=typed["receipts"], actor=who)
    return ANSWERS[act](return_id=asked.pk, answer=typed["answer"], actor=who)
