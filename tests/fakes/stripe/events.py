"""What Stripe tells of every change: an event with the object as it was then."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from tests.fakes.stripe.errors import Json, invalid
from tests.fakes.stripe.store import Shelf, page, within

VERSION: Final = "2026-10-28.endive"
KEPT_FOR: Final = timedelta(days=30)


def announce(shelf: Shelf, kind: str, told: Json, *, previous: Json | None = None) -> Json:
    """Write the event `kind` about `told`; `previous`: what an update changed, as it was."""
    asked = shelf.world.asked
    event = shelf.new(
        "event",
        "evt",
        {
            "api_version": VERSION,
            "data": {},
            "pending_webhooks": 0,
            "request": {"id": asked.id, "idempotency_key": asked.idempotency_key},
            "type": kind,
        },
    )
    shelf.add(event)
    # As text: a snapshot is read rarely, and thousands of them are kept.
    data = {"object": told} | ({"previous_attributes": previous} if previous else {})
    shelf.notes[event["id"]] = {"data": json.dumps(data), "failed": 0}
    shelf.world.on_event(shelf, event)
    return event


def whole(shelf: Shelf, event: Json) -> Json:
    """The event with its snapshot, as it is told."""
    return {**event, "data": json.loads(shelf.notes[event["id"]]["data"])}


def retrieve(shelf: Shelf, wanted: str) -> Json:
    _forget_old(shelf, wanted)
    return whole(shelf, shelf.get("event", wanted, param="id"))


def _forget_old(shelf: Shelf, wanted: str | None) -> None:
    """An id that Stripe has forgotten is as unknown as one that never was."""
    event = shelf.objects.get(wanted or "")
    if event and event["object"] == "event" and not _kept(shelf)(event):
        shelf.drop(event)


def listed(shelf: Shelf, params: Json) -> Json:
    """The newest first; `types` takes up to 20 names, `type` one, each may end in `.*`."""
    _forget_old(shelf, params.get("ending_before", params.get("starting_after")))
    types = params.get("types", [params["type"]] if "type" in params else [])
    if len(types) > 20:
        raise invalid("You may pass up to 20 types.", param="types")
    kept, timely = _kept(shelf), within(params)
    delivered = _delivered(shelf, params.get("delivery_success"))

    def wanted(event: Json) -> bool:
        named = not types or any(named_by(each, event["type"]) for each in types)
        return named and timely(event) and kept(event) and delivered(event)

    told = page(shelf, shelf.of("event"), params, wanted=wanted)
    return {**told, "url": "/v1/events", "data": [whole(shelf, each) for each in told["data"]]}


def named_by(pattern: str, kind: str) -> bool:
    if pattern.endswith("*"):
        return kind.startswith(pattern[:-1])
    return pattern == kind


def _kept(shelf: Shelf) -> Callable[[Json], bool]:
    oldest = (shelf.world.now() - KEPT_FOR).timestamp()
    return lambda event: bool(event["created"] >= oldest)


def _delivered(shelf: Shelf, wanted: Any) -> Callable[[Json], bool]:
    """`delivery_success`: false where a webhook failed or waits, true where all came."""
    if wanted is None:
        return lambda _event: True
    return lambda event: (
        wanted == (not event["pending_webhooks"] and not shelf.notes[event["id"]]["failed"])
    )
