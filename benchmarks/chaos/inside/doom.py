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
        self._where = ""
        self._tell: Callable[[Strike], None] = lambda _: None

    def told_by(self, tell: Callable[[Strike], None]) -> None:
        self._tell = tell

    def arm(self, strikes: Collection[str], where: str = "") -> None:
        """`where`: a pattern of the call that is to be struck; empty: any call, and commits."""
        self._armed, self._where = frozenset(map(Strike, strikes)), where

    def spares(self, call: str) -> bool:
        """`call`: its method and path."""
        return re.search(self._where, call) is None

    def strikes(self, *ways: Strike) -> Strike | None:
        """Which of these is to happen here and now; from then on nothing more does."""
        for way in ways:
            if way in self._armed:
                self._armed = frozenset()
                self._tell(way)
                return way
        return None

    def kill(self, way: Strike) -> None:
        """Die here, as by `kill -9`, where that was the plan."""
        if self.strikes(way):
            os.kill(os.getpid(), signal.SIGKILL)


doom = Doom()
