"""The bell that wakes the sender as soon as an event is committed."""

from threading import Condition


class Bell:
    """Counts its rings, so that one rung while nobody waits is not missed."""

    def __init__(self) -> None:
        self._heard = Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        return self._rings

    def ring(self) -> None:
        with self._heard:
            self._rings += 1
            self._heard.notify()

    def ring_all(self) -> None:
        with self._heard:
            self._rings += 1
            self._heard.notify_all()

    def wait(self, *, since: int, seconds: float) -> None:
        """Wait until it has rung after `since` was read, at most so many seconds."""
        with self._heard:
            self._heard.wait_for(lambda: self._rings != since, timeout=seconds)


BELL = Bell()
