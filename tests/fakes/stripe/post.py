"""Webhooks: letters to a merchant's endpoints, signed by the SDK's own signer."""

from __future__ import annotations

import http.client
import json
import queue
import threading
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from stripe import WebhookSignature

from tests.fakes.stripe.endpoints import secret_of, takers
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.events import whole
from tests.fakes.stripe.store import Shelf, World

TRIES: Final = 3
PATIENCE: Final = 10
"""Seconds that a receiver has."""
PAUSE: Final = 0.2
"""Seconds between two tries, and between two looks at the clock."""
OURS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Letters go nowhere else: they count as failed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One event as one endpoint gets it."""

    event: str
    kind: str
    url: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Job:
    shelf: Shelf
    event: Json
    endpoint: Json

    def letter(self) -> Letter:
        """Signed now, by the world's clock."""
        body = json.dumps(whole(self.shelf, self.event), indent=2)
        secret, now = secret_of(self.shelf, self.endpoint), self.shelf.world.timestamp()
        signature = WebhookSignature.generate_signature_header(body, secret, now)
        return Letter(
            event=self.event["id"],
            kind=self.event["type"],
            url=self.endpoint["url"],
            body=body.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": signature,
                "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            },
        )


class Post:
    """Writes down who is to be told what; a thread delivers it, where one was started."""

    def __init__(self, world: World, lock: threading.RLock) -> None:
        self._world, self._lock = world, lock
        self._written: dict[tuple[str, bool], list[Job]] = {}
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        world.on_event = self._write

    def _write(self, shelf: Shelf, event: Json) -> None:
        jobs = [Job(shelf, event, each) for each in takers(shelf, event["type"])]
        event["pending_webhooks"] = len(jobs)
        self._written.setdefault((shelf.account.id, shelf.live), []).extend(jobs)
        if self._thread is not None:
            for job in jobs:
                self._queue.put(job)

    def written(self, shelf: Shelf, start: int) -> list[Letter]:
        """The letters from the `start`th on, the oldest first."""
        jobs = self._written.get((shelf.account.id, shelf.live), [])
        return [job.letter() for job in jobs[start:]]

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def wait(self) -> None:
        """Until all that is written so far came or failed."""
        self._queue.join()

    def _run(self) -> None:
        """Deliver one letter after the other, and let happen what is due meanwhile."""
        while True:
            try:
                job = self._queue.get(timeout=PAUSE)
            except queue.Empty:
                with self._lock:
                    self._world.catch_up()
                continue
            if job is not None:
                self._deliver(job)
            self._queue.task_done()
            if job is None:
                return

    def _deliver(self, job: Job) -> None:
        pause = threading.Event()
        came = False
        for turn in range(TRIES):
            with self._lock:
                letter = job.letter()
            came = send(letter)
            if came:
                break
            pause.wait(PAUSE * turn)
        with self._lock:
            if came:
                job.event["pending_webhooks"] -= 1
            else:
                job.shelf.notes[job.event["id"]]["failed"] += 1


def send(letter: Letter) -> bool:
    """Whether the receiver took it: any answer of the 200s."""
    url = urlsplit(letter.url)
    if url.hostname not in OURS or url.scheme != "http":
        return False
    connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=PATIENCE)
    path = url.path + (f"?{url.query}" if url.query else "")
    try:
        connection.request("POST", path or "/", letter.body, letter.headers)
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
