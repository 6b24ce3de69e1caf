"""What a stored event tells is booked: its own outcome, or the answer to what it has us ask."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from orders.clock import now
from payments.errors import BodyForgotten
from payments.models import Attempt, InboxEvent, ProviderAccount, ProviderObject
from payments.models.inbox import AGAIN
from payments.providers.base import Outcome, RawRequest, WebhookEvent
from payments.providers.payouts import PAYOUT
from payments.registry import provider_for
from payments.services.apply import apply_outcome
from payments.services.ask import claim_question, query
from payments.services.disputes_seen import decides_anew
from payments.services.failed_payouts import IN_REPORT, hear_of_payout
from payments.services.parked import OF_NO_PAYMENT, ignore, park
from payments.states import ENDED, OBSERVED, AttemptStatus, InboxState

ASK_EVERY: Final = timedelta(seconds=5)
"""How often events that only say "ask me" make us ask about one attempt."""


def apply_event(event: InboxEvent) -> None:
    """Apply one stored event; the outcome and `done` commit together. A second call: no change.

    Raises BodyForgotten, or whatever the adapter raises of a body that it cannot read.
    """
    told = provider_for(event.account).read_event(raw_of(event), event.event_id)
    if payout := next((seen.id for seen in told.objects if seen.kind == PAYOUT), ""):
        _hear(event, payout, told)
        return
    if not told.heard and event.state == InboxState.RECEIVED:
        ignore(event, OF_NO_PAYMENT)
        return
    attempt = _attempt_of(event.account, told)
    if attempt is None:
        park(event, told)
        # What it names may have been booked meanwhile, by who did not see it parked.
        attempt = _attempt_of(event.account, told)
    if attempt is None:
        return
    if told.outcome and _is_believed(attempt, told.outcome):
        _book(attempt.pk, told.outcome, [event.pk], source="webhook")
    else:
        _ask_about(attempt.pk, event)


def _hear(event: InboxEvent, payout: str, told: WebhookEvent) -> None:
    if told.heard:
        hear_of_payout(event, payout)
    else:
        ignore(event, IN_REPORT)


def raw_of(event: InboxEvent) -> RawRequest:
    """The webhook as it came in; raises BodyForgotten where it is not kept any more."""
    if event.forgotten_at:
        raise BodyForgotten(f"its body was forgotten on {event.forgotten_at:%Y-%m-%d}")
    return RawRequest(body=bytes(event.body), headers=event.headers)


def _is_believed(attempt: Attempt, told: Outcome) -> bool:
    """Whether an event is booked as it is: money is a fact, however old the event.

    A word without money may be an old one. It ends no attempt in flight and moves none that is on
    its way: the provider is asked instead. So it is where a dispute was decided otherwise, and
    where money is spoken of without saying how much.
    """
    if told.disputes and decides_anew(attempt, told):
        return False
    if told.captures or told.refunds or told.disputes:
        return True
    if told.captured or told.authorized or told.released:
        return True
    newest = OBSERVED.get(told.status)
    if newest is None or not attempt.in_flight:
        return newest is not None
    on_its_way = attempt.status == AttemptStatus.PROCESSING
    return newest == attempt.status or not (on_its_way or newest in ENDED)


def _book(attempt_id: int, outcome: Outcome, events: Collection[int], *, source: str) -> None:
    with transaction.atomic(durable=True):
        apply_outcome(attempt_id=attempt_id, outcome=outcome, source=source)
        InboxEvent.objects.filter(pk__in=events, state__in=AGAIN).update(
            state=InboxState.DONE,
            attempt_id=attempt_id,
            done_at=now(),
            next_run_at=None,
            last_error="",
        )


def _ask_about(attempt_id: int, event: InboxEvent) -> None:
    """Ask, and let the answer settle all that wait for one; else wait for the next question."""
    if not claim_question(attempt_id, every=ASK_EVERY):
        InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
            state=InboxState.RECEIVED, attempt_id=attempt_id, next_run_at=now() + ASK_EVERY
        )
        return
    # Only what was stored before the question is answered by it.
    waiting = InboxEvent.objects.filter(attempt_id=attempt_id, state__in=AGAIN)
    answered = {event.pk, *waiting.values_list("pk", flat=True)}
    attempt = Attempt.objects.select_related("account").get(pk=attempt_id)
    _book(attempt_id, query(attempt), answered, source="asked")


def _attempt_of(account: ProviderAccount, told: WebhookEvent) -> Attempt | None:
    """The attempt an event is about: by our reference, else by any id the provider names."""
    attempts = Attempt.objects.filter(account=account).only("status")  # the rest is read locked
    if told.our_ref and (attempt := attempts.filter(our_ref=told.our_ref).first()):
        return attempt
    named = Q(pk__in=())
    for seen in told.objects:
        named |= Q(kind=seen.kind, object_id=seen.id)
    known = ProviderObject.objects.filter(named, account=account).select_related("attempt").first()
    return known.attempt if known else None
