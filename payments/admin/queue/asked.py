"""What shoppers ask for, and webhooks that were given up, as rows of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.models import CancellationRequest, ReturnRequest
from orders.money import Money
from orders.states import ReturnState
from payments.admin.cancel import CANCEL
from payments.admin.inbox import replay_url
from payments.admin.queue.row import SEE_ORDERS, Row, may, own_page, steps
from payments.admin.replay import PERMISSION as REPLAY
from payments.admin.returns import SEE, buttons
from payments.admin.wish import REJECT_WISH
from payments.models import InboxEvent

SEE_EVENTS: Final = "payments.view_inboxevent"


def wish_rows(request: HttpRequest, wishes: Sequence[CancellationRequest]) -> list[Row]:
    return [_wish_row(request, wish) for wish in wishes]


def _wish_row(request: HttpRequest, wish: CancellationRequest) -> Row:
    key = [wish.order_id]
    return Row(
        title=_("Wish to cancel"),
        what=_("The shopper asks to cancel the order, and nothing of it has left."),
        since=wish.requested_at,
        order=wish.order,
        money=wish.order.total,
        detail=wish.note,
        url=own_page(request, "admin:orders_order_change", wish.order_id, seen_with=SEE_ORDERS),
        steps=steps(
            (
                may(request, SEE_ORDERS, act.permission),
                label,
                reverse(f"admin:orders_order_{name}", args=key),
            )
            for act, name, label in (
                (CANCEL, "cancel", _("Cancel the order…")),
                (REJECT_WISH, "reject_wish", _("Say no…")),
            )
        ),
    )


def return_rows(request: HttpRequest, returns: Sequence[ReturnRequest]) -> list[Row]:
    return [_return_row(request, asked) for asked in returns]


def _return_row(request: HttpRequest, asked: ReturnRequest) -> Row:
    come = asked.state == ReturnState.RECEIVED
    pieces = [(each.line, each.received if come else each.quantity) for each in asked.lines.all()]
    labels = {
        "approve": _("Approve…"),
        "reject": _("Reject…"),
        "receive": _("It has come…"),
        "refund": _("Refund this return…"),
        "close": _("Close without a refund…"),
    }
    return Row(
        title=_("Return %(number)s") % {"number": asked.number},
        what=_("The goods have come back, and the money has not gone back yet.")
        if come
        else _("The shopper wants to send goods back, and waits for an answer."),
        since=asked.received_at if come and asked.received_at else asked.requested_at,
        order=asked.order,
        money=Money(sum(line.unit_amount * n for line, n in pieces), asked.order.currency),
        detail=" · ".join(part for part in (str(asked.reason), asked.note) if part),
        url=own_page(request, "admin:orders_returnrequest_change", asked.pk, seen_with=SEE),
        steps=steps(
            (
                may(request, SEE, SEE_ORDERS),
                labels[act],
                reverse("admin:orders_returnrequest_act", args=[asked.pk, act]),
            )
            for act in buttons(request, asked)
        ),
    )


def event_rows(request: HttpRequest, events: Sequence[InboxEvent]) -> list[Row]:
    return [_event_row(request, event) for event in events]


def _event_row(request: HttpRequest, event: InboxEvent) -> Row:
    attempt = event.attempt
    told = {"account": event.account, "kind": event.kind}
    return Row(
        title=_("Webhook given up: %(kind)s") % told,
        what=_("%(account)s told something that could not be booked after all tries.") % told,
        since=event.received_at,
        order=attempt.payment.order if attempt else None,
        money=attempt.money(attempt.amount) if attempt else None,
        detail=event.last_error,
        url=own_page(request, "admin:payments_inboxevent_change", event.pk, seen_with=SEE_EVENTS),
        steps=steps(
            [
                (
                    may(request, SEE_EVENTS, REPLAY) and event.forgotten_at is None,
                    _("Replay…"),
                    replay_url([event.pk]),
                )
            ]
        ),
    )
