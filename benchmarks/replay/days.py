"""The days of a replay at the bank: each month is sold in two, the second with its returns."""

from collections.abc import Iterator

from benchmarks.replay.plan import Plan


def days_of(plan: Plan) -> list[Plan]:
    """What is bought and refunded on each day; two a month make two payouts of each."""
    return [day for month in _months(plan) for day in _halves(plan, month)]


def _months(plan: Plan) -> dict[str, None]:
    orders = (order.month for order in plan.orders.values())
    refunds = (refund.month for refund in plan.refunds.values())
    return dict.fromkeys(sorted({*orders, *refunds}))


def _halves(plan: Plan, month: str) -> Iterator[Plan]:
    orders = [each for each in plan.orders.values() if each.month == month]
    refunds = {key: each for key, each in plan.refunds.items() if each.month == month}
    half = len(orders) // 2
    if half:
        yield Plan(orders={order.invoice: order for order in orders[:half]})
    yield Plan(orders={order.invoice: order for order in orders[half:]}, refunds=refunds)
