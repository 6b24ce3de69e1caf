"""Tries one provider: `python -m tests.contract sandbox [arguments of pytest]`.

The last line is one JSON object; the exit code is the verdict.
"""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from tests.contract.providers import RIGS

UNKNOWN = 2
VERDICTS = ("passed", "skipped", "failed")
"""From good to bad."""
SHOWN = ("passed", "failed", "skipped")


class Tally:
    """Counts each test once, by the worst that happened in it."""

    def __init__(self) -> None:
        self.worst: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        known = self.worst.get(report.nodeid, VERDICTS[0])
        self.worst[report.nodeid] = max(known, report.outcome, key=VERDICTS.index)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:  # tests that nobody could read are no less of a failure
            self.worst[report.nodeid] = report.outcome

    def line(self, provider: str) -> str:
        counts = Counter(self.worst.values())
        return json.dumps({"provider": provider, **{each: counts[each] for each in SHOWN}})


def main(arguments: list[str]) -> int:
    name, *more = arguments or [""]
    if name not in RIGS:
        said = f"There is no provider {name!r}" if name else "Say which provider to try"
        sys.stderr.write(f"{said}. Known are: {', '.join(RIGS)} (tests/contract/providers.py).\n")
        return UNKNOWN
    tally = Tally()
    quick = ("-n", "auto", "--dist", "loadgroup", "-q", "-rs")
    chosen = ("tests/contract", "-m", "contract", f"--provider={name}")
    code = int(pytest.main([*quick, *chosen, *more], plugins=[tally]))
    sys.stdout.write(f"{tally.line(name)}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
