"""What a process of a chaos run does to itself, and to which write."""

from __future__ import annotations

from benchmarks.chaos.faults import Strike
from benchmarks.chaos.inside.doom import Doom

REFUND = "POST /v1/refunds"
ARMED = [Strike.TIMEOUT_BEFORE]


def test_what_is_told_of_a_strike_names_the_write() -> None:
    doom, told = Doom(), list[tuple[Strike, str]]()
    doom.told_by(lambda way, key: told.append((way, key)))
    doom.arm(ARMED)

    doom.spares(REFUND, "R1:refund")
    doom.strikes(Strike.TIMEOUT_BEFORE)

    assert told == [(Strike.TIMEOUT_BEFORE, "R1:refund")]


def test_a_write_that_was_struck_often_enough_is_spared_and_the_next_is_not() -> None:
    doom = Doom()
    doom.arm(ARMED, "/refunds$", ["R1:refund"])

    assert doom.spares(REFUND, "R1:refund")
    assert not doom.spares(REFUND, "R2:refund")
