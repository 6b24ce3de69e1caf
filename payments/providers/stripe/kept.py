"""How a card that Stripe keeps is named in our rows: its customer there, and the card. Pure."""

from __future__ import annotations

from typing import NamedTuple

from payments.providers.base import Failure
from payments.providers.errors import ProviderRejected


class KeptCard(NamedTuple):
    """Stripe charges a card again only for the customer that it is kept for."""

    customer: str
    card: str

    @classmethod
    def named(cls, text: str) -> KeptCard:
        """Read what `str` wrote; raises ProviderRejected on anything else."""
        customer, slash, card = text.partition("/")
        if not (customer and slash and card):
            raise ProviderRejected(Failure("saved_card_gone", "not a card of Stripe's"))
        return cls(customer, card)

    def __str__(self) -> str:
        return f"{self.customer}/{self.card}"
