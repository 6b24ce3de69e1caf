"""Builds the stage of a replay, lets the run go over it, and reads the books afterwards."""

import csv
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.inside import THROW_AWAY, enter, last_words
from benchmarks.replay.buyer import PurchaseError, Street, find_entry
from benchmarks.replay.compare import unexplained
from benchmarks.replay.memory import MemoryWatch
from benchmarks.replay.plan import Plan
from benchmarks.replay.report import Report
from config.stack import Stack


@dataclass(frozen=True, slots=True)
class Wishes:
    """How to replay: shoppers at once, lines per order pad, and whether to spoil the books."""

    threads: int
    pad_lines: int
    drop_one: bool


@dataclass(frozen=True, slots=True)
class Script:
    """What is played: the plan, and how every order should stand in the end."""

    plan: Plan
    should: Mapping[str, tuple[int, int]]


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def replay(script: Script, work: Path, wishes: Wishes) -> Report:
    """Start a shop in `work`, play the script, and compare the shop's books with it."""
    plan = script.plan
    with _stack(plan, work) as stack, _watching(stack) as memory:
        enter(stack)
        from benchmarks.replay import books, run  # noqa: PLC0415  # models need the settings above

        entry = find_entry(stack.base_url)
        street = Street(stack.base_url, entry, wishes.threads, wishes.pad_lines)
        started = time.monotonic()
        try:
            stalled = run.run(plan, street, memory)
        except PurchaseError:
            say(last_words(stack))
            raise
        seconds = time.monotonic() - started
        if wishes.drop_one:
            say(f"Deleted the capture of invoice {books.drop_one_capture()} behind the shop's back")
        booked = books.booked()
        faults = unexplained(booked, script.should)
        ledger = books.ledger_faults()
        return Report(plan, booked, faults, stalled, memory, seconds, ledger)


def _stack(plan: Plan, work: Path) -> Stack:
    return Stack(
        work / "shop",
        settings="benchmarks.settings",
        environment=THROW_AWAY | {"TILL_RATE_LIMITS": "off"},
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
