"""Buy, refund, capture and cancel under every fault, then compare all books: `make chaos`.

Progress goes to stderr; the last line on stdout is JSON; the exit code is the verdict.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys

from benchmarks.chaos.database import DatabaseError
from benchmarks.chaos.house import HouseError
from benchmarks.chaos.planted import PLANTS
from benchmarks.chaos.providers import PROVIDERS
from benchmarks.chaos.report import Report
from benchmarks.chaos.stage import Wishes, run, say

MOST_PROBLEMS_SHOWN = 40


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _stop)  # so that the database is dropped then too
    wishes = Wishes(
        options.seed,
        options.start,
        options.checkouts,
        options.concurrency,
        options.planted,
        options.provider,
    )
    say(f"Seed {wishes.seed}: checkouts {wishes.start} to {wishes.start + wishes.checkouts}")
    try:
        report = run(wishes)
    except (DatabaseError, HouseError) as error:
        say(f"Chaos failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    if report.problems:
        _explain(report, wishes)
    print(report.as_json(), flush=True)
    return 1 if report.problems else 0


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _explain(report: Report, wishes: Wishes) -> None:
    for problem in report.problems[:MOST_PROBLEMS_SHOWN]:
        say(f"RED: {problem}")
    again = f"SEED={wishes.seed} START={wishes.start} CHECKOUTS={wishes.checkouts}"
    again += f" PROVIDER={wishes.provider}"
    say(f"{len(report.problems)} problems. The same run again: make chaos {again}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    env = os.environ.get
    parser.add_argument("--seed", default=env("SEED") or secrets.token_hex(4))
    parser.add_argument("--checkouts", type=int, default=int(env("CHECKOUTS") or 500))
    parser.add_argument("--start", type=int, default=int(env("START") or 0))
    parser.add_argument("--concurrency", type=int, default=int(env("CONCURRENCY") or 1))
    parser.add_argument(
        "--provider", default=env("PROVIDER") or "sandbox", choices=sorted(PROVIDERS)
    )
    parser.add_argument("--planted", default="", choices=("", *PLANTS), help="a known mistake")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
