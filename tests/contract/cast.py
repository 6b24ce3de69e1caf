"""Who plays in the contract: a seller with an account at a provider, and what was sold there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import pytest
from django.utils.module_loading import import_string

from orders.clock import now
from orders.models import random_code
from orders.money import Money
from payments.conf import payment_settings
from payments.providers.base import (
    Account,
    CaptureRequest,
    CreateRequest,
    Outcome,
    ProviderRef,
    RefundRequest,
    RefundStatus,
    Status,
    WebhookEvent,
)
from payments.providers.capabilities import Capabilities, MethodCapability
from payments.providers.protocol import Provider
from tests.config.waiting import until
from tests.contract.providers import RIGS
from tests.contract.rig import Act, Booked, Rig

BACK: Final = "http://127.0.0.1:9/back/"
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)
CURRENCIES: Final = ("GBP", "EUR", "USD", "CNY", "JPY", "KWD")
SOON, IMPATIENT = 8.0, 0.4
"""How long a call may take; and how long where no answer is expected."""
UNDECIDED: Final = {Status.REQUIRES_ACTION, Status.APPROVED, Status.PROCESSING, Status.UNKNOWN}


def capabilities_of(provider: str) -> Capabilities:
    """What an adapter says of itself."""
    found: Capabilities = import_string(payment_settings().providers[provider]).capabilities
    return found


def methods_of(provider: str) -> list[MethodCapability]:
    """The ways to pay that an account has which its rig opens."""
    local: Mapping[str, Collection[str]] = import_string(RIGS[provider]).currencies
    can = capabilities_of(provider).methods
    return [each.within(local.get(each.method, ())) for each in can]


def a_ref(letter: str) -> str:
    """A reference as our rows have it."""
    return letter + random_code(20)


@dataclass(frozen=True, slots=True)
class Seller:
    """We, with one account at one provider."""

    rig: Rig
    account: Account
    timeout: float = SOON

    @property
    def provider(self) -> Provider:
        adapter = import_string(payment_settings().providers[self.rig.provider])
        made: Provider = adapter(self.account, timeout=self.timeout)
        return made

    @property
    def impatient(self) -> Seller:
        """The same seller, who does not wait for what will not come."""
        return replace(self, timeout=IMPATIENT)

    def with_account(self, **changes: Any) -> Seller:
        return replace(self, account=replace(self.account, **changes))

    def method_where(self, act: Act) -> MethodCapability:
        """A way to pay by which a shopper can do this; skips the test where there is none."""
        for each in self.provider.capabilities.methods:
            if act in self.rig.acts(each.method):
                return each
        pytest.skip(f"no shopper of {self.rig.provider} can {act}")

    def holding(self, act: Act = Act.APPROVE) -> MethodCapability:
        """A way to pay whose money can be held first; skips the test where there is none."""
        methods = [each for each in self.provider.capabilities.methods if each.can_hold]
        if not methods:
            pytest.skip(f"{self.rig.provider} does not hold money for us")
        for each in methods:
            if act in self.rig.acts(each.method):
                return each
        pytest.skip(f"no shopper of {self.rig.provider} can {act} where money is held")

    def holds(self, act: Act = Act.APPROVE) -> Sale:
        """100.00 that the provider was asked to hold, once the shopper has done this."""
        method = self.holding(act)
        begun = self.begins(act, method=method.method, amount=price(method), hold=True)
        return begun.goes(act)

    def lists_events(self) -> Seller:
        """The seller themselves; skips the test where the provider has no such list."""
        if not self.provider.capabilities.event_feed:
            pytest.skip(f"{self.rig.provider} does not list events")
        return self

    def asks(self, act: Act = Act.APPROVE, **given: Any) -> CreateRequest:
        """A request for 100.00 by a method where a shopper can do this."""
        method = self.method_where(act)
        ref = a_ref("A")
        request = CreateRequest(ref, price(method), f"{ref}:create", method.method, "Order 1", BACK)
        return replace(request, **given)

    def begins(self, act: Act = Act.APPROVE, **given: Any) -> Sale:
        """A payment that waits for its shopper."""
        request = self.asks(act, **given)
        return Sale(self, request, self.provider.create(request))

    def sells(self, act: Act = Act.APPROVE, **given: Any) -> Sale:
        """A payment with which the shopper did this, once that is decided."""
        return self.begins(act, **given).goes(act)

    def booked(self, request: CreateRequest) -> list[Booked]:
        return self.rig.book(self.account, request.our_ref)


@dataclass(frozen=True, slots=True)
class Sale:
    """One payment at the provider."""

    seller: Seller
    request: CreateRequest
    created: Outcome

    @property
    def ref(self) -> ProviderRef:
        return payment_ref(self.created)

    @property
    def booked(self) -> Booked:
        """The one payment that the provider has under our reference."""
        (only,) = self.seller.booked(self.request)
        return only

    def goes(self, act: Act) -> Sale:
        """Let the shopper do this, and wait until it is decided."""
        self.seller.rig.shopper(act, self.request.method, self.created)
        self.once(lambda told: told.status not in UNDECIDED)
        return self

    def told(self) -> Outcome:
        return self.seller.provider.query(self.ref)

    def once(self, holds: Callable[[Outcome], object]) -> Outcome:
        """What the provider says once that holds."""
        seen: list[Outcome] = []

        def asked() -> object:
            seen.append(self.told())
            return holds(seen[-1])

        assert until(asked, seconds=30), seen[-1]
        return seen[-1]

    def events(self) -> list[WebhookEvent]:
        """What all webhooks of the payment tell, oldest first."""
        provider, rig = self.seller.provider, self.seller.rig
        raws = rig.webhooks(self.seller.account, self.request.our_ref)
        return [event for raw in raws for event in provider.parse_webhook(raw, now()).events]

    def outcomes(self) -> list[Outcome]:
        """The same as facts; skips the test where a webhook only says that there is news."""
        told = [event.outcome for event in self.events() if event.outcome]
        if not told:
            pytest.skip(f"webhooks of {self.seller.rig.provider} tell no totals")
        return told

    def part(self, hundredths: int) -> Money:
        return Money(self.request.amount.amount * hundredths // 100, self.request.amount.currency)

    def asks_for(self, hundredths: int, *, final: bool = True) -> CaptureRequest:
        """A request to take so much of the whole that is held."""
        ref = a_ref("C")
        return CaptureRequest(self.ref, ref, self.part(hundredths), f"{ref}:capture", final)

    def asks_back(self, hundredths: int) -> RefundRequest:
        """A request to give back so much of the whole."""
        ref = a_ref("R")
        return RefundRequest(self.ref, ref, self.part(hundredths), f"{ref}:refund", "broken")

    def gives_back(self, hundredths: int) -> RefundRequest:
        """A refund, once it is made."""
        request = self.asks_back(hundredths)
        self.seller.provider.refund(request)
        self.once(partial(is_given_back, request=request))
        return request


def is_given_back(told: Outcome, request: RefundRequest) -> bool:
    done = {r.our_ref for r in told.refunds if r.status == RefundStatus.SUCCEEDED}
    return request.our_ref in done


def payment_ref(outcome: Outcome) -> ProviderRef:
    """The provider's id of a payment, by which the services ask for it."""
    return ProviderRef(next(seen.id for seen in outcome.objects if seen.kind == "payment"))


def price(method: MethodCapability, amount: int = 10_000) -> Money:
    """So much, within what the method takes and in a currency that it takes."""
    least, most = method.minimum, method.maximum or amount
    return Money(max(least, min(amount, most)), currencies(method)[0])


def currencies(method: MethodCapability) -> list[str]:
    """What a method is tried in: all that it names, or the usual ones."""
    usual = [code for code in CURRENCIES if not method.currencies or code in method.currencies]
    return usual + sorted(method.currencies - set(usual))
