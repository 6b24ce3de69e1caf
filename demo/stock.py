"""Takes goods from the shelf and puts them back, once per reference: the Stock seam."""

from collections import Counter
from collections.abc import Mapping, Sequence

from django.db.models import Case, F, IntegerField, Value, When

from demo.models import Product, StockMovement
from orders.errors import OutOfStock
from orders.services.stock import StockLine

TAKE = StockMovement.Direction.TAKE
BACK = StockMovement.Direction.BACK
Wanted = list[tuple[str, int]]


class DemoStock:
    """Moves stock inside the caller's transaction, under row locks in SKU order."""

    def take(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Take every line or none; raises OutOfStock. A second call for a ref changes nothing."""
        _move(ref, lines, TAKE)

    def give_back(self, *, ref: str, lines: Sequence[StockLine]) -> None:
        """Put every line back. A second call for a ref changes nothing.

        `order/return` and `order/refund` put back pieces of what `order` took.
        """
        _move(ref, lines, BACK)


def _move(ref: str, lines: Sequence[StockLine], direction: StockMovement.Direction) -> None:
    skus = {line.sku for line in lines}
    shelves = dict(
        Product.objects.select_for_update(no_key=True)
        .filter(sku__in=skus)
        .order_by("sku")
        .values_list("sku", "stock")
    )
    # Under the locks: whoever moves the same ref has waited for them, or we have.
    wanted = _left_to_move(ref, lines, direction)
    if not wanted:
        return
    if direction == TAKE:
        _check(wanted, shelves)
    _change(wanted, direction)
    StockMovement.objects.bulk_create(
        StockMovement(ref=ref, sku=sku, quantity=count, direction=direction)
        for sku, count in wanted
    )


def _check(wanted: Wanted, shelves: Mapping[str, int]) -> None:
    """Refuse all where one falls short, before anything is written."""
    short = [sku for sku, count in wanted if shelves.get(sku, 0) < count]
    if short:
        raise OutOfStock(skus=short)


def _left_to_move(
    ref: str, lines: Sequence[StockLine], direction: StockMovement.Direction
) -> Wanted:
    """SKUs and counts in SKU order, less what this ref moved already or never took."""
    order = ref.partition("/")[0]
    moves = StockMovement.objects.filter(ref__in={ref, order})
    known = list(moves.values_list("ref", "direction", "sku"))
    moved = {sku for mover, way, sku in known if mover == ref and way == direction}
    taken = {sku for _, way, sku in known if way == TAKE}
    counts: Counter[str] = Counter()
    for line in lines:
        counts[line.sku] += line.quantity
    return sorted(
        (sku, count)
        for sku, count in counts.items()
        if sku not in moved and (direction == TAKE or sku in taken)
    )


def _change(wanted: Wanted, direction: StockMovement.Direction) -> None:
    """Move every shelf by its own count, in one statement."""
    sign = -1 if direction == TAKE else 1
    by_sku = [When(sku=sku, then=Value(sign * count)) for sku, count in wanted]
    Product.objects.filter(sku__in=[sku for sku, _ in wanted]).update(
        stock=F("stock") + Case(*by_sku, output_field=IntegerField())
    )
