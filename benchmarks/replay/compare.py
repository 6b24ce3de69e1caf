"""Compares what the database says with what should stand; pure, and the judge of a replay."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Booked:
    """One order as the database has it: captured and refunded in minor units."""

    invoice: str
    captured: int
    refunded: int


def unexplained(booked: list[Booked], should: Mapping[str, tuple[int, int]]) -> list[str]:
    """One sentence per order that differs, stands in one book only, or stands there twice."""
    left = dict(should)
    faults = []
    for order in booked:
        expected = left.pop(order.invoice, None)
        if expected is None:
            faults.append(f"{order.invoice}: in the database, but not (or not twice) in the file")
        elif (order.captured, order.refunded) != expected:
            faults.append(
                f"{order.invoice}: captured {order.captured}, refunded {order.refunded}; "
                f"the file says {expected[0]} and {expected[1]}"
            )
    return faults + [f"{invoice}: in the file, but not in the database" for invoice in left]
