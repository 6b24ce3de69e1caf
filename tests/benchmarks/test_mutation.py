"""What mutmut wrote is read as it is, and a survivor without a reason is named."""

import json
from pathlib import Path

import pytest

from benchmarks.mutation.survivors import (
    Verdict,
    changed_lines,
    function_of,
    read_verdicts,
    without_reason,
)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("orders.money.x_exponent__mutmut_12", "orders.money.exponent"),
        ("orders.money.xǁMoneyǁ__lt____mutmut_1", "orders.money.Money.__lt__"),
        ("payments.services.apply.x__observe__mutmut_3", "payments.services.apply._observe"),
    ],
)
def test_a_change_is_named_by_its_function(name: str, function: str) -> None:
    assert function_of(name) == function


def test_what_no_test_ran_has_survived(tmp_path: Path) -> None:
    codes = {"killed": 1, "slow": 36, "survived": 0, "no test": 33, "not tried": None}
    (tmp_path / "money.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))

    verdict = read_verdicts(tmp_path)["money.py"]

    assert (verdict.killed, verdict.survived, verdict.untried) == (2, ("survived", "no test"), 1)
    assert verdict.score == 50.0


def test_what_the_type_checker_refuses_counts_neither_way(tmp_path: Path) -> None:
    codes = {"refused": 37, "killed": 1, "survived": 0}
    (tmp_path / "money.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))

    verdict = read_verdicts(tmp_path)["money.py"]

    assert (verdict.refused, verdict.score) == (1, 50.0)


def test_the_score_is_of_all_files_together() -> None:
    whole = Verdict(killed=3, survived=("a",)) + Verdict(killed=5, survived=("b",), refused=2)

    assert whole == Verdict(killed=8, survived=("a", "b"), refused=2)
    assert whole.score == 80.0


def test_only_the_new_lines_of_a_change_name_it() -> None:
    diff = ["--- a", "+++ b", " def f():", "-    return a < b", "+    return a <= b"]

    assert changed_lines(diff) == "return a <= b"


def test_a_survivor_needs_a_row_with_its_function_and_its_line() -> None:
    page = "| `m.f` | `return a <= b` | equal is handled before |\n| `m.g` | `x \\| y` | same |"
    survivors = [("m.f", "return a <= b"), ("m.g", "x | y"), ("m.g", "return a <= b")]

    assert without_reason(survivors, page) == ["m.g: return a <= b"]
