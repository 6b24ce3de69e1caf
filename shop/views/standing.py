"""What the order page says of the money, beyond what the payment itself tells, and of the goods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orders.clock import now
from orders.conf import order_settings
from orders.models import Order, OrderLine
from orders.queries import return_until
from orders.states import OrderState
from payments.models import Operation, Payment
from payments.models.operation import BOOKED_BEFORE
from payments.models.records import ReviewAct
from payments.queries import (
    awaited_for,
    money_may_come,
    paid_by,
    refunds_of,
    told_of_failure,
    with_money,
)
from payments.registry import label_of
from payments.states import AttemptStatus, PaymentStatus
from payments.views.stage import newest_attempt, stage_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from payments.models import Attempt

ANOTHER_WAY = frozenset({ReviewAct.ELSEWHERE, ReviewAct.REFUND_AGAIN})
"""So a failed refund is settled, and the page says it in another place."""
LAPSED = frozenset({AttemptStatus.VOIDED, AttemptStatus.EXPIRED})


def standing_of(payment: Payment) -> dict[str, object]:
    """For the templates of the order page; asks only what the state of the order calls for."""
    state = payment.order.state
    if state == OrderState.OPEN:
        newest = newest_attempt(payment)
        return {"stage": stage_of(payment, newest), "lapsed": newest and _has_lapsed(newest)}
    if state == OrderState.CONFIRMED and payment.status == PaymentStatus.PARTIALLY_PAID:
        return {"in_part": True, "held": awaited_for(payment)}
    if state == OrderState.CANCELLED and not payment.captured:
        return {"may_come": money_may_come(payment)}
    return {}


def means_of(payment: Payment) -> list[StrOrPromise]:
    """What the shopper paid with, in words; asks nothing where nothing was paid."""
    paying = paid_by(payment) if payment.captured else ()
    seen = [
        (each.method, each if each.brand or each.last4 else each.saved_method) for each in paying
    ]
    return [label_of(method, card) for method, card in seen]


def refunds_told(payment: Payment) -> list[Operation]:
    """The refunds that the shopper reads of; one that failed and has gone another way is none."""
    if not (payment.captured or payment.refunded or payment.refund_pending):
        return []
    return [each for each in told_of_failure(refunds_of(payment)) if not _went_another_way(each)]


def _went_another_way(refund: Operation) -> bool:
    return refund.ended_by in ANOTHER_WAY or refund.error_code == BOOKED_BEFORE


def goods_of(order: Order, lines: Sequence[OrderLine]) -> dict[str, object]:
    """What has left and what comes back; asks nothing more where nothing has left."""
    wish = getattr(order, "cancellation", None)
    if not any(line.dispatched for line in lines):
        can_cancel = order.state == OrderState.CONFIRMED and wish is None
        return {"wish": wish, "can_cancel": can_cancel}
    parcels = list(order.dispatches.prefetch_related("lines__line").order_by("at"))
    until = return_until(parcel.at for parcel in parcels)
    days, left = order_settings().return_days, any(line.to_return for line in lines)
    return {
        "wish": wish,
        "parcels": parcels,
        "rest": any(line.to_dispatch for line in lines),
        "returns": with_money(order.returns.order_by("requested_at")).prefetch_related(
            "lines__line"
        ),
        "until": until if days else None,
        "can_return": bool(days and left and until and now() <= until),
        "over": bool(days and until and now() > until),
    }


def _has_lapsed(attempt: Attempt) -> bool:
    """Whether the bank set money aside and let it go, with nothing charged."""
    return attempt.hold and attempt.released > 0 and attempt.status in LAPSED
