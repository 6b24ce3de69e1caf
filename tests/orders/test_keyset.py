"""Pages by place: nothing twice, nothing left out, both ways, whatever the rows share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.keyset import LAST, Page, page_of
from orders.models import Order
from tests.factories import an_order

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def read(place: str = "", *, by: str = "-placed_at", size: int = 2) -> Page[Order]:
    return page_of(Order.objects.all(), among=Order.objects.all(), by=by, size=size, place=place)


def five() -> list[int]:
    """The keys of five orders, the newest first; three were placed in one moment."""
    keys = [an_order().pk for _ in range(5)]
    Order.objects.update(placed_at=NOON)
    Order.objects.filter(pk=keys[0]).update(placed_at=NOON.replace(hour=13))
    Order.objects.filter(pk=keys[1]).update(placed_at=NOON.replace(hour=11))
    return [keys[0], keys[4], keys[3], keys[2], keys[1]]


def keys(page: Page[Order]) -> list[int]:
    return [order.pk for order in page.rows]


def test_pages_follow_each_other_without_a_gap_where_rows_share_a_moment() -> None:
    newest_first = five()

    first = read()
    second = read(first.after)
    third = read(second.after)

    assert [*keys(first), *keys(second), *keys(third)] == newest_first
    assert (first.before, third.after) == ("", "")


def test_the_way_back_passes_the_same_pages() -> None:
    five()
    first = read()
    second = read(first.after)

    back = read(second.before)

    assert back == first


def test_the_last_page_is_reached_at_once_in_the_same_order() -> None:
    newest_first = five()

    last = read(LAST)

    assert keys(last) == newest_first[-2:]
    assert (last.after, keys(read(last.before))) == ("", newest_first[1:3])


def test_a_rising_order_is_read_alike() -> None:
    newest_first = five()

    first = read(by="placed_at")

    assert [*keys(first), *keys(read(first.after, by="placed_at"))] == newest_first[:0:-1]


@pytest.mark.parametrize(
    "place", ["after-0", "after-x", "before-", "²", "after-" + "9" * 40, "x-1"]
)
def test_a_place_that_is_none_is_the_first(place: str) -> None:
    newest_first = five()

    page = read(place)

    assert (keys(page), page.before) == (newest_first[:2], "")


def test_a_page_is_one_statement_and_one_for_its_place(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    five()
    first = read()

    with django_assert_num_queries(2):
        read(first.after)


def test_a_row_that_has_left_the_list_still_marks_the_place() -> None:
    newest_first = five()
    left = Order.objects.exclude(pk=newest_first[1])

    page = page_of(
        left, among=Order.objects.all(), by="-placed_at", size=2, place=f"after-{newest_first[1]}"
    )

    assert keys(page) == newest_first[2:4]
