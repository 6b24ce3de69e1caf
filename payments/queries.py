"""Questions about payments that more than one page asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.db.models import (
    Case,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from orders.clock import now
from orders.models import ReturnRequest
from orders.money import Money
from orders.states import ReturnState
from payments.conf import payment_settings
from payments.models import (
    Attempt,
    InboxEvent,
    KeyTrouble,
    Operation,
    Payment,
    ProviderAccount,
    Refund,
    Review,
    SavedMethod,
)
from payments.models.account import Mode
from payments.models.operation import BOOKED_BEFORE, UNSENT
from payments.models.payment import MISMATCH
from payments.models.records import ReviewAct, ReviewKind
from payments.models.saved import LEAVING
from payments.states import (
    CAME_BACK,
    IN_FLIGHT,
    UNSETTLED,
    Approval,
    InboxState,
    OperationKind,
    OperationStatus,
    PaymentStatus,
    ReturnMoney,
)

MOST_FEED_FAILURES: Final = 10
"""A list of events is read each minute: a short outage tells nobody."""
LONGEST_STAY: Final = timedelta(days=3)
"""So long a provider may be away before staff are told of removed cards that it still keeps."""
MOST_DEAD_EVENTS: Final = 100
"""Counted on each list of orders, whose template says "more than" of more."""
HOLDS_NOTHING: Final = frozenset({PaymentStatus.OPEN, PaymentStatus.PROCESSING, PaymentStatus.PAID})
"""Where no bank holds money that anybody still decides about, and nothing need be asked."""

SETTLED: Final = frozenset(
    {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}
)
"""Where all that is wanted of an order's money was charged, or what was has gone back."""

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


def with_money(returns: QuerySet[ReturnRequest]) -> QuerySet[ReturnRequest]:
    """Returns that each say in `money` what became of their refund, "" while it is on its way.

    Of each part the newest refund counts: what failed may have been refunded again. What was
    returned another way has gone back too.
    """
    parts = Operation.objects.filter(refund__return_request=OuterRef("pk"))
    same_part = Operation.objects.filter(
        refund=OuterRef("refund"), attempt=OuterRef("attempt"), pk__gt=OuterRef("pk")
    )
    reviews = Review.objects.filter(payment=OuterRef("attempt__payment"))
    elsewhere = reviews.filter(subject_ref=OuterRef("our_ref"), act=ReviewAct.ELSEWHERE)
    failed = parts.filter(status__in=CAME_BACK).exclude(error_code=BOOKED_BEFORE)
    failed = failed.exclude(Exists(same_part) | Exists(elsewhere))
    return returns.annotate(
        money=Case(
            When(Exists(failed), then=Value(ReturnMoney.FAILED.value)),
            When(Exists(parts.filter(status__in=UNSETTLED)), then=Value("")),
            default=Value(ReturnMoney.GONE.value),
        )
    )


def state_of(asked: ReturnRequest) -> ReturnState | ReturnMoney:
    """Where a return stands, and what became of its money where `with_money` has looked."""
    money = getattr(asked, "money", "")
    if money and asked.state == ReturnState.REFUNDED:
        return ReturnMoney(money)
    return ReturnState(asked.state)


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


def charged_of(payment: Payment) -> Money:
    """What came and is the order's, whether or not some of it has gone back since."""
    return payment.money(payment.captured - payment.surplus)


def awaited_for(payment: Payment) -> Money:
    """What is held and may still be charged: nobody has asked the banks to let go of it."""
    return payment.money(sum(each.held for each in _holds(payment) if not each.closing_at))


def released_for(payment: Payment) -> Money:
    """What banks let go of beside what was charged; asks nothing where all that is owed was."""
    if not 0 < charged_of(payment).amount < payment.amount:
        return payment.money(0)
    charged = payment.attempts.filter(hold=True, captured__gt=0)
    return payment.money(charged.aggregate(Sum("released", default=0))["released__sum"])


def not_charged_of(payment: Payment) -> Money:
    """By how much less than its total an order is charged, as far as that is final.

    While more may be charged it is what staff have let go.
    """
    charged = charged_of(payment)
    in_part = payment.status in SETTLED and 0 < charged.amount < payment.amount
    if in_part and not awaited_for(payment).amount:
        return payment.order.total - charged
    return payment.waived


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
    """How many webhook events were given up; of more than a hundred only that there are more."""
    dead = InboxEvent.objects.filter(state=InboxState.DEAD)
    return dead.values("pk")[: MOST_DEAD_EVENTS + 1].count()


def failing_feeds() -> QuerySet[ProviderAccount]:
    """The accounts whose list of events has failed so often in a row that a person should look."""
    return ProviderAccount.objects.filter(feed_failures__gte=MOST_FEED_FAILURES).order_by("code")


def key_troubles() -> QuerySet[KeyTrouble]:
    """What the providers of the accounts in use do not let our keys do right now."""
    standing = KeyTrouble.objects.filter(since__isnull=False, account__active=True)
    return standing.select_related("account").order_by("account__code", "verb")


def staying_methods() -> QuerySet[SavedMethod]:
    """The removed cards that a provider still keeps, days later; of accounts that are used here."""
    long = SavedMethod.objects.filter(LEAVING, removed_at__lt=now() - LONGEST_STAY)
    return long if payment_settings().live else long.exclude(account__mode=Mode.LIVE)


def refusals_of(account: ProviderAccount) -> list[tuple[str, int, datetime]]:
    """Reason, number and last moment of webhooks refused in the last seven days."""
    since = now().date() - timedelta(days=6)
    recent = account.refusals.filter(day__gte=since).values_list("reason")
    return list(recent.annotate(n=Sum("count"), last=Max("last_at")).order_by("reason"))
