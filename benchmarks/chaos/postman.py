"""Carries the bank's letters: signed webhooks, and what happens to them on their way."""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

from benchmarks.chaos.banks import Letter
from benchmarks.chaos.browser import PATIENCE
from benchmarks.chaos.faults import Kind
from benchmarks.chaos.scheduler import Actor
from benchmarks.chaos.world import World

FATES: Final = (
    *["prompt"] * 11,
    *["lost", "repeated", "reordered", "delayed"] * 2,
    "forged",
)
RETRIES: Final = (1, 2, 5, 10, 30, 60, 300, 900, *[3600] * 70)
PROMPT: Final = (0.2, 4.0)
DELAYED: Final = (600.0, 48 * 3600.0)
NOT_LISTED: Final = timedelta(minutes=2)
KEPT_BACK: Final = 30 * 3600.0
STRANGER_EVERY: Final = 60
OK, BAD = range(200, 300), 400


class Postman:
    """Takes each new event of the bank to the shop, by fates that a shuffled bag deals."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = world.chance("postman")
        self._bag: list[str] = []
        self._taken = 0
        self._places: dict[str, int] = {}
        self._delivered: dict[str, int] = {}
        self._kept_back: dict[str, list[Letter]] = {}

    def collect(self) -> None:
        """Set out with every letter that has been written since."""
        world = self._world
        letters = world.bank.letters(self._taken)
        for place, letter in enumerate(letters, self._taken + 1):
            self._places[letter.id] = place
        self._taken += len(letters)
        if world.muted and letters:
            world.bank.hide_list(world.clock.now() + NOT_LISTED)
            self._bag += ["lost"] * len(letters)
            world.muted = False
        for letter in letters:
            self._send_off(letter)

    def _send_off(self, letter: Letter) -> None:
        world = self._world
        start, soon = world.scheduler.start, self._chance.uniform(*PROMPT)
        for held in self._kept_back.pop(letter.about, []):
            start(self._carry(held), after=soon + 20.0)
        match self._fate():
            case "lost":
                world.count(Kind.WEBHOOK_LOST)
            case "repeated":
                start(self._carry(letter, times=3), after=soon)
            case "reordered":
                self._kept_back.setdefault(letter.about, []).append(letter)
                start(self._release(letter), after=KEPT_BACK)
            case "delayed":
                start(self._carry_late(letter), after=self._chance.uniform(*DELAYED))
            case fate:
                if fate == "forged":
                    start(self._forge(letter), after=soon)
                start(self._carry(letter), after=soon)

    def _fate(self) -> str:
        if not self._world.faults_on:
            return "prompt"
        if not self._bag:
            self._bag = self._chance.sample(FATES, len(FATES))
        return self._bag.pop()

    def _release(self, letter: Letter) -> Actor:
        """What nothing has overtaken by now goes anyway."""
        held = self._kept_back.get(letter.about, [])
        if letter in held:
            held.remove(letter)
            yield from self._carry(letter)

    def _carry_late(self, letter: Letter) -> Actor:
        self._world.count(Kind.WEBHOOK_DELAYED)
        yield from self._carry(letter)

    def _carry(self, letter: Letter, times: int = 1) -> Actor:
        """Deliver it until it is acknowledged, and so often."""
        world = self._world
        for turn in range(times):
            if turn:
                yield 40.0
            for pause in RETRIES:
                status = self._post(letter.body, world.bank.secret)
                if status in OK:
                    break
                if status == BAD and world.scheduler.lanes == 1:
                    world.blame(letter.id, "a true letter was refused")
                    return
                yield float(pause)
            if turn == 1:
                world.count(Kind.WEBHOOK_REPEATED)
        self._note(letter)

    def _note(self, letter: Letter) -> None:
        place, newest = self._places[letter.id], self._delivered.get(letter.about, 0)
        if place < newest:
            self._world.count(Kind.WEBHOOK_REORDERED)
        self._delivered[letter.about] = max(place, newest)

    def _forge(self, letter: Letter) -> Actor:
        """Money that never came, signed by somebody who does not know the secret."""
        status = self._post(self._world.bank.richer(letter), "whsec_guessed")
        if status == BAD:
            self._world.count(Kind.WEBHOOK_FORGED)
        elif status in OK:
            self._world.blame(letter.id, "a forged letter was taken")
        yield from ()

    def _post(self, body: bytes, secret: str) -> int:
        """The shop's status; 0 where there was no answer."""
        world = self._world
        line = HTTPConnection(urlsplit(world.house.url).netloc, timeout=PATIENCE)
        try:
            line.request("POST", world.hook, body, dict(world.bank.sign(body, secret)))
            return line.getresponse().status
        except (HTTPException, ConnectionError):
            return 0
        finally:
            line.close()
            world.house.watch_web()

    def stranger(self) -> Actor:
        """A true letter about a payment that another shop of the same account has made."""
        world = self._world
        letter = world.bank.stranger(len(world.strangers))
        for pause in RETRIES:
            if self._post(letter.body, world.bank.secret) in OK:
                world.strangers.append(letter.id)
                world.count(Kind.WEBHOOK_UNMATCHED)
                return
            yield float(pause)
