"""The judge of a replay finds whatever differs, order by order."""

from pathlib import Path

import pytest

from benchmarks.replay.compare import Booked, unexplained
from benchmarks.replay.made import write_made_month
from benchmarks.replay.second_read import Standing, what_should_stand


@pytest.fixture
def should(tmp_path: Path) -> Standing:
    return what_should_stand([write_made_month(tmp_path)])


def books(standing: Standing) -> list[Booked]:
    return [Booked(invoice, *sums) for invoice, sums in standing.items()]


def test_faultless_books_leave_nothing_unexplained(should: Standing) -> None:
    assert unexplained(books(should), should) == []


def test_one_dropped_capture_is_found(should: Standing) -> None:
    booked = books(should)
    booked[0] = Booked(booked[0].invoice, 0, booked[0].refunded)
    assert len(unexplained(booked, should)) == 1


def test_one_missing_order_is_found(should: Standing) -> None:
    assert len(unexplained(books(should)[1:], should)) == 1


def test_an_order_sold_twice_is_found(should: Standing) -> None:
    booked = books(should)
    assert len(unexplained([*booked, booked[0]], should)) == 1


def test_two_faults_of_the_same_size_do_not_hide_each_other(should: Standing) -> None:
    first, second, *rest = books(should)
    swapped = [
        Booked(first.invoice, first.captured + 1, first.refunded),
        Booked(second.invoice, second.captured - 1, second.refunded),
    ]
    assert len(unexplained([*swapped, *rest], should)) == 2
