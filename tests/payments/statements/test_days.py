"""A day is read as its bank wrote it; day and month are never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.statements.base import Unreadable
from payments.statements.days import DAY_FIRST, MONTH_FIRST, Pair, read_day

DAY = date(2026, 11, 28)


WRITTEN = (
    "2026-11-28", "2026/11/28", "2026.11.28", "20261128", "28.11.2026", "28.11.26",
    "2026年11月28日", "2026-11-28 09:30:00", "2026-11-28T09:30:00Z", "28.11.2026 09:30",
)  # fmt: skip
NO_DAYS = (
    "", "yesterday", "2026-13-01", "2026-02-30", "31.02.2026", "28/11/26", "2026-11",
    "\uff12\uff10\uff12\uff16-11-28", "2026-11/28", "12026-11-28", "20261301",
)  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_a_day_is_read(text: str) -> None:
    assert read_day(text) == DAY


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_reads_the_same_in_each_form(day: date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%Y年%m月%d日"):
        assert read_day(day.strftime(form)) == day


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_day_with_slashes_is_the_same_once_their_order_is_known(day: date) -> None:
    for form, order in (("%d/%m/%Y", DAY_FIRST), ("%m/%d/%Y", MONTH_FIRST)):
        found = read_day(day.strftime(form))
        if isinstance(found, Pair):
            assert found.order in {"", order}
            assert found.day(order) == day
        else:
            assert found == day


def test_a_number_above_twelve_tells_which_is_the_day() -> None:
    orders = [Pair(28, 11, 2026).order, Pair(11, 28, 2026).order, Pair(3, 4, 2026).order]

    assert orders == [DAY_FIRST, MONTH_FIRST, ""]


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_day(text)
