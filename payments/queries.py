"""Questions about payments that more than one page asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Case, F, Max, OuterRef, Q, QuerySet, Subquery, Sum, When

from orders.clock import now
from orders.money import Money
from payments.models import Attempt, InboxEvent, Operation, Payment, ProviderAccount, Refund, Review
from payments.models.operation import UNSENT
from payments.models.payment import MISMATCH
from payments.models.records import ReviewKind
from payments.states import (
    CAME_BACK,
    IN_FLIGHT,
    Approval,
    InboxState,
    OperationKind,
    OperationStatus,
    PaymentStatus,
)

MOST_FEED_FAILURES: Final = 10
"""A list of events is read each minute: a short outage tells nobody."""
HOLDS_NOTHING: Final = frozenset({PaymentStatus.OPEN, PaymentStatus.PROCESSING, PaymentStatus.PAID})
"""Where no bank holds money that anybody still decides about, and nothing need be asked."""

NOT_GONE: Final = frozenset({OperationStatus.REJECTED, *CAME_BACK})
"""The money of such a refund is with us, and nothing is under way."""


def refunds_of(payment: Payment) -> QuerySet[Operation]:
    """Every refund the shopper hears of, oldest first, each with its attempt and payment."""
    refunds = Operation.objects.filter(attempt__payment=payment, kind=OperationKind.REFUND)
    return refunds.exclude(status__in=UNSENT).select_related("attempt__payment").order_by("pk")


def refunds_since(payment: Payment, moment: datetime) -> QuerySet[Operation]:
    """What was asked back since then and has gone, or may yet go; oldest first."""
    refunds = Operation.objects.filter(attempt__payment=payment, kind=OperationKind.REFUND)
    asked = refunds.filter(created_at__gte=moment).exclude(status__in=NOT_GONE)
    return asked.select_related("attempt__payment", "requested_by").order_by("pk")


def refunds_waiting(payment: Payment) -> QuerySet[Refund]:
    """What somebody else must approve first, oldest first."""
    if not payment.refund_pending:
        return Refund.objects.none()  # what waits is set aside
    waiting = payment.refunds.filter(approval=Approval.WAITING).order_by("pk")
    return waiting.select_related("payment", "requested_by")


def told_of_failure(operations: QuerySet[Operation]) -> QuerySet[Operation]:
    """Each with `ended_by`: how a person ended the question of its failure, "" while it is open.

    None where it has not failed, or nobody need decide.
    """
    asked = Review.objects.filter(
        kind=ReviewKind.REFUND_FAILED,
        payment=OuterRef("attempt__payment"),
        subject_ref=OuterRef("our_ref"),
    )
    asked = asked.exclude(act="", resolved_at__isnull=False)  # ended by itself
    act = Subquery(asked.order_by("-pk").values("act")[:1])
    answer = Case(When(status__in=CAME_BACK, then=act))
    return operations.annotate(ended_by=answer)  # type: ignore[no-redef]  # the model has its type


def paid_by(payment: Payment) -> QuerySet[Attempt]:
    """What brought the order's money, oldest first; a second payment is not the order's."""
    taken = payment.attempts.filter(captured__gt=F("surplus"))
    return taken.select_related("saved_method").order_by("pk")


def held_for(payment: Payment) -> Money:
    """What banks hold for a payment."""
    return payment.money(sum(attempt.held for attempt in _holds(payment)))


def chargeable_for(payment: Payment) -> Money:
    """What can be captured next: hold by hold, the newest first, and never more than is owed."""
    holds = [each for each in _holds(payment) if each.held and not each.superseded_at]
    return payment.money(holds[-1].chargeable if holds else 0)


def rest_held_for(payment: Payment) -> Money:
    """What is held beside a part that was captured, and is not being released."""
    return payment.money(sum(each.held for each in _holds(payment) if each.has_rest))


def _holds(payment: Payment) -> Iterable[Attempt]:
    """Oldest first; nothing is asked where there can be none."""
    if payment.status in HOLDS_NOTHING:
        return ()
    return payment.attempts.filter(hold=True).order_by("pk")


def money_may_come(payment: Payment) -> bool:
    """Whether a bank may still have taken money that we know nothing of: see each attempt."""
    untold = Q(status__in=IN_FLIGHT) | Q(error_code=MISMATCH)
    return payment.attempts.filter(untold).exists()


def dead_events() -> int:
    """How many webhook events were given up; they have an index of their own."""
    return InboxEvent.objects.filter(state=InboxState.DEAD).count()


def failing_feeds() -> QuerySet[ProviderAccount]:
    """The accounts whose list of events has failed so often in a row that a person should look."""
    return ProviderAccount.objects.filter(feed_failures__gte=MOST_FEED_FAILURES).order_by("code")


def refusals_of(account: ProviderAccount) -> list[tuple[str, int, datetime]]:
    """Reason, number and last moment of webhooks refused in the last seven days."""
    since = now().date() - timedelta(days=6)
    recent = account.refusals.filter(day__gte=since).values_list("reason")
    return list(recent.annotate(n=Sum("count"), last=Max("last_at")).order_by("reason"))
