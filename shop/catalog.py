"""What the shop must know of the installer's products."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from orders.money import Money


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for sale. `available` is None where pieces are not counted."""

    sku: str
    name: str
    price: Money
    url: str = ""
    image: str = ""
    available: int | None = None


class Catalog(Protocol):
    """Finds products by SKU; leaves out those not for sale."""

    def find(self, skus: Collection[str]) -> Mapping[str, Product]: ...
