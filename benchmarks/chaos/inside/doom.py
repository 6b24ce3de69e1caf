"""What is to happen to this process at its next call or commit."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Collection

from benchmarks.chaos.faults import Strike


class Doom:
    """Strikes once per action, and tells of it before a kill can prevent that."""

    def __init__(self) -> None:
        self._armed: frozenset[Strike] = frozenset()
        self._where = self._key = ""
        self._spared: Collection[str] = ()
        self._tell: Callable[[Strike, str], None] = lambda _way, _key: None

    def told_by(self, tell: Callable[[Strike, str], None]) -> None:
        """`tell`: what is about to happen, and the key of the write that this process is at."""
        self._tell = tell

    def arm(self, strikes: Collection[str], where: str = "", spared: Collection[str] = ()) -> None:
        """`where`: a pattern of the call that is to be struck; empty: any call, and commits.

        `spared`: the keys of writes that have been struck often enough.
        """
        self._armed, self._where = frozenset(map(Strike, strikes)), where
        self._spared, self._key = spared, ""

    def spares(self, call: str, key: str) -> bool:
        """`call`: its method and path; `key`: its idempotency key, "" where it only asks."""
        self._key = key
        return key in self._spared or re.search(self._where, call) is None

    def strikes(self, *ways: Strike) -> Strike | None:
        """Which of these is to happen here and now; from then on nothing more does."""
        for way in ways:
            if way in self._armed:
                self._armed = frozenset()
                self._tell(way, self._key)
                return way
        return None

    def kill(self, way: Strike) -> None:
        """Die here, as by `kill -9`, where that was the plan."""
        if self.strikes(way):
            os.kill(os.getpid(), signal.SIGKILL)


doom = Doom()
