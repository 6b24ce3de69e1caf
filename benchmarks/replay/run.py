"""The run itself: shoppers buy, cancellations wait for their money, and all of it settles.

Import it once Django is set up for the stack that is to be driven.
"""

import time
from itertools import groupby
from operator import attrgetter
from threading import Event

from benchmarks.replay.books import Standing, look, paid_payments
from benchmarks.replay.buyer import Crowd, Street
from benchmarks.replay.memory import MemoryWatch
from benchmarks.replay.plan import Plan, PlannedRefund
from benchmarks.replay.progress import Progress
from orders.money import Money
from payments.services.refund import RefundDraft, request_refund

TICK_SECONDS = 0.5
STALL_SECONDS = 90.0
WARM_ORDERS = 200
"""Memory is compared with that after so many orders."""


class Refunds:
    """Cancellations in file order; each waits until all of its orders are paid."""

    def __init__(self, refunds: list[PlannedRefund]) -> None:
        by_number = groupby(refunds, key=attrgetter("cancellation"))
        self._waiting = [list(group) for _, group in by_number]

    def ask(self) -> None:
        """Request what can be requested by now."""
        wanted = {refund.invoice for group in self._waiting for refund in group}
        paid = paid_payments(wanted) if wanted else {}
        still = []
        for group in self._waiting:
            if all(refund.invoice in paid for refund in group):
                for refund in group:
                    _request(refund, paid[refund.invoice])
            else:
                still.append(group)
        self._waiting = still


def _request(refund: PlannedRefund, payment_id: int) -> None:
    draft = RefundDraft(
        payment_id=payment_id,
        amount=Money(refund.amount, "GBP"),
        request_key=refund.key,
        note=f"cancellation {refund.cancellation}",
    )
    request_refund(draft)


class Patience:
    """Notices that nothing moves any more."""

    def __init__(self) -> None:
        self._seen: Standing | None = None
        self._since = time.monotonic()

    def is_over(self, now: Standing) -> bool:
        if now != self._seen:
            self._seen, self._since = now, time.monotonic()
        return time.monotonic() - self._since > STALL_SECONDS


def run(plan: Plan, street: Street, memory: MemoryWatch) -> list[str]:
    """Buy and refund all of the plan, until nothing is waiting any more.

    Returns what is missing where the shop stands still instead. Another plan may have gone before.
    """
    before = look()

    def bought(count: int) -> None:
        if before.orders + count == WARM_ORDERS:
            memory.note("warm")

    crowd = Crowd(street, iter(plan.orders.values()), bought)
    crowd.start()
    try:
        missing = _follow(plan, crowd, before)
    finally:
        crowd.close()
    memory.note("end")
    return missing


def _follow(plan: Plan, crowd: Crowd, before: Standing) -> list[str]:
    refunds, patience, pause = Refunds(list(plan.refunds.values())), Patience(), Event()
    orders = before.orders + len(plan.orders)
    all_refunds = before.refunds_asked + len(plan.refunds)
    progress = Progress(orders + all_refunds)
    while True:
        if crowd.wait(TICK_SECONDS):
            pause.wait(TICK_SECONDS)
        refunds.ask()
        now = look()
        progress.show(now.paid + now.refunds_made, _words(now))
        missing = now.missing(orders=orders, refunds=all_refunds)
        if not missing or patience.is_over(now):
            progress.end()
            return missing


def _words(now: Standing) -> str:
    return f"{now.orders} orders, {now.paid} paid, {now.refunds_made} refunded"
