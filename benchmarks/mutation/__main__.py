"""`make mutation`: changes the money core line by line and expects a test to fail.

Takes the better part of an hour on two cores; interrupted, it goes on where it was. The last line
on stdout is JSON; the exit code says whether the score is reached and every survivor explained.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from benchmarks.mutation.survivors import (
    Verdict,
    changed_lines,
    function_of,
    read_verdicts,
    without_reason,
)

ROOT: Final = Path(__file__).resolve().parent.parent.parent
GOAL: Final = 85.0
"""Per cent of the changes that a test must notice."""
PAGE: Final = ROOT / "docs" / "mutation.md"
BIN: Final = Path(sys.executable).parent
MUTMUT: Final = str(BIN / "mutmut")


def main() -> int:
    children = os.cpu_count() or 1
    run = [MUTMUT, "run", f"--max-children={children}"]
    # mutmut looks for the type checker by name
    env = os.environ | {"PATH": os.pathsep.join((str(BIN), os.environ.get("PATH", "")))}
    if subprocess.run(run, cwd=ROOT, env=env, check=False, stdout=sys.stderr).returncode:
        print("The run did not end; say make mutation again and it goes on.", file=sys.stderr)
        return 1
    verdicts = read_verdicts(ROOT / "mutants")
    for file, verdict in verdicts.items():
        told = f"{verdict.killed} noticed, {len(verdict.survived)} not, {verdict.score:.1f} %"
        print(f"{file}: {told}", file=sys.stderr)
    verdict = sum(verdicts.values(), Verdict())
    survivors = [(function_of(name), _new_lines(name)) for name in verdict.survived]
    unexplained = without_reason(survivors, PAGE.read_text("utf-8"))
    for line in unexplained:
        print(f"no reason in {PAGE.relative_to(ROOT)}: {line}", file=sys.stderr)
    return _tell(verdict, unexplained)


def _new_lines(name: str) -> str:
    show = [MUTMUT, "show", name]
    shown = subprocess.run(show, cwd=ROOT, check=True, capture_output=True, text=True)
    return changed_lines(shown.stdout.splitlines())


def _tell(verdict: Verdict, unexplained: list[str]) -> int:
    ok = verdict.score >= GOAL and not unexplained and not verdict.untried
    facts = {
        "ok": ok,
        "mutants": verdict.refused + verdict.killed + len(verdict.survived) + verdict.untried,
        "refused": verdict.refused,
        "killed": verdict.killed,
        "survived": len(verdict.survived),
        "untried": verdict.untried,
        "score": round(verdict.score, 1),
        "unexplained": len(unexplained),
    }
    print(json.dumps(facts), flush=True)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
