"""Money: an integer of minor units with its ISO 4217 currency; never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import total_ordering
from typing import Final

from orders.errors import CurrencyMismatch, InvalidAmount

CODE: Final = re.compile("[A-Z]{3}")
PLAIN: Final = re.compile(r"-?[0-9]{1,21}(\.[0-9]{1,6})?")
# ISO 4217 currencies whose minor unit is not a hundredth.
_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
EXPONENTS: Final = {
    **dict.fromkeys(_WHOLE.split(), 0),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
}


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency: 2 unless ISO 4217 says otherwise."""
    return EXPONENTS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (pence, cents, yen). Mixing currencies raises CurrencyMismatch."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount) is not int:
            raise InvalidAmount(f"an amount is an integer of minor units, not {self.amount!r}")
        if not CODE.fullmatch(self.currency):
            raise InvalidAmount(f"{self.currency!r} is not an ISO 4217 code")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a decimal such as "12.30"; raises InvalidAmount on too many decimals."""
        if not PLAIN.fullmatch(text.strip()):
            raise InvalidAmount(f"{text[:40]!r} is not an amount")
        minor = Decimal(text.strip()).scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            most = exponent(currency)
            raise InvalidAmount(f"{text!r} has too many decimals: {currency} has {most}")
        return cls(int(minor), currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} is not {other.currency}")
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's digits."""
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.currency} {self.decimal}"
