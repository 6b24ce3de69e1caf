"""All that a run is made of, and how everybody in it reaches the shop and the bank."""

from __future__ import annotations

import hashlib
import random
import threading
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from benchmarks.chaos.banks import Bank
from benchmarks.chaos.browser import Browser, Gone, Reply
from benchmarks.chaos.clock import Clock
from benchmarks.chaos.database import Database
from benchmarks.chaos.faults import COUNTED_AS, DEADLY, Kind, Strike, Tally
from benchmarks.chaos.house import House
from benchmarks.chaos.plan import Deck
from benchmarks.chaos.scheduler import Actor, Scheduler

TRIES: Final = 12
PAUSE: Final = 7.0
MOST_HITS: Final = 3
TIMED_OUT: Final = timedelta(seconds=8)
OUT: Final = 503
BROKEN: Final = 500


@dataclass(slots=True)
class World:
    """`problems` are what makes the verdict red before any book is compared."""

    seed: str
    clock: Clock
    deck: Deck
    bank: Bank
    house: House
    database: Database
    scheduler: Scheduler
    tally: Tally = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    database_is_cut: bool = False
    storms: int = 0
    felt: int = 0
    """How often nobody was let into the database, and the last of these times that anybody met."""
    strikes_told: list[Strike] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    """How often each write was struck, by its key."""
    hook: str = ""
    strangers: list[str] = field(default_factory=list)
    faults_on: bool = True
    ambushes: list[tuple[Strike, str]] = field(default_factory=list)
    """What is to strike the next call of a worker whose address ends so, before anything else."""
    muted: bool = False
    """Nor do the bank's newest letters, or its list, tell what a lost answer did not."""
    quiet_until: datetime | None = None
    active: int = 0
    """Shoppers, staff and storms that are not through yet; faults stop with the last of them."""
    _trace: hashlib._Hash = field(default_factory=hashlib.sha256)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def chance(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}:{name}")  # noqa: S311  # no secret

    def send(self, actor: Actor, *, after: float = 0.0) -> None:
        """Start somebody whose end the run waits for."""
        self.active += 1
        self.scheduler.start(self._seen_off(actor), after=after)

    def _seen_off(self, actor: Actor) -> Actor:
        yield from actor
        with self._lock:
            self.active -= 1

    def note(self, *what: object) -> None:
        """Keep one act: two runs of a seed do the same at the same moments."""
        with self._lock:
            self._trace.update(f"{self.clock.now()} {what}".encode())

    @property
    def trace(self) -> str:
        return self._trace.hexdigest()[:16]

    def count(self, kind: Kind) -> None:
        with self._lock:
            self.tally[kind] += 1

    def feel_storm(self) -> None:
        """Count the present outage, once however many it met."""
        with self._lock:
            self.tally[Kind.DATABASE_CUT] += self.felt != self.storms
            self.felt = self.storms

    def struck(self, way: Strike, process: str, key: str) -> None:
        """A process told what has just happened to it, and to which write."""
        with self._lock:
            self.hits[key] += 1
            self.strikes_told.append(way)
            self.tally[COUNTED_AS[way]] += 1
            if way in DEADLY:
                self.tally[Kind(f"{way}_{process}")] += 1
            if COUNTED_AS[way] in {Kind.TIMEOUT_BEFORE, Kind.TIMEOUT_AFTER}:
                self.clock.move_on(TIMED_OUT)

    def enough(self) -> list[str]:
        """Writes that must get through now: one that never does goes to a person, and rightly."""
        with self._lock:
            return [key for key, hits in self.hits.items() if key and hits >= MOST_HITS]

    def blame(self, who: str, problem: str) -> None:
        with self._lock:
            self.problems.append(f"{who}: {problem}")

    def next_act(self) -> datetime:
        """When anybody but a worker does something next."""
        moments = (self.scheduler.next_moment(), self.bank.next_due(), self.quiet_until)
        return min((moment for moment in moments if moment), default=self.clock.now())

    def may_be_out(self, told: list[Strike]) -> bool:
        """Whether the shop has a reason not to reach its database."""
        if self.scheduler.lanes > 1:
            return self.tally[Kind.DATABASE_CUT] > 0 or self.storms > 0
        return self.database_is_cut or any("cut" in way for way in told)


class Visitor:
    """Somebody at a browser of the shop, with the strikes that wait for an occasion."""

    def __init__(
        self, world: World, who: str, strikes: tuple[Strike, ...], *, manual: bool
    ) -> None:
        self.world, self.who = world, who
        self.browser = Browser(manual=manual)
        self._waiting = strikes

    def get(self, path: str) -> Generator[float, None, Reply]:
        return (yield from self._insist(lambda now: self.browser.get(self._at(path), now), ""))

    def post(
        self, path: str, form: Mapping[str, str], *, typed: str = ""
    ) -> Generator[float, None, Reply]:
        """Send a form until there is an answer; a page of a cut database must keep `typed`."""
        address = self._at(path)
        return (yield from self._insist(lambda now: self.browser.post(address, form, now), typed))

    def _at(self, path: str) -> str:
        return path if path.startswith("http") else self.world.house.url + path

    def _insist(
        self, visit: Callable[[tuple[Strike, ...]], Reply], typed: str
    ) -> Generator[float, None, Reply]:
        for _ in range(TRIES):
            reply = self._once(visit, typed)
            if reply and reply.status != OUT:
                return reply
            yield float(reply.retry_after or PAUSE) if reply else PAUSE
        raise Gone(f"{self.who} gave up")

    def _once(self, visit: Callable[[tuple[Strike, ...]], Reply], typed: str) -> Reply | None:
        world, before = self.world, len(self.world.strikes_told)
        try:
            reply = visit(self._waiting if world.faults_on else ())
        except Gone:
            reply = None
        world.house.watch_web()
        world.note(self.who, reply and reply.status)
        told = world.strikes_told[before:]
        if any(way in self._waiting for way in told):
            self._waiting = ()
        if reply is None and not told and world.scheduler.lanes == 1:
            world.blame(self.who, "no answer, and nobody was killed")
        if reply and reply.status == OUT:
            self._check_outage(reply, typed, told)
        elif reply:
            self._check(reply)
        return reply

    def _check(self, reply: Reply) -> None:
        if "Traceback" in reply.text:
            self.world.blame(self.who, "a traceback was served")
        if reply.status >= BROKEN:
            self.world.blame(self.who, f"status {reply.status} was served")

    def _check_outage(self, reply: Reply, typed: str, told: list[Strike]) -> None:
        world = self.world
        if not world.may_be_out(told):
            world.blame(self.who, "503 although the database answers")
        if not reply.retry_after:
            world.blame(self.who, "503 without Retry-After")
        if typed not in reply.text:
            world.blame(self.who, "503 that lost what was typed")
        if world.database_is_cut:
            world.feel_storm()
