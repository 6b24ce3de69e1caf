"""Stripe's list of events: on from where we stood, or back to where we had read all.

Pages go on after an event, the nearest first. An event is forgotten after 30 days, and whoever
stood there can only be led from the newest one back. On the way, a cursor names both ends: the
newest event, from which on it is read forward afterwards, and the oldest one read so far.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from payments.providers.base import EventPage, WebhookEvent
from payments.providers.errors import BadAnswer, ProviderRejected
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.reader import PAGE, SKEW
from payments.providers.stripe.webhook import read_event
from payments.providers.told import Told

if TYPE_CHECKING:
    from stripe.params import EventListParams

LONGEST_CURSOR: Final = 120
FORGOTTEN: Final = "resource_missing:starting_after"


def list_events(api: StripeApi, cursor: str, since: datetime) -> EventPage:
    """A page of what happened, the oldest first; raises NotFound for a forgotten cursor."""
    if cursor and " " not in cursor:
        return _read_on(api, cursor)
    return _read_back(api, cursor, since)


def _read_on(api: StripeApi, newest: str) -> EventPage:
    told = _ask(api, {"limit": PAGE, "ending_before": newest})
    listed, names = _read(told)
    return EventPage(listed, names[-1] if names else newest, told.flag("has_more"))


def _read_back(api: StripeApi, cursor: str, since: datetime) -> EventPage:
    """What happened before what was read so far, but not before `since`."""
    newest, _, oldest = cursor.partition(" ")
    params: EventListParams = {"limit": PAGE, "created": {"gte": int((since - SKEW).timestamp())}}
    if oldest:
        params["starting_after"] = oldest
    try:
        told = _ask(api, params)
    except ProviderRejected as error:
        if error.failure.raw != FORGOTTEN:
            raise
        return EventPage((), newest, more=True)  # and with it all that is older
    listed, names = _read(told)
    newest = newest or (names[-1] if names else "")
    if not (names and told.flag("has_more")):
        return EventPage(listed, newest, more=bool(oldest))  # what has happened meanwhile
    return EventPage(listed, _both(newest, names[0]), more=True)


def _both(newest: str, oldest: str) -> str:
    cursor = f"{newest} {oldest}"
    if len(cursor) > LONGEST_CURSOR:
        raise BadAnswer("ids of events too long to be noted")
    return cursor


def _ask(api: StripeApi, params: EventListParams) -> Told:
    return api.ask_list("/v1/events", params, "events")


def _read(told: Told) -> tuple[tuple[WebhookEvent, ...], list[str]]:
    """The events of a page, the oldest first, and their ids; raises BadAnswer."""
    listed = tuple(_listed(each) for each in told.items("data")[::-1])
    names = [event.event_id for event in listed if event.event_id]
    if listed and not names:
        raise BadAnswer("no event with an id")
    return listed, names


def _listed(told: object) -> WebhookEvent:
    """One event with its body; what cannot be read is for who applies it to say."""
    body = json.dumps(told).encode()
    try:
        event = read_event(told)
    except BadAnswer:
        row = told if isinstance(told, dict) else {}
        name = row.get("id")
        return WebhookEvent(name if isinstance(name, str) else "", "", body=body)
    return replace(event, body=body)
