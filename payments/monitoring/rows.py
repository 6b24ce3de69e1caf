"""What waits in the tables; each question reads an index of what waits, never the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet

from orders.clock import now
from orders.models import Mail, Order
from orders.states import OrderState
from payments.conf import payment_settings
from payments.models import (
    Attempt,
    DisputeEvidence,
    InboxEvent,
    Operation,
    ProviderAccount,
    Review,
)
from payments.models.account import Mode
from payments.monitoring.late import late_reports, refused_reports
from payments.queries import failing_feeds, staying_methods
from payments.states import InboxState


@dataclass(frozen=True, slots=True)
class Work:
    """Rows of one kind that a sweep will take up: how many, how many are due, since when.

    `oldest_at`: when the oldest of them was written. `late`: how long the first has been due.
    """

    name: str
    task: str
    limit: timedelta
    waiting: int
    due: int
    next_at: datetime | None
    oldest_at: datetime | None
    late: timedelta

    @property
    def stuck(self) -> bool:
        return self.late > self.limit


@dataclass(frozen=True, slots=True)
class Kind:
    """Where one kind of work stands in the database."""

    name: str
    task: str
    rows: QuerySet[Any]
    next_run: str
    written: str
    limit: timedelta = timedelta(minutes=5)


KINDS: Final = (
    Kind(
        "webhook events",
        "payments.drain_inbox",
        InboxEvent.objects.filter(next_run_at__isnull=False),
        "next_run_at",
        "received_at",
    ),
    Kind(
        "refunds, captures, voids",
        "payments.submit_operations",
        Operation.objects.filter(next_run_at__isnull=False),
        "next_run_at",
        "created_at",
    ),
    Kind(
        "evidence in disputes",
        "payments.submit_evidence",
        DisputeEvidence.objects.filter(next_run_at__isnull=False),
        "next_run_at",
        "created_at",
    ),
    Kind(
        "mails",
        "orders.send_mail",
        Mail.objects.filter(sent_at__isnull=True, next_run_at__isnull=False),
        "next_run_at",
        "created_at",
    ),
    Kind(
        "questions to providers",
        "payments.poll_due",
        Attempt.objects.filter(next_poll_at__isnull=False),
        "next_poll_at",
        "created_at",
        limit=timedelta(minutes=15),  # a rate holds a crowd of them back
    ),
    Kind(
        "orders to expire",
        "payments.expire_orders",
        Order.objects.filter(state=OrderState.OPEN, expires_at__isnull=False),
        "expires_at",
        "placed_at",
        limit=timedelta(minutes=15),
    ),
)


def work() -> list[Work]:
    """One statement for each kind."""
    return [_measure(kind, now()) for kind in KINDS]


def _measure(kind: Kind, moment: datetime) -> Work:
    found = kind.rows.aggregate(
        waiting=Count("pk"),
        due=Count("pk", filter=Q(**{f"{kind.next_run}__lte": moment})),
        next_at=Min(kind.next_run),
        oldest_at=Min(kind.written),
    )
    late = max(timedelta(0), moment - found["next_at"]) if found["due"] else timedelta(0)
    return Work(name=kind.name, task=kind.task, limit=kind.limit, late=late, **found)


@dataclass(frozen=True, slots=True)
class Attention:
    """What no sweep will end, only a person; `resting`: live accounts that are not used here.

    `failing_feeds`: by account, how often in a row its list of events could not be read.
    `late_reports`: by account, of which day its last settlement report is. `staying_cards`: by
    account, how many removed cards its provider still keeps.
    """

    dead_events: int
    parked_events: int
    unsent_mails: int
    reviews: dict[str, int]
    oldest_review_at: datetime | None
    resting_accounts: list[str]
    failing_feeds: dict[str, int]
    late_reports: dict[str, date | None]
    refused_reports: int
    staying_cards: dict[str, int]


def attention() -> Attention:
    """Nine statements."""
    reviews = Review.objects.filter(resolved_at__isnull=True).values("kind").order_by("kind")
    by_kind = list(reviews.annotate(rows=Count("pk"), oldest=Min("opened_at")))
    waiting = InboxEvent.objects.filter(next_run_at__isnull=False)
    staying = staying_methods().values_list("account__code").order_by("account__code")
    return Attention(
        dead_events=InboxEvent.objects.filter(state=InboxState.DEAD).count(),
        parked_events=waiting.filter(state=InboxState.PARKED).count(),
        unsent_mails=Mail.objects.filter(sent_at__isnull=True, next_run_at__isnull=True).count(),
        reviews={row["kind"]: row["rows"] for row in by_kind},
        oldest_review_at=min((row["oldest"] for row in by_kind), default=None),
        resting_accounts=resting_accounts(),
        failing_feeds=dict(failing_feeds().values_list("code", "feed_failures")),
        late_reports=late_reports(),
        refused_reports=refused_reports().count(),
        staying_cards=dict(staying.annotate(Count("pk"))),
    )


def resting_accounts() -> list[str]:
    """The codes of live accounts on a site that is not live: nothing is asked of them."""
    if payment_settings().live:
        return []
    live = ProviderAccount.objects.filter(mode=Mode.LIVE)
    return list(live.order_by("pk").values_list("code", flat=True))
