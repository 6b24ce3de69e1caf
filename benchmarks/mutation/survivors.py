"""What mutmut left behind, and which of it docs/mutation.md gives a reason for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KILLED: Final = frozenset({1, 3, 36, 24, -24, 152, 255})
"""Exit codes by which a test noticed: it failed, or ran into the limit of time."""
UNTRIED: Final = frozenset({None, 2})
"""Exit codes of changes the run did not come to."""
NUMBER: Final = re.compile(r"__mutmut_\d+$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How each change ended, by mutmut's name of it."""

    killed: int
    survived: tuple[str, ...]
    untried: int

    @property
    def score(self) -> float:
        """Per cent of the changes that were noticed."""
        return 100 * self.killed / max(1, self.killed + len(self.survived))


def read_verdict(folder: Path) -> Verdict:
    """Read what mutmut wrote beside the files it changed."""
    codes: dict[str, int | None] = {}
    for meta in sorted(folder.rglob("*.py.meta")):
        codes |= json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    killed = [name for name, code in codes.items() if code in KILLED]
    untried = [name for name, code in codes.items() if code in UNTRIED]
    survived = tuple(name for name in codes if name not in {*killed, *untried})
    return Verdict(killed=len(killed), survived=survived, untried=len(untried))


def function_of(name: str) -> str:
    """The dotted name of the function that mutmut's name of a change stands for."""
    module, _, mangled = NUMBER.sub("", name).rpartition(".")
    # mutmut writes a method as xǁClassǁname and a function as x_name.
    parts = mangled.removeprefix("xǁ").split("ǁ") if "ǁ" in mangled else [mangled[2:]]
    return ".".join([module, *parts])


def changed_lines(diff: Iterable[str]) -> str:
    """The lines of a diff that are new, as one line."""
    new = (line[1:].strip() for line in diff if line.startswith("+") and line[:3] != "+++")
    return " ".join(new) or "(nothing)"


def without_reason(survivors: Iterable[tuple[str, str]], page: str) -> list[str]:
    """Those of (function, new line) that no row of the page names."""
    rows = [line for line in page.splitlines() if line.startswith("|")]
    return [
        f"{function}: {new}"
        for function, new in survivors
        if not any(f"`{function}`" in row and new.replace("|", "\\|") in row for row in rows)
    ]
