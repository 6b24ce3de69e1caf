"""The Stock of the replay: by conditional UPDATE, in SKU order, once per reference."""

from collections.abc import Sequence
from operator import attrgetter

from django.db import transaction
from django.db.models import F

from benchmarks.warehouse.models import Item, Pick
from orders.errors import OutOfStock
from orders.services.stock import StockLine


class WarehouseStock:
    """Lines come merged, one per SKU, as orders has them."""

    def take(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Take all or none; raises OutOfStock. A second call changes nothing."""
        with transaction.atomic():
            _, first = Pick.objects.get_or_create(ref=ref)
            short = [line.sku for line in _sorted(lines) if not _take(line)] if first else []
            if short:
                raise OutOfStock(skus=short)

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Return what ref took; `order/refund` some of what `order` did. A second call: nothing."""
        with transaction.atomic():
            if "/" in ref and Pick.objects.filter(ref=ref.partition("/")[0]).exists():
                Pick.objects.get_or_create(ref=ref)
            if Pick.objects.filter(ref=ref, given_back=False).update(given_back=True):
                for line in _sorted(lines):
                    Item.objects.filter(sku=line.sku).update(stock=F("stock") + line.quantity)


def _sorted(lines: Sequence[StockLine]) -> list[StockLine]:
    return sorted(lines, key=attrgetter("sku"))


def _take(line: StockLine) -> bool:
    enough = Item.objects.filter(sku=line.sku, stock__gte=line.quantity)
    return bool(enough.update(stock=F("stock") - line.quantity))
