"""The providers that a run can be played with: what happens there, and the bank itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from benchmarks.chaos.banks import Bank
from benchmarks.chaos.plan import SANDBOX, Deck
from benchmarks.chaos.sandbox import SandboxBank

Open = Callable[[Callable[[], datetime], str], Bank]
"""Makes a bank that lives by a clock, from the seed of the run."""


def _sandbox() -> tuple[Deck, Open]:
    return SANDBOX, SandboxBank


def _stripe() -> tuple[Deck, Open]:
    from benchmarks.chaos.stripe.bank import StripeBank  # noqa: PLC0415  # its wire is slow to load
    from benchmarks.chaos.stripe.deck import STRIPE  # noqa: PLC0415  # its wire is slow to load

    return STRIPE, StripeBank


PROVIDERS: Final[Mapping[str, Callable[[], tuple[Deck, Open]]]] = {
    "sandbox": _sandbox,
    "stripe": _stripe,
}
