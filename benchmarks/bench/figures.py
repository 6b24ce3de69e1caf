"""The figures that web requests give: what is driven, and for how long in each lap of a round."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.bench import journeys, staff
from benchmarks.bench.journeys import Town
from benchmarks.bench.load import Journey

EMPTY, REFERENCE = "empty", "row"


@dataclass(frozen=True, slots=True)
class Figure:
    """One journey under its name in the report."""

    name: str
    journey: Callable[[Town], Journey]
    seconds: float = 1.0
    wakes_worker: bool = False
    """The worker runs meanwhile, and what it is left with is waited for."""


REFERENCES = (Figure(EMPTY, journeys.empty, 0.5), Figure(REFERENCE, journeys.row))
FIGURES = (
    Figure("add_to_cart", journeys.add_to_cart),
    Figure("cart_page_10", journeys.cart_page),
    Figure("webhook_ack", journeys.webhook_ack),
    Figure("webhook_repeat", journeys.webhook_repeat),
    Figure("webhook_bad_signature", journeys.webhook_bad_signature),
    Figure("place_order", journeys.place_order, 10.0),
    Figure("admin_orders", staff.admin_orders),
    Figure("admin_orders_deep", staff.admin_orders_deep),
    Figure("guest_purchase", journeys.guest_purchase, 3.0, wakes_worker=True),
)
