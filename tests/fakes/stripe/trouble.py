"""Trouble on purpose: what the next request meets in the place of Stripe's best day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.fakes.stripe.errors import Refused

Kind = Literal["rate_limit", "lock_timeout", "error_before", "error_after", "hold"]

API_ERROR: Final = "An unexpected error occurred while processing your request."


LONGEST: Final = 60
"""Seconds after which a held request goes on by itself: its test has forgotten it."""


@dataclass(slots=True)
class Gate:
    """A request that is held: `reached` is set once it waits, `release` lets it go on."""

    patience: float = LONGEST

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        self.opened.set()

    def wait(self) -> None:
        self.reached.set()
        self.opened.wait(timeout=self.patience)


@dataclass(slots=True)
class Planned:
    """`on`: a part of the request's "METHOD /path key"; `gate` of a hold."""

    kind: Kind
    on: str
    gate: Gate = field(default_factory=Gate)


class Trouble:
    """What is planned, each for one request; the first that fits is met first."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._lock = threading.Lock()

    def next(self, kind: Kind, *, on: str = "", times: int = 1) -> None:
        """Let the next `times` requests whose "METHOD /path key" holds `on` meet it."""
        with self._lock:
            self._planned += [Planned(kind, on) for _ in range(times)]

    def hold(self, *, on: str = "") -> Gate:
        """Let the next such request wait, its idempotency key in use, until it is released."""
        return self._hold(on, Gate())

    def delay(self, seconds: float, *, on: str = "") -> Gate:
        """Let the next such request take that much longer, by the machine's clock."""
        return self._hold(on, Gate(seconds))

    def _hold(self, on: str, gate: Gate) -> Gate:
        with self._lock:
            self._planned.append(Planned("hold", on, gate))
        return gate

    def clear(self) -> None:
        with self._lock:
            self._planned.clear()

    def met_by(self, named: str) -> Planned | None:
        if not self._planned:
            return None
        with self._lock:
            for place, planned in enumerate(self._planned):
                if planned.on in named:
                    return self._planned.pop(place)
        return None


def rate_limited() -> Refused:
    said = "Request rate limit exceeded."
    told = {"type": "invalid_request_error", "code": "rate_limit"}
    return Refused(429, said, error=told, headers={"Retry-After": "1"})


def locked() -> Refused:
    said = "This object cannot be accessed right now because another request is accessing it."
    told = {"type": "invalid_request_error", "code": "lock_timeout"}
    return Refused(429, said, error=told, headers={"Stripe-Should-Retry": "true"})


def broken() -> Refused:
    return Refused(500, API_ERROR, error={"type": "api_error"})


REFUSALS: Final[dict[str, Callable[[], Refused]]] = {
    "rate_limit": rate_limited,
    "lock_timeout": locked,
}
"""Refused before execution begins, so that no idempotency key keeps them."""
