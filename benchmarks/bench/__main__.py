"""`make bench`: what the hot paths cost, as a ratio to a view that inserts one row.

Progress and the table go to stderr; the last line on stdout is JSON. benchmarks/README.md says
how it is measured and what the figures mean.
"""

import argparse
import os
import sys
import time

from benchmarks.bench.inhabit import enter, furnish
from benchmarks.bench.load import CONNECTIONS
from benchmarks.bench.report import Report
from benchmarks.bench.rounds import Scene, chosen, one_round, wanted, warm_up
from benchmarks.bench.server import Server, ServerError, find_server
from benchmarks.bench.stage import Stage, StageError, set_stage
from benchmarks.bench.wire import WireError

WORKER_MEMORY = "worker_memory"
ONLY_HELP = f"names of figures; empty: all but {WORKER_MEMORY}, which takes a quarter of an hour"


def main() -> int:
    options = _options()
    try:
        server = find_server()
        with set_stage(server, _say) as stage:
            report = _play(stage, options, server)
    except (ServerError, StageError, WireError) as error:
        _say(f"The bench failed: {error}")
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
        return 130
    for line in report.table():
        _say(line)
    print(report.as_json(), flush=True)
    return 0


def _play(stage: Stage, options: argparse.Namespace, server: Server) -> Report:
    started = time.monotonic()
    enter(stage)
    _say(
        f"PostgreSQL {server.version} at {server.place}: fsync, synchronous_commit and "
        f"full_page_writes on. 2 sync web workers, {CONNECTIONS} connections, "
        f"{options.rounds} rounds."
    )
    report = Report()
    meter = stage.meter()
    try:
        scene = Scene(stage, furnish(stage), meter, _say)
        _measure(scene, options, report)
        report.peak_mb = meter.peak_mb()
    except WireError:
        _say(stage.last_words())
        raise
    finally:
        meter.close()
    _say(f"{time.monotonic() - started:.0f} s in all")
    return report


def _measure(scene: Scene, options: argparse.Namespace, report: Report) -> None:
    figures = chosen(options.only)
    if figures:
        report.statements = _statements(scene)
        warm_up(scene, figures)
    for number in range(1, options.rounds + 1):
        _say(f"Round {number} of {options.rounds}")
        if figures:
            report.rounds.append(one_round(scene, figures))
        if wanted("worker_events", options.only):
            report.events.append(_events(scene))
    if wanted("poll_tick", options.only):
        report.tick = _tick(scene)
    if WORKER_MEMORY in options.only:
        report.memory = _memory(scene)


def _statements(scene: Scene) -> dict[str, dict[str, int]]:
    from benchmarks.bench.statements import count_statements  # noqa: PLC0415  # models need settings

    _say("Counting statements …")
    return count_statements(scene.stage, scene.town)


def _events(scene: Scene) -> float:
    from benchmarks.bench.events import measure_worker  # noqa: PLC0415  # models need settings

    return measure_worker(scene).ratio


def _tick(scene: Scene) -> float:
    from benchmarks.bench.tick import measure_tick  # noqa: PLC0415  # models need settings

    return measure_tick(scene).ratio


def _memory(scene: Scene) -> float:
    from benchmarks.bench.memory import measure_memory  # noqa: PLC0415  # models need settings

    return measure_memory(scene)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    only = os.environ.get("ONLY", "").replace(",", " ").split()
    parser.add_argument("--only", nargs="*", default=only, help=ONLY_HELP)
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("ROUNDS") or 3))
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
