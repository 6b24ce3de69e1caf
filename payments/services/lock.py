"""The locks of everything about an order's money, always in the same order."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery

from orders.models import Order
from payments.models import Attempt, Payment, ProviderObject

_SEEN = ProviderObject.objects.filter(attempt=OuterRef("pk"), kind="payment").order_by("pk")
# Put together once: Django takes longer to build this statement than to read its rows.
_LOCKED = (
    Attempt.objects.annotate(kept_id=Subquery(_SEEN.values("object_id")[:1]))
    .select_related("account")
    .order_by("pk")
    .select_for_update(of=("self",), no_key=True)
)


def lock_payment(which: QuerySet[Order]) -> tuple[Payment, list[Attempt]]:
    """Lock one order, its payment and all its attempts, oldest first, in the open transaction.

    Each attempt is `known_as` the provider's id of it, or None where none is kept.
    """
    # One statement locks both, the order first: PostgreSQL takes them as they are named.
    joined = which.filter(payment__isnull=False).select_related("payment")
    order = joined.select_for_update(of=("self", "payment"), no_key=True).get()
    payment: Payment = order.payment
    locked: list[Attempt] = []
    for attempt in _LOCKED.filter(payment=payment):
        attempt.payment, attempt.known_as = payment, attempt.kept_id
        locked.append(attempt)
    return payment, locked


def lock_attempt(attempt_id: int) -> tuple[Attempt, list[Attempt]]:
    """The same for the order of an attempt: that attempt, and all of its payment."""
    _payment, attempts = lock_payment(Order.objects.filter(payment__attempts=attempt_id))
    return next(each for each in attempts if each.pk == attempt_id), attempts
