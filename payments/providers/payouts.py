"""What a provider says of a payout to our bank, beside its reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from orders.money import Money

PAYOUT: Final = "payout"
"""The kind of object that an event about a payout names."""


@dataclass(frozen=True, slots=True)
class PayoutSeen:
    """`came_back`: it failed or was cancelled, so its money is in the balance there again.

    `reason`: the provider's words for why, "" where it has none.
    """

    provider_id: str
    amount: Money
    came_back: bool
    reason: str = ""


@runtime_checkable
class TellsOfPayouts(Protocol):
    """A provider that says what became of a payout; raises ProviderError."""

    def query_payout(self, payout_id: str) -> PayoutSeen: ...
