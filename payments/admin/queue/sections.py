"""What the queue is made of: a kind of question each, who sees it, and which of them are open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from orders.models import CancellationRequest, ReturnRequest
from orders.states import CancellationState, ReturnState
from payments.admin.approve import APPROVE
from payments.admin.decide import SEE as SEE_REVIEWS
from payments.admin.queue.asked import SEE_EVENTS, event_rows, return_rows, wish_rows
from payments.admin.queue.books import (
    SEE_DISCREPANCIES,
    discrepancy_rows,
    discrepancy_waits,
    known_discrepancies,
    proposal_waits,
)
from payments.admin.queue.keys import SEE_ACCOUNTS, key_rows
from payments.admin.queue.money import (
    SEE_DISPUTES,
    SEE_REFUNDS,
    approval_rows,
    dispute_rows,
    review_rows,
)
from payments.admin.queue.row import Row, may
from payments.admin.returns import SEE as SEE_RETURNS
from payments.admin.wish import REJECT_WISH
from payments.models import Dispute, DisputeEvidence, InboxEvent, Refund, Review
from payments.models.records import ReviewKind
from payments.queries import key_troubles
from payments.states import ANSWERS, UNDECIDED, Approval, DisputeState, InboxState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NO_HURRY: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Where the bank names no day."""
SEE_WISHES: Final = "orders.view_cancellationrequest"


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of question. Who has one of `permissions` sees it; `by` is the most urgent first.

    `known` are all its rows, `waits` says which of them a person is needed for.
    """

    name: str
    title: StrOrPromise
    permissions: tuple[str, ...]
    by: str
    known: Callable[[], QuerySet[Any]]
    waits: Callable[[HttpRequest], Q]
    rows: Callable[[HttpRequest, Sequence[Any]], list[Row]]

    def seen_by(self, request: HttpRequest) -> bool:
        return any(may(request, permission) for permission in self.permissions)

    def waiting(self, request: HttpRequest) -> QuerySet[Any]:
        return self.known().filter(self.waits(request))


def _disputes() -> QuerySet[Dispute]:
    due = Coalesce(F("evidence_due_at"), Value(NO_HURRY))
    told = Dispute.objects.select_related("account", "attempt__payment__order")
    return told.prefetch_related("evidence").annotate(urgent=due)


def _dispute_waits(_request: HttpRequest) -> Q:
    """Not one that was answered: the bank decides, and nobody can do anything about it.

    But one whose answer does not get through.
    """
    sent = DisputeEvidence.objects.filter(dispute=OuterRef("pk"), state__in=ANSWERS, error_code="")
    asked = Q(status=DisputeState.INQUIRY) & ~Q(Exists(sent.filter(of_inquiry=True)))
    claimed = Q(status=DisputeState.OPEN) & ~Q(Exists(sent.filter(of_inquiry=False)))
    return asked | claimed


def _reviews() -> QuerySet[Review]:
    return Review.objects.select_related("payment__order")


def _other_reviews(request: HttpRequest) -> Q:
    """Neither a hold that ends nor, for who sees disputes, one that stands there."""
    other = Q(resolved_at=None) & ~Q(kind=ReviewKind.HOLD_ENDING)
    if not may(request, SEE_DISPUTES):
        return other
    shown = Dispute.objects.filter(
        attempt__payment=OuterRef("payment"),
        provider_id=OuterRef("subject_ref"),
        status__in=UNDECIDED,
    )
    return other & ~(Q(kind=ReviewKind.DISPUTE) & Q(Exists(shown)))


def _refunds() -> QuerySet[Refund]:
    told = Refund.objects.select_related(
        "payment__order", "reason", "requested_by", "return_request"
    )
    return told.prefetch_related("lines__line")


def _returns() -> QuerySet[ReturnRequest]:
    told = ReturnRequest.objects.select_related("order", "reason")
    return told.prefetch_related("lines__line", "refunds")


def _return_waits(_request: HttpRequest) -> Q:
    """Not one whose parcel is awaited, nor one whose refund waits for approval."""
    waits = Refund.objects.filter(return_request=OuterRef("pk"), approval=Approval.WAITING)
    return Q(state=ReturnState.REQUESTED) | (Q(state=ReturnState.RECEIVED) & ~Q(Exists(waits)))


def _events() -> QuerySet[InboxEvent]:
    told = InboxEvent.objects.select_related("account", "attempt__payment__order")
    return told.defer("body", "headers")


SECTIONS: Final = (
    Section(
        "keys",
        _("Keys that a provider does not take"),
        (SEE_ACCOUNTS,),
        "since",
        key_troubles,
        lambda _request: Q(since__isnull=False),
        key_rows,
    ),
    Section(
        "disputes",
        _("Disputes to answer"),
        (SEE_DISPUTES,),
        "urgent",
        _disputes,
        _dispute_waits,
        dispute_rows,
    ),
    Section(
        "holds",
        _("Money that a bank holds for a short time only"),
        (SEE_REVIEWS,),
        "opened_at",
        _reviews,
        lambda _request: Q(resolved_at=None, kind=ReviewKind.HOLD_ENDING),
        review_rows,
    ),
    Section(
        "approvals",
        _("Refunds that wait for approval"),
        (SEE_REFUNDS, APPROVE),
        "requested_at",
        _refunds,
        lambda _request: Q(approval=Approval.WAITING),
        approval_rows,
    ),
    Section(
        "proposals",
        _("Settlements of differences that wait for approval"),
        (SEE_DISCREPANCIES,),
        "found_at",
        known_discrepancies,
        proposal_waits,
        discrepancy_rows,
    ),
    Section(
        "wishes",
        _("Wishes to cancel"),
        (SEE_WISHES, REJECT_WISH.permission),
        "requested_at",
        lambda: CancellationRequest.objects.select_related("order"),
        lambda _request: Q(state=CancellationState.REQUESTED),
        wish_rows,
    ),
    Section(
        "reviews",
        _("Questions about money"),
        (SEE_REVIEWS,),
        "opened_at",
        _reviews,
        _other_reviews,
        review_rows,
    ),
    Section(
        "books",
        _("Books that do not agree"),
        (SEE_DISCREPANCIES,),
        "found_at",
        known_discrepancies,
        discrepancy_waits,
        discrepancy_rows,
    ),
    Section(
        "returns",
        _("Returns to decide or to refund"),
        (SEE_RETURNS,),
        "requested_at",
        _returns,
        _return_waits,
        return_rows,
    ),
    Section(
        "events",
        _("Webhook events that were given up"),
        (SEE_EVENTS,),
        "received_at",
        _events,
        lambda _request: Q(state=InboxState.DEAD),
        event_rows,
    ),
)
"""The most urgent kind first."""
