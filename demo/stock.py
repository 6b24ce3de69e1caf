"""Takes goods from the shelf and puts them back, once per reference: the Stock seam."""

from collections import Counter
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from demo.models import Product, StockMovement
from orders.errors import OutOfStock
from orders.services.stock import StockLine

TAKE = StockMovement.Direction.TAKE
BACK = StockMovement.Direction.BACK


class DemoStock:
    """Moves stock inside the caller's transaction, by conditional UPDATE in SKU order."""

    def take(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Take every line or none; raises OutOfStock. A second call for a ref changes nothing."""
        _move(ref, lines, TAKE)

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Put every line back. A second call for a ref changes nothing."""
        _move(ref, lines, BACK)


def _move(ref: str, lines: Sequence[StockLine], direction: StockMovement.Direction) -> None:
    wanted = _left_to_move(ref, lines, direction)
    if not wanted:
        return
    try:
        with transaction.atomic():  # a savepoint: when one SKU falls short, none is taken
            short = [sku for sku, count in wanted if not _change(sku, count, direction)]
            if short and direction == TAKE:
                raise OutOfStock(skus=short)
            StockMovement.objects.bulk_create(
                StockMovement(ref=ref, sku=sku, quantity=count, direction=direction)
                for sku, count in wanted
            )
    except IntegrityError:
        # The same ref was moved by another transaction between our look and our write.
        if _left_to_move(ref, lines, direction):
            raise


def _left_to_move(
    ref: str, lines: Sequence[StockLine], direction: StockMovement.Direction
) -> list[tuple[str, int]]:
    """SKUs and counts in SKU order, less what this ref moved already or never took."""
    moves = StockMovement.objects.filter(ref=ref).values_list("direction", "sku")
    moved = {sku for way, sku in moves if way == direction}
    taken = {sku for way, sku in moves if way == TAKE}
    counts: Counter[str] = Counter()
    for line in lines:
        counts[line.sku] += line.quantity
    return sorted(
        (sku, count)
        for sku, count in counts.items()
        if sku not in moved and (direction == TAKE or sku in taken)
    )


def _change(sku: str, count: int, direction: StockMovement.Direction) -> bool:
    rows = Product.objects.filter(sku=sku)
    if direction == TAKE:
        return bool(rows.filter(stock__gte=count).update(stock=F("stock") - count))
    return bool(rows.update(stock=F("stock") + count))
