"""A yes-or-no question with a limit: what hangs holds a thread of ours, never who asked."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Final

MOST_HANGING: Final = 8


class Probe:
    """Asks in a thread; who comes meanwhile waits for the same answer.

    Where one hangs, the next is asked `again` seconds later: what hung may be well again. Of those
    that hang there are never more than a few.
    """

    def __init__(self, ask: Callable[[], bool], *, again: float = 10.0) -> None:
        self._ask = ask
        self._again = again
        self._turn = Lock()
        self._flying: list[tuple[float, Future[bool]]] = []

    def answers(self, *, seconds: float) -> bool:
        """What the question says, or False where it has not been answered in time."""
        try:
            return self._question().result(timeout=seconds)
        except TimeoutError:
            return False

    def _question(self) -> Future[bool]:
        with self._turn:
            self._flying = [(since, asked) for since, asked in self._flying if not asked.done()]
            if not self._flying or self._hangs():
                self._flying.append((time.monotonic(), Future()))
                # A daemon: a process that ends does not wait for what hangs.
                Thread(target=self._answer, args=(self._flying[-1][1],), daemon=True).start()
            return self._flying[-1][1]

    def _hangs(self) -> bool:
        since, _newest = self._flying[-1]
        return time.monotonic() - since >= self._again and len(self._flying) < MOST_HANGING

    def _answer(self, question: Future[bool]) -> None:
        try:
            question.set_result(self._ask())
        except BaseException as error:
            question.set_exception(error)
            raise
