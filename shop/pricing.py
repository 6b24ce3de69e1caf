"""What a cart costs right now: one pure function for cart page, checkout and placement alike."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.money import Money
from shop.catalog import Product


class Problem(enum.StrEnum):
    """Why a line cannot be bought as it stands."""

    GONE = "gone"
    SOLD_OUT = "sold_out"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of one SKU."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line with its price; `product` is None where it is no longer for sale."""

    sku: str
    quantity: int
    product: Product | None
    gross: Money
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Every line, and the total that is to be paid. Lines that are gone cost nothing."""

    lines: tuple[QuoteLine, ...]
    total: Money

    @property
    def buyable(self) -> bool:
        return bool(self.lines) and not any(line.problem for line in self.lines)

    @property
    def goods(self) -> Money:
        return sum((line.gross for line in self.lines), Money.zero(self.total.currency))

    @property
    def delivery(self) -> Money:
        return self.total - self.goods

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """A short digest of what a page showed: SKUs, pieces, unit prices and the total."""
        shown = sorted(
            (line.sku, line.quantity, str(line.product.price) if line.product else "")
            for line in self.lines
        )
        return hashlib.sha256(json.dumps([shown, str(self.total)]).encode()).hexdigest()[:16]


def quote(
    wanted: Sequence[Wanted],
    products: Mapping[str, Product],
    *,
    currency: str,
    max_quantity: int,
) -> Quote:
    """Price each line at today's price; amounts in minor units of `currency`."""
    lines = []
    for want in wanted:
        product = products.get(want.sku)
        if product and product.price.currency != currency:
            product = None
        gross = product.price * want.quantity if product else Money.zero(currency)
        problem = problem_of(want.quantity, product, max_quantity=max_quantity)
        lines.append(QuoteLine(want.sku, want.quantity, product, gross, problem))
    return Quote(tuple(lines), sum((line.gross for line in lines), Money.zero(currency)))


def problem_of(quantity: int, product: Product | None, *, max_quantity: int) -> Problem | None:
    """Why so many pieces of this product cannot be bought, or None."""
    if product is None:
        return Problem.GONE
    if product.available is not None and product.available <= 0:
        return Problem.SOLD_OUT
    if quantity > max_quantity:
        return Problem.TOO_MANY
    if product.available is not None and product.available < quantity:
        return Problem.TOO_FEW
    return None
