"""A progress bar on stderr: one line that moves on a terminal, a line now and then elsewhere."""

import sys
import time

_WIDTH = 30
_QUIET_SECONDS = 15.0


class Progress:
    """Shows how many of `total` steps are done."""

    def __init__(self, total: int) -> None:
        self._total = max(total, 1)
        self._started = time.monotonic()
        self._shown = -_QUIET_SECONDS
        self._terminal = sys.stderr.isatty()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def show(self, done: int, words: str) -> None:
        if not self._terminal and self.seconds - self._shown < _QUIET_SECONDS:
            return
        self._shown = self.seconds
        filled = _WIDTH * done // self._total
        bar = "█" * filled + "░" * (_WIDTH - filled)
        minutes, seconds = divmod(int(self.seconds), 60)
        text = f"{bar} {done * 100 // self._total:3d} %  {minutes}:{seconds:02d}  {words}"
        sys.stderr.write(f"\r\033[K{text}" if self._terminal else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        if self._terminal:
            sys.stderr.write("\n")
