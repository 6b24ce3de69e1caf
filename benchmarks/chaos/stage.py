"""Sets the stage, lets the run go over it, and compares the books afterwards."""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.chaos.backstage import Backstage
from benchmarks.chaos.banks import Bank
from benchmarks.chaos.clerk import Desk, sign_in
from benchmarks.chaos.clock import Clock
from benchmarks.chaos.database import own_database
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.house import House
from benchmarks.chaos.plan import APPROVE_ABOVE, Errand, make_plan, shelves
from benchmarks.chaos.postman import STRANGER_EVERY, Postman
from benchmarks.chaos.providers import PROVIDERS
from benchmarks.chaos.report import Report
from benchmarks.chaos.scheduler import Scheduler
from benchmarks.chaos.shoppers import arrivals, run_errand
from benchmarks.chaos.staff import run_case
from benchmarks.chaos.verdict import Books, Rows, judge
from benchmarks.chaos.world import World

AFTERWARDS: Final = timedelta(days=15)
HASTE: Final = timedelta(seconds=30)
SHOWN_EVERY: Final = 5.0
STAFF: Final = ("staff", "colleague")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What to run: so many checkouts of a seed's plan from `start` on, in so many lanes."""

    seed: str
    start: int
    checkouts: int
    lanes: int
    planted: str = ""
    provider: str = "sandbox"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(wishes: Wishes) -> Report:
    started = time.monotonic()
    deck, _ = PROVIDERS[wishes.provider]()
    plan = make_plan(wishes.seed, wishes.start, wishes.checkouts, deck)
    stock = shelves(wishes.checkouts)
    with _stage(wishes) as world:
        say(f"The shop is open at {world.house.url} after {time.monotonic() - started:.1f} s.")
        account = _set_up(world, stock, plan)
        _play(world, Progress(wishes.checkouts, started))
        say(f"Trace {world.trace}: with one lane the same seed leaves the same.")
        rows = world.house.work("rows")
        payments = world.bank.book()
        world.tally[Kind.LATE_SUCCESS] = sum(payment.spurned for payment in payments)
        world.tally[Kind.REFUND_FAILED_LATER] = sum(
            refund.status == "failed" for payment in payments for refund in payment.refunds
        )
        verdict = judge(
            Books(
                payments=payments,
                rows=rows,
                account=account,
                stock=stock,
                strangers=[*world.strangers, *_asides(world.bank, rows)],
                now=world.clock.now(),
            )
        )
        world.problems += world.bank.complaints()
    seconds = time.monotonic() - started
    return Report(wishes.checkouts, world.tally, verdict, world.problems, seconds, deck.kinds)


def _asides(bank: Bank, rows: Rows) -> Collection[str]:
    """What was read in the bank's list and is about no payment."""
    return {row["event_id"] for row in rows["events"]} & set(bank.asides())


@contextmanager
def _stage(wishes: Wishes) -> Iterator[World]:
    with ExitStack() as held:
        data = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="till-chaos-")))
        clock = Clock(data / "clock")
        database = held.enter_context(own_database())
        seed = f"{wishes.seed}:{wishes.start}"
        deck, open_bank = PROVIDERS[wishes.provider]()
        bank = open_bank(clock.now, seed)
        bank.start()
        held.callback(bank.stop)
        house = House(data, seed, lambda _way, _process, _key: None)
        scheduler = Scheduler(clock, wishes.lanes)
        world = World(seed, clock, deck, bank, house, database, scheduler)
        house.struck = world.struck
        held.callback(house.close)
        environment = _environment(data, database.url) | dict(bank.environment())
        house.open(environment, lanes=wishes.lanes, planted=wishes.planted)
        yield world


def _environment(data: Path, database: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "benchmarks.chaos.settings",
        "DATABASE_URL": database,
        "REDIS_URL": "",
        "TILL_DATA": str(data),
        "TILL_RATE_LIMITS": "false",
        "TILL_APPROVE_ABOVE": APPROVE_ABOVE,
        "PYTHONHASHSEED": "0",
    }


def _set_up(world: World, stock: dict[str, int], plan: list[Errand]) -> str:
    """Open the shop, and send everybody on their way; the account's name in the ledger."""
    password = secrets.token_urlsafe(12)
    told = world.house.work(
        "set_up",
        bank=dict(world.bank.keys()),
        shop_url=world.house.url,
        stock=stock,
        password=password,
        staff=STAFF,
    )
    world.hook = told["hook"]
    desk = Desk(*(sign_in(world, password, name) for name in STAFF))

    def arrive(errand: Errand) -> None:
        world.send(run_errand(world, errand))
        world.send(run_case(world, errand, desk))

    world.send(arrivals(plan, arrive))
    return str(told["account"])


def _play(world: World, progress: Progress) -> None:
    postman, backstage = Postman(world), Backstage(world)
    for number in range(0, progress.checkouts, STRANGER_EVERY):
        world.send(postman.stranger(), after=30.0 + number)
    world.send(backstage.weather(-(-progress.checkouts // len(world.deck.orders))))
    world.scheduler.start(backstage.beat(), after=15.0)
    while True:
        postman.collect()
        backstage.take_messages()
        _fall_quiet(world)
        if world.quiet_until and world.next_act() >= world.quiet_until:
            break
        _next_act(world)
        progress.show(world)
    world.scheduler.settle()
    backstage.drain()


def _fall_quiet(world: World) -> None:
    if world.quiet_until is None and not world.active:
        world.faults_on = False
        world.quiet_until = world.clock.now() + AFTERWARDS
        say(f"Everybody has gone at {world.clock.now():%d %b %H:%M}; 15 quiet days begin.")


def _next_act(world: World) -> None:
    due, moment = world.bank.next_due(), world.scheduler.next_moment()
    soon = world.clock.now() + HASTE
    if world.scheduler.flying and (moment is None or moment > soon):
        world.scheduler.settle()  # no time passes over the heads of those who are under way
    elif moment is None or (due and due <= moment):
        world.clock.move_to(due or soon)
    else:
        world.scheduler.release()
    with world.bank.lock:
        world.bank.catch_up()


class Progress:
    """Says every few seconds how far the run is."""

    def __init__(self, checkouts: int, started: float) -> None:
        self.checkouts = checkouts
        self._started = started
        self._next = started + SHOWN_EVERY

    def show(self, world: World) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + SHOWN_EVERY
        payments = len(world.bank.book())
        say(
            f"{time.monotonic() - self._started:6.0f} s  {world.clock.now():%d %b %H:%M:%S}  "
            f"{payments} payments at the bank, {sum(world.tally.values())} faults, "
            f"{world.active} busy"
        )
