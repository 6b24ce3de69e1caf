"""`make contract` says in one line how a provider did."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.contract.providers import RIGS
from tests.test_architecture import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # A run of its own, not a part of the one that starts it.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    command = [sys.executable, "-m", "tests.contract", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_last_line_counts_what_was_tried() -> None:
    done = run("sandbox", "-n0", "-k", "test_what_is_shown_of_an_adapter or no_such_test")

    expected = {"provider": "sandbox", "passed": 1, "failed": 0, "skipped": 0}
    assert json.loads(done.stdout.splitlines()[-1]) == expected, done.stdout
    assert done.returncode == 0


def test_a_run_that_tried_nothing_is_no_success() -> None:
    done = run("sandbox", "-n0", "-k", "no_such_test")

    assert json.loads(done.stdout.splitlines()[-1])["passed"] == 0
    assert done.returncode != 0


@pytest.mark.parametrize("arguments", [(), ("pigeon",)], ids=["none", "unknown"])
def test_an_unknown_provider_is_told_who_is_known(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)

    assert all(name in done.stderr for name in RIGS)
    assert (done.returncode, done.stdout) == (2, "")
