"""The line a replay ends with, and when it is a failure."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.replay.compare import Booked
from benchmarks.replay.lines import read_lines
from benchmarks.replay.made import write_made_month
from benchmarks.replay.memory import MemoryWatch, resident_mb
from benchmarks.replay.plan import make_plan
from benchmarks.replay.report import Report


def a_memory(*, web_at_the_end: float) -> MemoryWatch:
    memory = MemoryWatch(dict)
    memory.moments = {
        "warm": {"web": 100.0, "worker": 80.0, "bank": 50.0},
        "end": {"web": web_at_the_end, "worker": 80.0, "bank": 500.0},
    }
    return memory


@pytest.fixture
def report(tmp_path: Path) -> Report:
    plan = make_plan(read_lines([write_made_month(tmp_path)]))
    booked = [Booked("1", 1050, 50), Booked("2", 200, 0)]
    return Report(plan, booked, [], [], a_memory(web_at_the_end=110.0), 12.34)


def test_a_faultless_run_has_no_problems(report: Report) -> None:
    assert report.problems == []


def test_sold_and_refunded_are_what_the_database_says(report: Report) -> None:
    line = json.loads(report.as_json())
    assert (line["sold"], line["refunded"], line["orders"]) == ("12.50", "0.50", 2)


def test_the_line_names_every_bucket_with_its_exact_sum(report: Report) -> None:
    line = json.loads(report.as_json())
    assert {bucket: Decimal(text) for bucket, text in line["sums"].items()} == report.plan.sums
    assert sum(line["lines"].values()) == report.plan.counts.total()


def test_an_unexplained_order_fails_the_run(report: Report) -> None:
    failed = replace(report, faults=["order 1: captured 0"])
    assert failed.problems == ["order 1: captured 0"]
    assert json.loads(failed.as_json())["unexplained"] == 1


def test_a_ledger_that_does_not_agree_fails_the_run(report: Report) -> None:
    failed = replace(report, ledger=["order 1: sales"])
    assert failed.problems == ["order 1: sales"]
    assert json.loads(failed.as_json())["ledger_faults"] == 1


def test_a_shop_that_stands_still_fails_the_run(report: Report) -> None:
    assert "3 orders to be paid" in replace(report, missing=["3 orders to be paid"]).problems[0]


def test_memory_that_grows_by_more_than_a_fifth_fails_the_run(report: Report) -> None:
    grown = replace(report, memory=a_memory(web_at_the_end=121.0))
    assert json.loads(grown.as_json())["memory_ratio"] == 1.21
    assert len(grown.problems) == 1


def test_a_short_run_says_nothing_of_growth(report: Report) -> None:
    short = replace(report, memory=MemoryWatch(dict))
    assert json.loads(short.as_json())["memory_ratio"] is None


def test_memory_counts_a_process_with_its_children() -> None:
    sizes = resident_mb({"init": 1, "gone": 2**22 + 1})
    assert sizes["init"] > 0
    assert sizes["gone"] == 0
