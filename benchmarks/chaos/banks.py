"""The seam between a run and the bank it plays with: what a stand-in of each provider offers."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from benchmarks.chaos.bank.book import Payment


@dataclass(frozen=True, slots=True)
class Letter:
    """One webhook: the id of its event, the payment it is about, and what it says."""

    id: str
    about: str
    body: bytes


class Bank(Protocol):
    """A bank in a thread of the run's process, living by its clock. It knows nothing of the shop.

    Its pages are known by the part of their address that `pages` finds, first group.
    """

    url: str
    lock: threading.RLock
    pages: re.Pattern[str]

    @property
    def secret(self) -> str:
        """By which its letters are signed."""

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def keys(self) -> Mapping[str, str]:
        """What the shop needs to be connected, its `provider` among it."""

    def environment(self) -> Mapping[str, str]:
        """What the shop's processes must be told of its address."""

    def next_due(self) -> datetime | None:
        """When something happens there by itself; whoever moves the clock calls `catch_up`."""

    def catch_up(self) -> None: ...

    def listed(self) -> int:
        """How many events its list holds."""

    def hide_list(self, until: datetime) -> None:
        """Answer nobody who asks for the list."""

    def letters(self, start: int) -> Sequence[Letter]:
        """Its webhooks from the `start`th on, the oldest first."""

    def sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        """The headers of a letter that is sent now."""

    def richer(self, letter: Letter) -> bytes:
        """The same letter, made to tell of money that never came."""

    def stranger(self, number: int) -> Letter:
        """A letter about a payment that another shop of the same account has made."""

    def asides(self) -> Collection[str]:
        """Events of its list that are about no payment at all, by their ids."""

    def pay(self, page: str, token: str, *, agrees: bool) -> str:
        """The shopper pays by what the token names, and answers the issuer where that asks.

        Where the browser is sent then: to the shop, to the page again where it was declined, or ""
        where the page is over.
        """

    def leave(self, page: str) -> str:
        """The shopper cancels there; where that leads."""

    def back_from(self, page: str) -> str:
        """Where a page leads once it is paid."""

    def refund_by_hand(self, order: str) -> None:
        """Half of what an order has paid, by somebody on the bank's own site."""

    def book(self) -> list[Payment]:
        """All payments as they are now, for the verdict."""

    def complaints(self) -> Collection[str]:
        """What the shop has asked that this bank does not take, or not twice."""
