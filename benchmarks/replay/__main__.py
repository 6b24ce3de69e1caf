"""Sell the months of DATA again over HTTP, refund what was cancelled, and check the books.

Without DATA a made month is sold. The last line on stdout is JSON; the exit code is the verdict.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.replay.buyer import PAD_LINES, PurchaseError
from benchmarks.replay.lines import BadInputError, find_files, read_lines
from benchmarks.replay.made import write_made_month
from benchmarks.replay.plan import make_plan
from benchmarks.replay.second_read import what_should_stand
from benchmarks.replay.settled.outcome import SettlingError
from benchmarks.replay.stage import Script, Wishes, replay, say
from config.stack import StackError

MOST_PROBLEMS_SHOWN = 20


def main() -> int:
    options = _options()
    wishes = Wishes(options.threads, options.pad, options.drop_one, options.reconcile)
    try:
        with _folders(options.data) as (data, work):
            files = find_files(data, options.months)
            plan = make_plan(read_lines(files))
            say(f"{len(plan.orders)} orders and {len(plan.refunds)} refunds to make")
            report = replay(Script(plan, what_should_stand(files)), work, wishes)
    except (BadInputError, StackError, PurchaseError, SettlingError) as error:
        say(f"The replay failed: {error}")
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    for problem in report.problems[:MOST_PROBLEMS_SHOWN]:
        say(problem)
    print(report.as_json(), flush=True)
    return 1 if report.problems else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    env = os.environ.get
    parser.add_argument("--data", type=Path, default=env("DATA") or None)
    parser.add_argument("--months", default=env("MONTHS", ""), help="2010-12,2011-01 or a..b")
    parser.add_argument("--drop-one", action="store_true", default=bool(env("DROP_ONE")))
    parser.add_argument("--reconcile", action="store_true", default=bool(env("RECONCILE")))
    parser.add_argument("--threads", type=int, default=int(env("CONCURRENCY") or 3))
    parser.add_argument("--pad", type=int, default=PAD_LINES, help="lines per order pad")
    return parser.parse_args()


@contextmanager
def _folders(given: Path | None) -> Iterator[tuple[Path, Path]]:
    """The folder of the files, and a throw-away one for the shop."""
    with tempfile.TemporaryDirectory(prefix="till-replay-") as name:
        work = Path(name)
        if given is None:
            say("No DATA given: replaying a made month.")
            write_made_month(work)
        yield given or work, work


if __name__ == "__main__":
    sys.exit(main())
