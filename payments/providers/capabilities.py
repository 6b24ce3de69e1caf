"""What a provider can do, by method: data that decide what is offered and how often it is asked."""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from orders.money import Money


class Flow(enum.StrEnum):
    """How a shopper pays by a method; it decides how often we ask what became of it.

    `slow`: the bank confirms minutes or days after the shopper has agreed. `offline`: the shopper
    sends the money by themselves, as by bank transfer, and it comes days later.
    """

    REDIRECT = "redirect"
    QR = "qr"
    SLOW = "slow"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class MethodCapability:
    """One way to pay, as this provider offers it. No currencies named means all.

    `can_save`: the provider can keep it, to be charged again for the same shopper. `can_hold`:
    it can be authorized first and captured later. `can_embed`: it can be paid on our own page, by
    the script that `Capabilities.fields` names. `local`: only accounts that the provider says it
    of have it, each in currencies of its own. Limits are in minor units; `minimums` are those of
    the currencies that have one of their own, `steps` what amounts must be multiples of.
    """

    method: str
    flow: Flow = Flow.REDIRECT
    can_save: bool = False
    can_hold: bool = False
    can_embed: bool = False
    local: bool = False
    currencies: frozenset[str] = frozenset()
    minimum: int = 1
    maximum: int | None = None
    minimums: Mapping[str, int] = field(default_factory=dict)
    steps: Mapping[str, int] = field(default_factory=dict)

    def within(self, currencies: Collection[str]) -> MethodCapability:
        """The same in these of its currencies only; in all of them where none are named."""
        return replace(self, currencies=frozenset(currencies) or self.currencies)

    def least(self, currency: str) -> int:
        """The smallest amount that it takes."""
        least, step = self.minimums.get(currency, self.minimum), self.steps.get(currency, 1)
        return -(-least // step) * step

    def takes(self, amount: Money) -> bool:
        """Whether so much can be paid by it."""
        most, step = self.maximum, self.steps.get(amount.currency, 1)
        fits = self.least(amount.currency) <= amount.amount and amount.amount % step == 0
        in_bounds = fits and (most is None or amount.amount <= most)
        return in_bounds and (not self.currencies or amount.currency in self.currencies)


@dataclass(frozen=True, slots=True)
class Fields:
    """The provider's fields on our page: its script, ours that calls it, and whom they speak to.

    `script` is loaded from the provider and from nowhere else; `module` is a static file;
    `frames` and `calls` are the origins that the page must allow; `pages` those that a form of it
    may lead to, where the shopper pays on the provider's own page instead; `declines` has our code
    for each of its words for a decline, which `module` is told in the shopper's language.
    """

    script: str
    module: str
    frames: tuple[str, ...]
    calls: tuple[str, ...]
    pages: tuple[str, ...]
    declines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; `absence_is_proof`: an unknown reference was never charged.

    `event_feed`: it lists what has happened, so that a webhook that got lost is found.
    `shared`: others may sell by the same account, and not all events say whose they are.
    `webhook_secrets` names the secrets of an account that webhooks are verified with.
    """

    methods: tuple[MethodCapability, ...]
    idempotency_window: timedelta
    absence_is_proof: bool = False
    event_feed: bool = False
    shared: bool = False
    webhook_secrets: tuple[str, ...] = ("webhook_secret",)
    fields: Fields | None = None
