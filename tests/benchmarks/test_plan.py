"""The plan of a run, proved on the made month and, where they lie, on the real ones."""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from benchmarks import samples
from benchmarks.replay.buckets import Bucket
from benchmarks.replay.lines import BadInputError, find_files, read_lines
from benchmarks.replay.made import INVOICES, write_made_month
from benchmarks.replay.plan import Plan, make_plan
from benchmarks.replay.second_read import Standing, what_should_stand

# The table of the samples' README: lines and pounds per bucket, then the orders' own figures.
DECEMBER = {
    "sold": (41_315, "777931.77"),
    "not_goods": (165, "45814.37"),
    "free": (203, "0"),
    "stock_correction": (70, "0"),
    "sub_penny": (0, "0"),
    "bad_debt": (0, "0"),
    "refunded": (288, "-8013.72"),
    "c_not_goods": (30, "-57181.26"),
    "c_guest": (23, "-242.22"),
    "c_no_earlier_purchase": (371, "-8968.01"),
    "c_other_price": (10, "-146.76"),
    "c_more_than_bought": (6, "-237.15"),
}
NINE_MONTHS = {
    "sold": (311_511, "6061049.08"),
    "not_goods": (1_545, "232714.92"),
    "free": (872, "0"),
    "stock_correction": (925, "0"),
    "sub_penny": (2, "0.002"),
    "bad_debt": (3, "-11062.06"),
    "refunded": (4_264, "-192362.42"),
    "c_not_goods": (393, "-302220.52"),
    "c_guest": (126, "-2380.28"),
    "c_no_earlier_purchase": (861, "-20017.50"),
    "c_other_price": (160, "-2659.75"),
    "c_more_than_bought": (43, "-1130.09"),
}


class Period(NamedTuple):
    months: str
    table: dict[str, tuple[int, str]]
    pounds: str
    orders: int
    guests: int
    refunds: int
    refunded_orders: int


PERIODS = [
    Period("2010-12", DECEMBER, "748957.02", 1_550, 156, 156, 146),
    Period("", NINE_MONTHS, "5761931.382", 12_383, 1_041, 2_230, 1_938),
]


def as_planned(plan: Plan) -> Standing:
    back: Counter[str] = Counter()
    for refund in plan.refunds.values():
        back[refund.invoice] += refund.amount
    return {order.invoice: (order.total, back[order.invoice]) for order in plan.orders.values()}


@pytest.mark.parametrize("period", PERIODS, ids=["december", "nine months"])
def test_the_real_months_give_the_table_to_the_penny(period: Period) -> None:
    found = samples.online_retail()
    if found.folder is None:
        pytest.skip(found.reason)
    files = find_files(found.folder, period.months)
    plan = make_plan(read_lines(files))
    wanted = {Bucket(name): (lines, Decimal(sum_)) for name, (lines, sum_) in period.table.items()}
    assert {bucket: (plan.counts[bucket], plan.sums[bucket]) for bucket in Bucket} == wanted
    assert sum(plan.sums.values()) == Decimal(period.pounds)
    refunded_orders = {refund.invoice for refund in plan.refunds.values()}
    assert (len(plan.orders), plan.guests) == (period.orders, period.guests)
    assert (len(plan.refunds), len(refunded_orders)) == (period.refunds, period.refunded_orders)
    assert as_planned(plan) == what_should_stand(files)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return write_made_month(tmp_path)


def test_the_made_month_has_every_bucket(made: Path) -> None:
    plan = make_plan(read_lines([made]))
    assert [bucket for bucket in Bucket if not plan.counts[bucket]] == []
    assert len(plan.invoices) == INVOICES


def test_the_made_month_has_every_oddity(made: Path) -> None:
    lines = list(read_lines([made]))
    plan = make_plan(lines)
    spanned = Counter(refund.cancellation for refund in plan.refunds.values())
    raw_codes = {row.split(",")[1] for row in made.read_text("utf-8").splitlines()}
    assert plan.guests > 0
    assert max(spanned.values()) > 1
    assert any(code.islower() or code != code.upper() for code in raw_codes)
    assert max(line.quantity for line in lines) > 9_999
    assert max(len(order.lines) for order in plan.orders.values()) > 150
    assert set(plan.stand_ins) == {
        "EIRE",
        "Channel Islands",
        "Unspecified",
        "European Community",
    }


def test_the_same_seed_makes_the_same_month(made: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert write_made_month(tmp_path / "again").read_bytes() == made.read_bytes()


@pytest.mark.parametrize("seed", range(1, 6))
def test_the_second_read_agrees_with_the_first(seed: int, tmp_path: Path) -> None:
    made = write_made_month(tmp_path, seed)
    assert what_should_stand([made]) == as_planned(make_plan(read_lines([made])))


def test_equal_skus_of_an_invoice_are_merged(made: Path) -> None:
    plan = make_plan(read_lines([made]))
    sold = sum(sum(order.lines.values()) for order in plan.orders.values())
    assert sum(len(order.lines) for order in plan.orders.values()) < plan.counts[Bucket.SOLD]
    assert sum(item.stock for item in plan.items.values()) == sold


def test_months_are_a_list_or_a_range(tmp_path: Path) -> None:
    for month in ("2001-11", "2001-12", "2002-01"):
        (tmp_path / f"{month}.csv").touch()
    names = [file.name for file in find_files(tmp_path, "2001-11..2002-01")]
    assert names == ["2001-11.csv", "2001-12.csv", "2002-01.csv"]
    assert [file.name for file in find_files(tmp_path, "2002-01,2001-11")] == [
        "2002-01.csv",
        "2001-11.csv",
    ]


@pytest.mark.parametrize("months", ["2001-13x", "december", "2001-11..", "2005-01"])
def test_months_that_are_not_there_are_named(months: str, tmp_path: Path) -> None:
    (tmp_path / "2001-11.csv").touch()
    with pytest.raises(BadInputError, match=months.rstrip(".")):
        find_files(tmp_path, months)


def test_a_broken_line_is_named_by_its_place(made: Path) -> None:
    with made.open("a", encoding="utf-8") as text:
        text.write("1,10001,Thing,many,2001-01-01 00:00:00,1.00,,Malta\n")
    with pytest.raises(BadInputError, match="record"):
        make_plan(read_lines([made]))
