"""Where the bars of a waterfall stand: from the opening to the closing, step by step. Pure."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from orders.money import Money

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

WIDTH: Final = 400
ROW: Final = 38
TALL: Final = 12
"""Of the drawing, a row and a bar, in units of the drawing."""
NARROWEST: Final = 1.5
"""A bar that is there at all can be seen."""
DWARFED: Final = 0.4
"""Where all that moves is a smaller part of what is held, the axis does not begin at zero."""


class Look(enum.StrEnum):
    """What a step is: a sum that stands, a movement, a known difference, or an unknown one."""

    STANDS = "stands"
    MOVES = "moves"
    KNOWN = "known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Step:
    """A sum (all of it) or a change of the last one."""

    label: StrOrPromise
    money: Money
    look: Look

    @property
    def amount(self) -> int:
        return self.money.amount


@dataclass(frozen=True, slots=True)
class Bar:
    """A step as it is drawn: `x` and `width` of the bar, `end` where the next one goes on."""

    step: Step
    top: int
    x: float
    width: float
    end: float

    @property
    def css(self) -> str:
        """What it is, and whether it adds or takes, as names of classes."""
        way = "up" if self.step.amount >= 0 else "down"
        return f"till-step-{self.step.look} till-{way}"

    @property
    def text_top(self) -> int:
        return self.top + 14

    @property
    def bar_top(self) -> int:
        return self.top + 20

    @property
    def next_top(self) -> int:
        return self.bar_top + ROW


@dataclass(frozen=True, slots=True)
class Waterfall:
    """`cut`: its axis begins above zero."""

    bars: list[Bar]
    height: int
    cut: bool

    width: int = WIDTH
    tall: int = TALL


def levels(steps: Iterable[Step]) -> Iterator[int]:
    """How much there is after each step."""
    held = 0
    for step in steps:
        held = step.amount if step.look == Look.STANDS else held + step.amount
        yield held


def drawn(steps: Sequence[Step]) -> Waterfall:
    """The steps as bars under each other, each beginning where the one before it ended."""
    ends = list(levels(steps))
    low, high = axis(ends)
    base, scale = max(low, 0), WIDTH / (high - low)

    def bar(number: int, step: Step) -> Bar:
        begin = base if step.look == Look.STANDS else ends[number - 1]
        left, right = sorted((at - low) * scale for at in (begin, ends[number]))
        return Bar(
            step=step,
            top=number * ROW,
            x=round(min(left, WIDTH - NARROWEST), 1),
            width=round(max(right - left, NARROWEST), 1),
            end=round((ends[number] - low) * scale, 1),
        )

    return Waterfall([bar(*each) for each in enumerate(steps)], len(steps) * ROW, low > 0)


def axis(ends: Sequence[int]) -> tuple[int, int]:
    """What the left and the right edge stand for. Zero is in it, unless it dwarfs what moves."""
    low, high = min(ends), max(ends)
    spread = high - low
    if low > 0 and 0 < spread < DWARFED * high:
        return max(low - max(spread // 2, 1), 1), high
    low, high = min(low, 0), max(high, 0)
    return low, high if high > low else low + 1
