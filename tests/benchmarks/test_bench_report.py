"""The line a bench ends with: medians of the rounds' ratios."""

import json

import pytest

from benchmarks.bench.report import Report
from benchmarks.bench.rounds import Cost, chosen


def a_round(*, reference: float, web: float, worker: float = 0.0) -> dict[str, Cost]:
    """A hundred acts of a purchase beside the references; processor seconds in all."""
    return {
        "empty": Cost(100, reference / 2, 0.0, 1.0),
        "row": Cost(100, reference, 0.0, 1.0),
        "guest_purchase": Cost(100, web, worker, 4.0),
    }


@pytest.fixture
def report() -> Report:
    webs = (10.0, 20.0, 40.0)
    return Report([a_round(reference=1.0, web=web, worker=web) for web in webs])


def test_a_ratio_is_the_median_over_the_rounds(report: Report) -> None:
    assert report.ratio("guest_purchase") == pytest.approx(0.05)


def test_the_whole_counts_the_worker_too(report: Report) -> None:
    assert report.ratio_whole("guest_purchase") == pytest.approx(0.025)


def test_the_clock_has_a_ratio_of_its_own(report: Report) -> None:
    assert report.ratio_wall("guest_purchase") == 0.25


def test_references_are_no_figures(report: Report) -> None:
    assert report.names() == ["guest_purchase"]


def test_the_last_line_names_ratios_and_statements(report: Report) -> None:
    report.statements = {"guest_purchase": {"statements": 60, "worker_statements": 20}}
    report.events, report.tick, report.memory = [0.1, 0.2, 0.3], 1.25, 1.001

    assert json.loads(report.as_json()) == {
        "guest_purchase": {
            "ratio": 0.05,
            "ratio_whole": 0.025,
            "statements": 60,
            "worker_statements": 20,
        },
        "worker_events": {"ratio": 0.2},
        "poll_tick": {"ratio": 1.25},
        "worker_memory": {"ratio": 1.001},
    }


def test_costs_of_laps_add_up() -> None:
    total = Cost(10, 1.0, 2.0, 3.0) + Cost(30, 3.0, 2.0, 5.0)

    assert (total.web, total.whole, total.wall) == pytest.approx((0.1, 0.2, 0.2))


def test_only_the_figures_named_are_measured() -> None:
    assert [figure.name for figure in chosen(["cart_page_10"])] == ["cart_page_10"]
    assert len(chosen([])) == 9
