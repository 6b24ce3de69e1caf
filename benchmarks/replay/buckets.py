"""Puts every line into exactly one bucket, by the first rule that fits."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from benchmarks.replay.lines import Line

_GOODS = re.compile(r"\d{5}[A-Z]*|DCGS.*")


class Bucket(StrEnum):
    """Every name under which a line is counted, in the order of the rules."""

    BAD_DEBT = "bad_debt"
    STOCK_CORRECTION = "stock_correction"
    FREE = "free"
    SUB_PENNY = "sub_penny"
    NOT_GOODS = "not_goods"
    SOLD = "sold"
    C_NOT_GOODS = "c_not_goods"
    C_GUEST = "c_guest"
    C_NO_EARLIER_PURCHASE = "c_no_earlier_purchase"
    C_OTHER_PRICE = "c_other_price"
    C_MORE_THAN_BOUGHT = "c_more_than_bought"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class Part:
    """What one cancelled line takes back from one invoice."""

    invoice: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The bucket of a line and, for a refunded one, the invoices it takes back from."""

    bucket: Bucket
    parts: tuple[Part, ...] = ()


@dataclass(slots=True)
class Sorter:
    """Remembers what each customer still has at which price; lines come in file order."""

    # (customer, code) -> unit price -> invoice -> pieces left; dicts keep the order of purchase
    _left: dict[tuple[str, str], dict[Decimal, dict[str, int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )

    def sort(self, line: Line) -> Verdict:
        """Decide about one line and remember it."""
        if line.invoice.startswith("C"):
            return self._cancellation(line)
        bucket = _sale(line)
        if bucket is Bucket.SOLD and line.customer:
            held = self._left[line.customer, line.code][line.price]
            held[line.invoice] = held.get(line.invoice, 0) + line.quantity
        return Verdict(bucket)

    def _cancellation(self, line: Line) -> Verdict:
        if not _is_goods(line):
            return Verdict(Bucket.C_NOT_GOODS)
        if not line.customer:
            return Verdict(Bucket.C_GUEST)
        return self._take_back(line)

    def _take_back(self, line: Line) -> Verdict:
        prices = self._left.get((line.customer, line.code))
        if prices is None:
            return Verdict(Bucket.C_NO_EARLIER_PURCHASE)
        if line.price not in prices:
            return Verdict(Bucket.C_OTHER_PRICE)
        held = prices[line.price]
        if sum(held.values()) < -line.quantity:
            return Verdict(Bucket.C_MORE_THAN_BOUGHT)
        return Verdict(Bucket.REFUNDED, _newest_first(held, -line.quantity))


def _sale(line: Line) -> Bucket:
    rules = (
        (Bucket.BAD_DEBT, line.invoice.startswith("A")),
        (Bucket.STOCK_CORRECTION, line.quantity < 0),
        (Bucket.FREE, line.price == 0),
        (Bucket.SUB_PENNY, line.price * 100 % 1 != 0),
        (Bucket.NOT_GOODS, not _is_goods(line)),
    )
    return next((bucket for bucket, fits in rules if fits), Bucket.SOLD)


def _is_goods(line: Line) -> bool:
    return _GOODS.fullmatch(line.code) is not None


def _newest_first(held: dict[str, int], wanted: int) -> tuple[Part, ...]:
    parts = []
    for invoice in reversed(held):
        taken = min(held[invoice], wanted)
        if taken:
            parts.append(Part(invoice, taken))
            held[invoice] -= taken
            wanted -= taken
    return tuple(parts)
