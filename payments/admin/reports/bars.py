"""Where the bars of a chart stand: above the line what came, below it what went. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 600.0
HEIGHT: Final = 160.0
GAP: Final = 0.2
"""Of the place of a bar, what is left empty."""
LOWEST: Final = 0.8
"""A bar that is there at all can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One period; heights in units of the drawing, from the line up and down."""

    x: float
    up_y: float
    up: float
    down: float


@dataclass(frozen=True, slots=True)
class Chart:
    """`line`: where zero is, from above. `highest` and `lowest` are amounts of one period."""

    bars: list[Bar]
    line: float
    bar_width: float
    highest: int
    lowest: int

    width: float = WIDTH
    height: float = HEIGHT


def chart(came: Sequence[int], went: Sequence[int]) -> Chart:
    """A bar for each period: `came` is zero or more, `went` zero or less, minor units."""
    highest, lowest = max(came, default=0), min(went, default=0)
    scale = HEIGHT / ((highest - lowest) or 1)
    line, place = highest * scale, WIDTH / max(len(came), 1)

    def tall(amount: int) -> float:
        return round(max(abs(amount) * scale, LOWEST), 2) if amount else 0.0

    bars = [
        Bar(
            x=round((number + GAP / 2) * place, 2),
            up_y=round(line - tall(up), 2),
            up=tall(up),
            down=tall(down),
        )
        for number, (up, down) in enumerate(zip(came, went, strict=True))
    ]
    return Chart(bars, round(line, 2), round(place * (1 - GAP), 2), highest, lowest)
