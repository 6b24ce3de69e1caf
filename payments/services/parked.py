"""Events that fit no payment: they wait three days for one, unless they are certainly not ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from django.db import transaction

from orders.clock import now
from orders.models import CROCKFORD
from orders.wake import wake
from payments.models import InboxEvent, ParkedReference
from payments.models.inbox import AGAIN, DRAIN_TASK
from payments.providers.base import ProviderObject, WebhookEvent
from payments.registry import capabilities_of
from payments.schedule import next_look
from payments.states import InboxState

NO_PAYMENT: Final = "no payment of ours has this reference"
OF_NO_PAYMENT: Final = "events of this kind tell of no payment"
NOT_OURS: Final = "its reference is none that we give"
LIKE_OURS: Final = re.compile(f"[A-Z][{CROCKFORD}]{{20}}", re.IGNORECASE)


def park(event: InboxEvent, told: WebhookEvent) -> None:
    """Nothing of ours is meant yet: look again for three days, then give up.

    One that lacks our reference, or names one which cannot be ours, is another shop's of the same
    account; and so is, after the three days, one that could not say whose it is.
    """
    if event.state == InboxState.RECEIVED and _is_foreign(told):
        ignore(event, NOT_OURS)
        return
    again = next_look(event.received_at, at=now())
    if not (again or told.our_ref) and capabilities_of(event.account).shared:
        ignore(event, NO_PAYMENT)
        return
    ParkedReference.objects.bulk_create(
        (ParkedReference(event=event, object_id=seen.id) for seen in told.objects),
        ignore_conflicts=True,
    )
    InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
        state=InboxState.PARKED if again else InboxState.DEAD,
        next_run_at=again,
        last_error=NO_PAYMENT,
    )


def _is_foreign(told: WebhookEvent) -> bool:
    return told.foreign or bool(told.our_ref and not LIKE_OURS.fullmatch(told.our_ref))


def ignore(event: InboxEvent, why: str) -> None:
    """Leave an event aside for good that is not done. A second call changes nothing."""
    InboxEvent.objects.filter(pk=event.pk, state__in=AGAIN).update(
        state=InboxState.IGNORED, done_at=now(), next_run_at=None, last_error=why
    )


def release_parked(account_id: int, objects: Iterable[ProviderObject]) -> None:
    """Queue what waits for these objects, once the transaction that books them has committed."""
    if named := [seen.id for seen in objects]:
        # No partial: Django logs a robust failure by the name of the function, and it has none.
        transaction.on_commit(lambda: _queue(account_id, named), robust=True)


def _queue(account_id: int, named: list[str]) -> None:
    waiting = InboxEvent.objects.filter(
        account_id=account_id, state=InboxState.PARKED, references__object_id__in=named
    )
    if waiting.update(next_run_at=now()):
        wake(DRAIN_TASK)
