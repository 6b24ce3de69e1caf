"""The days of a replay, and the clock that they go by."""

from datetime import timedelta
from pathlib import Path

from benchmarks.ahead import Ahead
from benchmarks.replay.days import days_of
from benchmarks.replay.lines import read_lines
from benchmarks.replay.made import write_made_month
from benchmarks.replay.plan import Plan, PlannedOrder, PlannedRefund, make_plan


def test_all_of_a_plan_is_done_on_some_day_in_its_order(tmp_path: Path) -> None:
    plan = make_plan(read_lines([write_made_month(tmp_path)]))
    days = days_of(plan)
    assert [order for day in days for order in day.orders] == list(plan.orders)
    assert [refund for day in days for refund in day.refunds] == list(plan.refunds)


def test_a_month_is_two_days_and_its_returns_are_of_the_second() -> None:
    months = ["2010-12"] * 3 + ["2011-01"] * 2
    orders = {
        str(no): PlannedOrder(str(no), "a@example.com", "GB", guest=True, month=month)
        for no, month in enumerate(months)
    }
    refund = PlannedRefund("C1", "0", 100, month="2011-01")
    days = days_of(Plan(orders=orders, refunds={("C1", "0"): refund}))
    assert [list(day.orders) for day in days] == [["0"], ["1", "2"], ["3"], ["4"]]
    assert [len(day.refunds) for day in days] == [0, 0, 0, 1]


def test_one_order_is_one_day() -> None:
    order = PlannedOrder("1", "a@example.com", "GB", guest=True, month="2010-12")
    assert len(days_of(Plan(orders={"1": order}))) == 1


def test_a_clock_that_is_moved_on_is_so_for_all_who_look_at_it(tmp_path: Path) -> None:
    mine, theirs = Ahead(tmp_path / "ahead"), Ahead(tmp_path / "ahead")
    before = theirs.now()
    mine.move_on(timedelta(days=3))
    assert timedelta(days=3) <= theirs.now() - before < timedelta(days=3, minutes=1)
