"""What the worker holds after a hundred thousand events, beside after the first ten thousand.

Each order is heard of five times: its shopper is at the bank, its bank takes its time, its money
is there, and that twice more. So every event is applied under its locks, and every fifth one also
books a capture, confirms an order and sends a mail. Import it with Django set up.
"""

import json
from collections.abc import Iterator

from benchmarks.bench.attempts import PRICE, open_waiting
from benchmarks.bench.hooks import Hook
from benchmarks.bench.inhabit import all_is_done
from benchmarks.bench.rounds import Scene
from benchmarks.bench.stage import StageError, until
from orders.wake import wake
from payments.models import InboxEvent, ProviderAccount
from payments.models.inbox import DRAIN_TASK
from payments.providers.sandbox.webhook import read_event
from payments.states import InboxState

LAPS, EVENTS = 10, 10_000
SIGHTS = ("requires_action", "processing", "captured", "captured", "captured")
PATIENCE_SECONDS = 1_800.0


def measure_memory(scene: Scene) -> float:
    """Megabytes of the worker's processes after the last lap over those after the first."""
    sizes = []
    for lap in range(1, LAPS + 1):
        _store_events(scene.town.hook)
        wake(DRAIN_TASK)
        if not until(all_is_done, seconds=PATIENCE_SECONDS):
            raise StageError(f"the worker does not finish {EVENTS:,} events and their mails")
        if InboxEvent.objects.exclude(state=InboxState.DONE).exists():
            raise StageError("the worker gave an event up")
        sizes.append(scene.meter.resident_mb("worker"))
        scene.say(f"  worker_memory: {sizes[-1]:.1f} MB after {lap * EVENTS:,} events")
    return sizes[-1] / sizes[0]


def _store_events(hook: Hook) -> None:
    """What the bank would tell of a lap's orders, due now."""
    account = ProviderAccount.objects.get(code="sandbox")
    references = open_waiting(EVENTS // len(SIGHTS))
    InboxEvent.objects.bulk_create(_events(hook, account, references), batch_size=1_000)


def _events(hook: Hook, account: ProviderAccount, references: list[str]) -> Iterator[InboxEvent]:
    for reference in references:
        for status in SIGHTS:
            body = hook.event(our_ref=reference, amount=PRICE.amount, status=status)
            told = read_event(json.loads(body))
            yield InboxEvent(account=account, event_id=told.event_id, kind=told.kind, body=body)
