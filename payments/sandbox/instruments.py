"""What a shopper can pay with: each token names one and decides what happens to it."""

from dataclasses import dataclass

from django.utils.functional import Promise

from payments.sandbox.scenarios import BY_DIGITS, Scenario

TEST_CURRENCY = "XTS"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One choice of a page: a card, a wallet's account, an answer to a scan, or an account."""

    token: str
    method: str
    name: str | Promise
    """The brand of a card, or what the choice is called."""
    last4: str
    says: Promise
    scenario: Scenario

    @property
    def style(self) -> str:
        return str(self.name).lower()

    @property
    def mark(self) -> str:
        """What fits on a card the size of a stamp."""
        return {"Mastercard": "MC"}.get(str(self.name), str(self.name))

    def plays(self, *, amount: int, currency: str) -> Scenario:
        """Find what happens to such a payment: in XTS its last two digits may say so."""
        by_amount = BY_DIGITS.get(amount % 100) if currency == TEST_CURRENCY else None
        if by_amount is None or (by_amount.challenged and self.method != "card"):
            return self.scenario
        return by_amount
