"""Workers and what befalls them: messages, sweeps, kills, a flushed broker, a cut database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from benchmarks.chaos.faults import Kind, Strike
from benchmarks.chaos.house import KILLED
from benchmarks.chaos.plan import LOST_ANSWERS
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.world import World
from payments.queues import NIGHTLY, QUEUES, SWEEPS

BEAT: Final = timedelta(seconds=min(SWEEPS.values()))
REST: Final = 9
"""So many acts of workers lie between two strikes."""
IN_VAIN: Final = 60
"""After so many acts nobody waits any more for a call that does not come."""
OUTAGE: Final = (8.0, 25.0)
CALM: Final = (20.0, 45.0)
SHORT_TIME: Final = 200
JUMPS: Final = (90.0, 1500.0, 4 * 3600.0)
FEED: Final = "payments.read_feeds"
BY_ROWS: Final = frozenset(
    {
        *("orders.send_mail", "payments.drain_inbox", "payments.submit_operations"),
        *("payments.poll_due", "payments.expire_orders", FEED),
        *("payments.submit_evidence", "payments.remind_of_evidence"),
        *("payments.forget_methods", "payments.import_settlements"),
    }
)
"""Tasks of which it is known when they have something to do; others come by the clock."""


class Backstage:
    """All that workers do; each strike waits for an act that gives occasion."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("backstage")
        self._bag: list[Strike] = []
        self._rest = REST
        self._under_way = 0
        self._listed = self._missed = 0
        self._read_at = world.clock.now()

    def take_messages(self) -> None:
        """Let a worker come for each wake-up that nobody comes for yet."""
        while self._under_way < self._world.house.messages():
            self._under_way += 1
            self._world.scheduler.start(self._message(), after=self._chance.uniform(0.1, 3.0))

    def _message(self) -> Actor:
        self._under_way -= 1
        queues = self._chance.sample(QUEUES, len(QUEUES))
        self._work("message", queues=queues)
        yield from ()

    def beat(self) -> Actor:
        """By the product's own plan; times in which no task has anything to do are skipped."""
        now, idle = self._world.clock.now(), BY_ROWS | self._world.deck.idle
        rounds = {task: _next_round(task, now) for task in {*SWEEPS, *NIGHTLY} - idle}
        while True:
            due, now = rounds | self._due(), self._world.clock.now()
            for task in sorted(task for task, moment in due.items() if moment <= now):
                self._run(task)
                if task in rounds:
                    rounds[task] = _next_round(task, now)
            yield self._until_next([*due.values(), *rounds.values()])

    def drain(self) -> None:
        """Work off what is due at this very moment."""
        for _ in range(SHORT_TIME):
            now = self._world.clock.now()
            due = [task for task, moment in self._due().items() if moment <= now]
            if not due:
                return
            for task in due:
                self._run(task)

    def _due(self) -> dict[str, datetime]:
        """When each task has something to do next; a list with nothing new need not be read."""
        found: dict[str, datetime] = self._world.house.work("due").get("moments", {})
        if self._world.bank.listed() > self._listed:
            found[FEED] = self._read_at + timedelta(seconds=SWEEPS[FEED])
        return found

    def _run(self, task: str) -> None:
        listed = self._world.bank.listed()
        well = self._work("task", name=task)
        if task == FEED:
            self._read_at = self._world.clock.now()
            self._listed = listed if well else self._listed

    def _until_next(self, moments: Sequence[datetime]) -> float:
        """Seconds to the next beat at which anything can be due."""
        now = self._world.clock.now()
        soonest = min([*(m for m in moments if m > now), self._world.next_act()])
        beats = max(1, -((now - soonest) // BEAT))
        return (beats * BEAT).total_seconds()

    def _work(self, verb: str, **arguments: Any) -> bool:
        """Whether it went through, and nothing struck."""
        world, before = self._world, len(self._world.strikes_told)
        armed, where = self._armed()
        spared = world.enough()
        answer = world.house.work(verb, strikes=armed, where=where, spared=spared, **arguments)
        told = world.strikes_told[before:]
        world.note(verb, arguments, told)
        self._note(armed, told, where)
        if "error" in answer and world.database_is_cut:
            world.feel_storm()
        elif "error" in answer and not any("cut" in way for way in told):
            world.blame(f"{verb} {arguments.get('name', '')}", answer["error"])
        elif KILLED in answer and not told:
            world.blame(verb, "a worker died by itself")
        return not answer and not told

    def _armed(self) -> tuple[list[Strike], str]:
        """What is to strike at the next occasion, and where: an ambush, or one from the bag."""
        if self._world.ambushes:
            way, where = self._world.ambushes[0]
            return [way], where
        self._rest -= 1
        if not self._world.faults_on or self._rest > 0:
            return [], ""
        if not self._bag:
            strikes = self._world.deck.strikes
            self._bag = self._chance.sample(strikes, len(strikes))
        return self._bag[-1:], ""

    def _note(self, armed: list[Strike], told: list[Strike], where: str) -> None:
        """The next strike from the bag; one that finds no occasion for long lets others before."""
        struck = bool(armed) and armed[0] in told
        self._missed = 0 if struck or not where else self._missed + 1
        if where:
            self._world.muted |= struck and armed[0] in LOST_ANSWERS
            self._end_ambush((armed[0], where), over=struck or self._missed > IN_VAIN)
        elif struck and self._bag:
            self._bag.pop()
            self._rest = REST
        elif self._rest < -REST and self._bag:
            self._bag.insert(0, self._bag.pop())
            self._rest = 0

    def _end_ambush(self, ambush: tuple[Strike, str], *, over: bool) -> None:
        if over and ambush in self._world.ambushes:
            self._world.ambushes.remove(ambush)

    def weather(self, storms: int) -> Actor:
        """So many times: the broker loses all, the database is cut, the clock jumps."""
        world, chance = self._world, self._chance
        for storm in range(storms):
            yield chance.uniform(*CALM)
            yield from self._flush()
            yield chance.uniform(*CALM)
            world.storms += 1
            world.database.cut()
            world.database_is_cut = True
            yield chance.uniform(*OUTAGE)
            world.database.mend()
            world.database_is_cut = False
            yield chance.uniform(*CALM)
            world.clock.move_on(timedelta(seconds=JUMPS[storm % len(JUMPS)]))
            world.count(Kind.CLOCK_JUMP)

    def _flush(self) -> Actor:
        """As soon as there is something to lose."""
        for _ in range(SHORT_TIME):
            if self._world.house.flush_broker():
                self._world.count(Kind.BROKER_FLUSHED)
                return
            yield 0.5


def _next_round(task: str, now: datetime) -> datetime:
    if task in SWEEPS:
        return now + timedelta(seconds=SWEEPS[task])
    hour, minute = NIGHTLY[task]
    night = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return night if night > now else night + timedelta(days=1)
