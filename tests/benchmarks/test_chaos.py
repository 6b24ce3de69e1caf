"""A chaos run of a few checkouts: green as the shop is, red with each planted mistake."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEED, CHECKOUTS = "2803", "10"
"""Ten checkouts: refunds whole, in part and approved, two browsers, evidence, one paid short."""

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("chaos")]


def problems(*arguments: str) -> tuple[str, list[str]]:
    """What a run leaves as its trace, and what is red apart from faults that ten cannot meet."""
    command = [sys.executable, "-m", "benchmarks.chaos", "--seed", SEED, "--checkouts", CHECKOUTS]
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("TILL_", "DJANGO_"))}
    done = subprocess.run(
        [*command, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr[-2000:]
    red = [line for line in done.stderr.splitlines() if line.startswith("RED: ")]
    trace = next(line for line in done.stderr.splitlines() if line.startswith("Trace "))
    return trace, [line for line in red if "never took effect" not in line]


def test_the_same_seed_plays_the_same_run_and_all_is_well() -> None:
    first = problems()
    assert first[1] == []
    assert problems() == first


def test_all_is_well_with_stripe_too() -> None:
    assert problems("--provider", "stripe")[1] == []


@pytest.mark.parametrize(
    ("mistake", "seen"),
    [
        ("new_key_per_retry", "was made 2 times"),
        ("refund_without_guard", "review refund_failed"),
        ("event_applied_twice", "the bank captured"),
        ("short_without_review", "nobody is asked about it"),
    ],
)
def test_a_planted_mistake_is_noticed(mistake: str, seen: str) -> None:
    _, red = problems("--planted", mistake)
    assert any(seen in line for line in red)
