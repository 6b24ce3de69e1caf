"""Idempotency keys: the first answer of a key is the answer of each repetition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.fakes.stripe.errors import Refused, invalid

KEPT_FOR: Final = timedelta(hours=24)
LONGEST: Final = 255

Scope = tuple[str, bool, str]
"""The account, the mode and the key: another account's key is another key."""


@dataclass(slots=True)
class Answer:
    """What goes over the wire, without the headers of this one time."""

    status: int
    body: bytes
    kind: str = "application/json"
    request: str = ""
    """The id of the request that it answered first."""


@dataclass(slots=True)
class Entry:
    request: str
    since: datetime
    answer: Answer | None = None


class Keys:
    """Under the lock of the world. A key is `begin`-ed, then kept or forgotten."""

    def __init__(self) -> None:
        self._entries: dict[Scope, Entry] = {}

    def begin(self, scope: Scope, request: str, now: datetime) -> Answer | None:
        """The answer to repeat, or None where this is the first; `request`: all that it carries.

        Raises Refused: 400 where the key meant another request, 409 while the first is under way.
        """
        if len(scope[2]) > LONGEST:
            raise invalid(f"Idempotency keys can have up to {LONGEST} characters.")
        entry = self._entries.get(scope)
        if entry is None or entry.since <= now - KEPT_FOR:
            self._entries[scope] = Entry(request, now)
            return None
        if entry.request != request:
            raise _other_request(scope[2])
        if entry.answer is None:
            raise in_use(scope[2])
        return entry.answer

    @contextmanager
    def kept(self, scope: Scope | None) -> Iterator[Entry]:
        """Around the execution: whose answer is set inside is kept, else the key is free again."""
        entry = Entry("", datetime.min.replace(tzinfo=UTC))
        if scope is not None:
            entry = self._entries[scope]
        try:
            yield entry
        finally:
            if scope is not None and entry.answer is None:
                del self._entries[scope]


def _other_request(key: str) -> Refused:
    said = (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )
    return Refused(400, said, error={"type": "idempotency_error"})


def in_use(key: str) -> Refused:
    """Said of a key whose first request is under way."""
    said = f"There is currently another in-progress request using this Idempotent Key ({key})."
    told = {"type": "idempotency_error", "code": "idempotency_key_in_use"}
    return Refused(409, said, error=told, headers={"Stripe-Should-Retry": "true"})
