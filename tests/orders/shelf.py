"""A stock that only notes what it was given back, by reference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from orders.services.stock import EndlessStock, StockLine


class NotedStock(EndlessStock):
    given_back: ClassVar[dict[str, dict[str, int]]] = {}

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        self.given_back[ref] = {line.sku: line.quantity for line in lines}
