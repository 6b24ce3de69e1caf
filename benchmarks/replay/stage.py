"""Builds the stage of a replay, lets the run go over it, and reads the books afterwards."""

import csv
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.ahead import VARIABLE, Ahead
from benchmarks.inside import THROW_AWAY, enter, last_words
from benchmarks.replay.buyer import PurchaseError, Street, find_entry
from benchmarks.replay.compare import unexplained
from benchmarks.replay.days import days_of
from benchmarks.replay.memory import MemoryWatch
from benchmarks.replay.plan import Plan
from benchmarks.replay.report import Report
from benchmarks.replay.settled.outcome import Settled, SettlingError
from config.stack import Stack


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to replay: shoppers at once, lines per order pad, whether to spoil the books.

    `reconcile`: whether the bank's reports of the months are compared with the books as well.
    """

    threads: int
    pad_lines: int
    drop_one: bool
    reconcile: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: the plan, and how every order should stand in the end."""

    plan: Plan
    should: Mapping[str, tuple[int, int]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def replay(script: Script, work: Path, wishes: Wishes) -> Report:
    """Start a shop in `work`, play the script, and compare the shop's books with it."""
    plan, clock = script.plan, Ahead(work / "ahead")
    with _stack(plan, work) as stack, _watching(stack) as memory:
        enter(stack)
        from benchmarks.replay import books  # noqa: PLC0415  # models need the settings above

        entry = find_entry(stack.base_url)
        street = Street(stack.base_url, entry, wishes.threads, wishes.pad_lines)
        started = time.monotonic()
        try:
            stalled = _sell(
                days_of(plan) if wishes.reconcile else [plan], street, memory=memory, clock=clock
            )
        except PurchaseError:
            say(last_words(stack))
            raise
        seconds = time.monotonic() - started
        if wishes.drop_one:
            say(f"Deleted the capture of invoice {books.drop_one_capture()} behind the shop's back")
        booked = books.booked()
        faults = unexplained(booked, script.should)
        settled = None
        if wishes.reconcile and not stalled:
            settled = _settle(script, stack, clock=clock, wishes=wishes)
        ledger = books.ledger_faults()
        return Report(plan, booked, faults, stalled, memory, seconds, ledger, settled)


def _sell(days: Sequence[Plan], street: Street, *, memory: MemoryWatch, clock: Ahead) -> list[str]:
    """Day after day, each once all of the one before is settled; what is missing in the end."""
    from benchmarks.replay.run import run  # noqa: PLC0415  # models need the settings above

    missing: list[str] = []
    for number, day in enumerate(days):
        if number:
            clock.move_on(timedelta(days=1))
        if missing := run(day, street, memory):
            break
    return missing


def _settle(script: Script, stack: Stack, *, clock: Ahead, wishes: Wishes) -> Settled:
    from benchmarks.replay.settled.story import Given, reconcile_all  # noqa: PLC0415  # models need the settings above

    say("Comparing the books with the bank's reports, which are full of faults …")
    database = stack.data / "till.sqlite3"
    try:
        given = Given(script.should, stack.data, database, clock, wishes.drop_one)
        return reconcile_all(given)
    except SettlingError:
        say(last_words(stack))
        raise


def _stack(plan: Plan, work: Path) -> Stack:
    return Stack(
        work / "shop",
        settings="benchmarks.settings",
        bank_settings="benchmarks.bank",
        environment=THROW_AWAY | {"TILL_RATE_LIMITS": "off", VARIABLE: str(work / "ahead")},
        set_up=(("demo_setup",), ("load_warehouse", str(_inventory(plan, work)))),
        say=say,
    )


@contextmanager
def _watching(stack: Stack) -> Iterator[MemoryWatch]:
    memory = MemoryWatch(lambda: stack.pids)
    memory.start()
    try:
        yield memory
    finally:
        memory.stop()


def _inventory(plan: Plan, work: Path) -> Path:
    file = work / "warehouse.csv"
    with file.open("w", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows(
            (item.sku, item.name, item.price, item.stock) for item in plan.items.values()
        )
    return file
