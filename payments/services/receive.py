"""Storing what a webhook brings: one statement an event, before the provider is answered."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Final

from django.db import transaction

from orders.wake import wake
from payments.models import InboxEvent, ProviderAccount
from payments.models.inbox import DRAIN_TASK
from payments.providers.base import RawRequest, WebhookEvent
from payments.states import InboxState

KEPT_HEADERS: Final = ("content-type", "user-agent")
"""What an investigation needs; never a cookie or an authorization."""


def receive_all(
    *, account: ProviderAccount, events: Iterable[WebhookEvent], raw: RawRequest
) -> None:
    """Store the verified events of one body, in its order.

    One without an id is known by the body, and from the second in it on by its place too.
    """
    for place, event in enumerate(events):
        nameless = place and not event.event_id
        own = replace(event, event_id=f"{digest(raw.body)}:{place}") if nameless else event
        receive(account=account, event=own, raw=raw)


def receive(*, account: ProviderAccount, event: WebhookEvent, raw: RawRequest) -> None:
    """Store one verified event and wake a worker. A repeat of a done event changes nothing."""
    _store(
        InboxEvent(
            account=account,
            event_id=event.event_id or digest(raw.body),
            kind=event.kind,
            body=raw.body,
            headers=_named(raw.headers, KEPT_HEADERS),
        )
    )


def receive_deferred(*, account: ProviderAccount, raw: RawRequest, needs: Collection[str]) -> None:
    """Store a request that a worker must verify first, with the headers that it `needs`.

    Its key is made of all that is verified: a forgery cannot take the place of the true one.
    """
    signed = _named(raw.headers, needs)
    _store(
        InboxEvent(
            account=account,
            event_id=digest(raw.body, repr(sorted(signed.items())).encode()),
            kind="deferred",
            body=raw.body,
            headers=_named(raw.headers, KEPT_HEADERS) | signed,
            deferred=True,
        )
    )


def receive_unreadable(*, account: ProviderAccount, raw: RawRequest, problem: str) -> None:
    """Keep a truly signed request that nobody can read, for a person. A repeat changes nothing.

    It is given up from the start: what it tells is booked by a replay, once it can be read.
    """
    event = InboxEvent(
        account=account,
        event_id=digest(raw.body),
        kind="unreadable",
        body=raw.body,
        headers=_named(raw.headers, KEPT_HEADERS),
        state=InboxState.DEAD,
        next_run_at=None,
        last_error=problem[:200],
    )
    with _committed():
        event.store()


def _store(event: InboxEvent) -> None:
    with _committed():
        waits = event.store()
    if waits:
        wake(DRAIN_TASK)


def _committed() -> AbstractContextManager[object]:
    """One statement commits by itself; a transaction around it is refused, as durable does."""
    return nullcontext() if transaction.get_autocommit() else transaction.atomic(durable=True)


def _named(headers: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: headers[name] for name in names if name in headers}


def digest(*parts: bytes) -> str:
    """The name of what comes without one: the same content is known again."""
    return "sha256:" + hashlib.sha256(b"\n".join(parts)).hexdigest()
