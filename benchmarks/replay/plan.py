"""Turns lines into what the replay does: orders to place and refunds to ask for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.replay.buckets import Bucket, Sorter, Verdict
from benchmarks.replay.countries import CODES, STAND_INS
from benchmarks.replay.lines import BadInputError, Line


@dataclass(slots=True)
class PlannedOrder:
    """One invoice with at least one sold line; equal SKUs are merged."""

    invoice: str
    email: str
    country: str
    guest: bool
    month: str = ""
    total: int = 0
    """In minor units."""
    lines: dict[str, int] = field(default_factory=dict)
    """SKU -> pieces."""


@dataclass(slots=True)
class PlannedRefund:
    """What one cancellation takes back from one order, in minor units."""

    cancellation: str
    invoice: str
    amount: int = 0
    month: str = ""

    @property
    def key(self) -> str:
        """The same for the same pair of numbers, so that asking twice refunds once."""
        return f"{self.cancellation}/{self.invoice}"


@dataclass(slots=True)
class PlannedItem:
    """One SKU of the warehouse: `CODE@price`, its stock the units sold."""

    sku: str
    name: str
    price: int
    stock: int = 0


@dataclass(slots=True)
class Plan:
    """All of one run; orders and refunds keep the order of the files."""

    orders: dict[str, PlannedOrder] = field(default_factory=dict)
    refunds: dict[tuple[str, str], PlannedRefund] = field(default_factory=dict)
    items: dict[str, PlannedItem] = field(default_factory=dict)
    invoices: set[str] = field(default_factory=set)
    counts: Counter[Bucket] = field(default_factory=Counter)
    sums: dict[Bucket, Decimal] = field(default_factory=lambda: dict.fromkeys(Bucket, Decimal(0)))
    stand_ins: Counter[str] = field(default_factory=Counter)

    @property
    def guests(self) -> int:
        return sum(order.guest for order in self.orders.values())


def make_plan(lines: Iterable[Line]) -> Plan:
    """Sort every line and gather the sold and the refunded ones."""
    plan, sorter = Plan(), Sorter()
    for line in lines:
        verdict = sorter.sort(line)
        plan.invoices.add(line.invoice)
        plan.counts[verdict.bucket] += 1
        plan.sums[verdict.bucket] += line.amount
        if verdict.bucket is Bucket.SOLD:
            _sell(plan, line)
        elif verdict.bucket is Bucket.REFUNDED:
            _take_back(plan, line, verdict)
    return plan


def sku_of(line: Line) -> str:
    return f"{line.code}@{line.price:.2f}"


def _sell(plan: Plan, line: Line) -> None:
    order = plan.orders.get(line.invoice) or _open_order(plan, line)
    sku = sku_of(line)
    order.lines[sku] = order.lines.get(sku, 0) + line.quantity
    order.total += line.quantity * line.pence
    item = plan.items.setdefault(sku, PlannedItem(sku, line.description or line.code, line.pence))
    item.stock += line.quantity


def _open_order(plan: Plan, line: Line) -> PlannedOrder:
    if line.country not in CODES:
        raise BadInputError(f"invoice {line.invoice}: no code for the country {line.country!r}")
    if line.country in STAND_INS:
        plan.stand_ins[line.country] += 1
    who = f"c{line.customer}" if line.customer else f"guest-{line.invoice}"
    order = PlannedOrder(
        invoice=line.invoice,
        email=f"{who}@example.com",
        country=CODES[line.country],
        guest=not line.customer,
        month=line.month,
    )
    plan.orders[line.invoice] = order
    return order


def _take_back(plan: Plan, line: Line, verdict: Verdict) -> None:
    for part in verdict.parts:
        pair = (line.invoice, part.invoice)
        refund = plan.refunds.setdefault(pair, PlannedRefund(*pair, month=line.month))
        refund.amount += part.quantity * line.pence
