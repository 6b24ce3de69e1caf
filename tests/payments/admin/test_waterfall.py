"""A waterfall begins at its opening, goes on where it was, and ends at its closing."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from orders.money import Money
from payments.admin.proof.waterfall import ROW, WIDTH, Look, Step, Waterfall, drawn, levels

amounts = st.integers(-(10**12), 10**12)


def fall(opening: int, moves: list[int]) -> list[Step]:
    def step(amount: int, look: Look) -> Step:
        return Step("", Money(amount, "GBP"), look)

    return [
        step(opening, Look.STANDS),
        *(step(amount, Look.MOVES) for amount in moves),
        step(opening + sum(moves), Look.STANDS),
    ]


def drawing(opening: int, moves: list[int]) -> Waterfall:
    return drawn(fall(opening, moves))


@given(amounts, st.lists(amounts, max_size=12))
def test_it_ends_at_its_closing(opening: int, moves: list[int]) -> None:
    *_, before, closing = levels(fall(opening, moves))
    bars = drawing(opening, moves).bars

    assert before == closing == opening + sum(moves)
    assert bars[-1].end == bars[-2].end


@given(amounts, st.lists(amounts, max_size=12))
def test_each_bar_is_within_the_drawing_and_begins_where_the_last_one_ended(
    opening: int, moves: list[int]
) -> None:
    whole = drawing(opening, moves)

    assert whole.height == ROW * len(whole.bars)
    for bar in whole.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH + 0.11
    for before, bar in pairwise(whole.bars[:-1]):
        if bar.width > 2:
            assert min(abs(bar.x - before.end), abs(bar.x + bar.width - before.end)) <= 0.11


def test_what_is_held_does_not_dwarf_what_moved() -> None:
    cut = drawing(1_000_000, [500, -200])

    assert cut.cut
    assert cut.bars[1].width > WIDTH / 10
    assert not drawing(1000, [900]).cut


def test_nothing_at_all_is_drawn_as_nothing() -> None:
    assert {bar.end for bar in drawing(0, []).bars} == {0}
