"""Carries the bank's letters: signed webhooks, and what happens to them on their way."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.chaos.bank.book import Event
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
        self._delivered: dict[str, int] = {}
        self._kept_back: dict[str, list[Event]] = {}

    def collect(self) -> None:
        """Set out with every letter that has been written since."""
        world = self._world
        with world.bank.lock:
            letters = world.bank.events[self._taken :]
            self._taken += len(letters)
        if world.muted and letters:
            world.bank.list_is_out_until = world.clock.now() + NOT_LISTED
            self._bag += ["lost"] * len(letters)
            world.muted = False
        for event in letters:
            self._send_off(event)

    def _send_off(self, event: Event) -> None:
        world = self._world
        start, soon = world.scheduler.start, self._chance.uniform(*PROMPT)
        for held in self._kept_back.pop(event.payment, []):
            start(self._carry(held), after=soon + 20.0)
        match self._fate():
            case "lost":
                world.count(Kind.WEBHOOK_LOST)
            case "repeated":
                start(self._carry(event, times=3), after=soon)
            case "reordered":
                self._kept_back.setdefault(event.payment, []).append(event)
                start(self._release(event), after=KEPT_BACK)
            case "delayed":
                start(self._carry_late(event), after=self._chance.uniform(*DELAYED))
            case fate:
                if fate == "forged":
                    start(self._forge(event), after=soon)
                start(self._carry(event), after=soon)

    def _fate(self) -> str:
        if not self._world.faults_on:
            return "prompt"
        if not self._bag:
            self._bag = self._chance.sample(FATES, len(FATES))
        return self._bag.pop()

    def _release(self, event: Event) -> Actor:
        """What nothing has overtaken by now goes anyway."""
        held = self._kept_back.get(event.payment, [])
        if event in held:
            held.remove(event)
            yield from self._carry(event)

    def _carry_late(self, event: Event) -> Actor:
        self._world.count(Kind.WEBHOOK_DELAYED)
        yield from self._carry(event)

    def _carry(self, event: Event, times: int = 1) -> Actor:
        """Deliver it until it is acknowledged, and so often."""
        world = self._world
        body = json.dumps(world.bank.event_told(event)).encode()
        for turn in range(times):
            if turn:
                yield 40.0
            for pause in RETRIES:
                status = self._post(body, world.bank.secret)
                if status in OK:
                    break
                if status == BAD and world.scheduler.lanes == 1:
                    world.blame(event.id, "a true letter was refused")
                    return
                yield float(pause)
            if turn == 1:
                world.count(Kind.WEBHOOK_REPEATED)
        self._note(event)

    def _note(self, event: Event) -> None:
        place, newest = self._world.bank.place_of(event.id), self._delivered.get(event.payment, 0)
        if place < newest:
            self._world.count(Kind.WEBHOOK_REORDERED)
        self._delivered[event.payment] = max(place, newest)

    def _forge(self, event: Event) -> Actor:
        """Money that never came, signed by somebody who does not know the secret."""
        told = self._world.bank.event_told(event)
        told["id"], told["data"] = f"{event.id}x", _richer(told["data"])
        status = self._post(json.dumps(told).encode(), "whsec_guessed")
        if status == BAD:
            self._world.count(Kind.WEBHOOK_FORGED)
        elif status in OK:
            self._world.blame(event.id, "a forged letter was taken")
        yield from ()

    def _post(self, body: bytes, secret: str) -> int:
        """The shop's status; 0 where there was no answer."""
        world, now = self._world, int(self._world.clock.now().timestamp())
        signed = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
        line = HTTPConnection(urlsplit(world.house.url).netloc, timeout=PATIENCE)
        headers = {"Sandbox-Signature": f"t={now},v1={signed}", "Content-Type": "application/json"}
        try:
            line.request("POST", world.hook, body, headers)
            return line.getresponse().status
        except (HTTPException, ConnectionError):
            return 0
        finally:
            line.close()
            world.house.watch_web()

    def stranger(self) -> Actor:
        """A true letter about a payment that another shop of the same account has made."""
        world, number = self._world, len(self._world.strangers)
        told = json.loads(STRANGE % {"number": number, "merchant": world.bank.merchant})
        told["created"] = world.clock.now().isoformat()
        for pause in RETRIES:
            if self._post(json.dumps(told).encode(), world.bank.secret) in OK:
                world.strangers.append(told["id"])
                world.count(Kind.WEBHOOK_UNMATCHED)
                return
            yield float(pause)


def _richer(payment: Any) -> dict[str, Any]:
    return {**payment, "status": "captured", "captured": payment["amount"]}


STRANGE: Final = """{"id": "evt_strange_%(number)d", "object": "event", "type": "payment.captured",
 "merchant_id": "%(merchant)s", "mode": "test", "data": {"id": "pay_strange_%(number)d",
 "reference": "ASTRANGER%(number)d", "merchant_id": "%(merchant)s", "mode": "test",
 "status": "captured", "amount": 500, "currency": "GBP", "authorized": 500, "captured": 500,
 "released": 0, "refunded": 0, "refunds": [], "disputes": []}}"""
