"""How much memory the processes of a stack hold: their resident sets, children included."""

import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from threading import Event, Thread

EVERY_SECONDS = 2.0
_KIB_PER_MB = 1024
_PS = ("ps", "-A", "-o", "pid=,ppid=,rss=")


def resident_mb(roots: Mapping[str, int]) -> dict[str, float]:
    """Megabytes by name, each root process together with all that it started."""
    table = subprocess.run(_PS, capture_output=True, text=True, check=True).stdout
    rss: dict[int, int] = {}
    children: dict[int, list[int]] = defaultdict(list)
    for line in table.splitlines():
        pid, parent, size = (int(word) for word in line.split())
        rss[pid] = size
        children[parent].append(pid)
    return {name: _tree(pid, rss, children) / _KIB_PER_MB for name, pid in roots.items()}


def _tree(pid: int, rss: Mapping[int, int], children: Mapping[int, list[int]]) -> int:
    below = sum(_tree(child, rss, children) for child in children.get(pid, ()))
    return rss.get(pid, 0) + below


class MemoryWatch:
    """Samples in the background while a run goes on; keeps the peak and named moments."""

    def __init__(self, roots: Callable[[], Mapping[str, int]]) -> None:
        self._roots = roots
        self._done = Event()
        self._thread = Thread(target=self._run, name="memory", daemon=True)
        self.peak_mb = 0.0
        self.moments: dict[str, dict[str, float]] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        self._thread.join()

    def note(self, moment: str) -> None:
        """Remember the sizes of now under a name."""
        self.moments[moment] = self._sample()

    def _run(self) -> None:
        while not self._done.wait(EVERY_SECONDS):
            self._sample()

    def _sample(self) -> dict[str, float]:
        sizes = resident_mb(self._roots())
        self.peak_mb = max(self.peak_mb, sum(sizes.values()))
        return sizes
