"""What the order page says of the money, beyond what the payment itself tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orders.states import OrderState
from payments.models import Payment
from payments.queries import held_for, money_may_come
from payments.states import AttemptStatus, PaymentStatus
from payments.views.stage import newest_attempt, stage_of

if TYPE_CHECKING:
    from payments.models import Attempt

LAPSED = frozenset({AttemptStatus.VOIDED, AttemptStatus.EXPIRED})


def standing_of(payment: Payment) -> dict[str, object]:
    """For the templates of the order page; asks only what the state of the order calls for."""
    state = payment.order.state
    if state == OrderState.OPEN:
        newest = newest_attempt(payment)
        return {"stage": stage_of(payment, newest), "lapsed": newest and _has_lapsed(newest)}
    if state == OrderState.CONFIRMED and payment.status == PaymentStatus.PARTIALLY_PAID:
        charged = payment.money(payment.captured - payment.surplus)
        return {"charged": charged, "held": held_for(payment)}
    if state == OrderState.CANCELLED and not payment.captured:
        return {"may_come": money_may_come(payment)}
    return {}


def _has_lapsed(attempt: Attempt) -> bool:
    """Whether the bank set money aside and let it go, with nothing charged."""
    return attempt.hold and attempt.released > 0 and attempt.status in LAPSED
