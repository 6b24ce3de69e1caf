"""What mutmut left behind, and which of it docs/mutation.md gives a reason for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KILLED: Final = frozenset({1, 3, 36, 24, -24, 152, 255})
"""Exit codes by which a test noticed: it failed, or ran into the limit of time."""
UNTRIED: Final = frozenset({None, 2})
"""Exit codes of changes the run did not come to."""
REFUSED: Final = 37
"""Exit code of a change that the type checker refuses: no test was asked."""
NUMBER: Final = re.compile(r"__mutmut_\d+$")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the changes of a file ended; those that survived by mutmut's name of them."""

    killed: int = 0
    survived: tuple[str, ...] = ()
    untried: int = 0
    refused: int = 0

    @property
    def score(self) -> float:
        """Per cent of the changes that were noticed, of those about which tests were asked."""
        asked = self.killed + len(self.survived)
        return 100 * self.killed / asked if asked else 100.0

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(
            killed=self.killed + other.killed,
            survived=self.survived + other.survived,
            untried=self.untried + other.untried,
            refused=self.refused + other.refused,
        )


def read_verdicts(folder: Path) -> dict[str, Verdict]:
    """Read what mutmut wrote beside the files it changed, by file."""
    return {
        str(meta.relative_to(folder).with_suffix("")): _verdict(
            json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
        )
        for meta in sorted(folder.rglob("*.py.meta"))
    }


def _verdict(codes: Mapping[str, int | None]) -> Verdict:
    counted = {*KILLED, *UNTRIED, REFUSED}
    return Verdict(
        killed=sum(code in KILLED for code in codes.values()),
        survived=tuple(name for name, code in codes.items() if code not in counted),
        untried=sum(code in UNTRIED for code in codes.values()),
        refused=sum(code == REFUSED for code in codes.values()),
    )


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
