"""What became of a payout of Stripe's; what it consists of is read from the day's report."""

from __future__ import annotations

from typing import Final

from payments.providers.payouts import PayoutSeen
from payments.providers.stripe.amounts import from_wire
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.mapping import currency_of

CAME_BACK: Final = frozenset({"failed", "canceled"})


def query_payout(api: StripeApi, payout_id: str) -> PayoutSeen:
    """As it is now, also where it was told as paid before; raises ProviderError."""
    told = api.ask(lambda sdk: sdk.v1.payouts.retrieve(payout_id), "payout")
    words = [told.maybe_text("failure_code"), told.maybe_text("failure_message")]
    return PayoutSeen(
        provider_id=told.name("id"),
        amount=from_wire(told.signed("amount"), currency_of(told)),
        came_back=told.text("status") in CAME_BACK,
        reason=": ".join(word for word in words if word),
    )
