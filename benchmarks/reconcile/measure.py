"""Imports and matches with the product's own code, against the plain work. One JSON line.

python -m benchmarks.reconcile.measure <folder> <lines>
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import django

django.setup()

from django.db import connection  # noqa: E402  # once Django is set up

from benchmarks.reconcile.made import HEADER  # noqa: E402  # as above
from payments.models import Discrepancy, ProviderAccount, SettlementFile  # noqa: E402  # as above
from payments.models.settlement import FileKind, FileState  # noqa: E402  # as above
from payments.reconciliation.importing import import_path  # noqa: E402  # as above
from payments.reconciliation.run import reconcile  # noqa: E402  # as above

POSTGRESQL: Final = connection.vendor == "postgresql"
SOME: Final = 20_000


def main() -> None:
    folder, lines = Path(sys.argv[1]), int(sys.argv[2])
    plain = folder / "plain.csv"
    _without_bad_lines(folder / "report.csv", plain)
    base = {name: _timed(work, plain) for name, work in BASE.items()}
    steps = {"import": 0.0, "match": 0.0}
    account = ProviderAccount.objects.get(code="bench")
    started = time.perf_counter()
    for kind, name in ((FileKind.REPORT, "report.csv"), (FileKind.STATEMENT, "statement.csv")):
        file = import_path(account if kind == FileKind.REPORT else None, folder / name)
        if file.state != FileState.LOADED:
            raise SystemExit(f"{name} was refused in line {file.why_line}: {file.why}")
    steps["import"] = time.perf_counter() - started
    reconcile(account)
    seconds = time.perf_counter() - started
    steps["match"] = seconds - steps["import"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _say(f"base {_shown(base)}; product {_shown(steps)}")
    injected = {tuple(fault) for fault in json.loads((folder / "faults.json").read_text("utf-8"))}
    found = _found()
    for missed in sorted(injected - found)[:5]:
        _say(f"not found: {missed}")
    for extra in sorted(found - injected)[:5]:
        _say(f"not injected: {extra}")
    print(
        json.dumps(
            {
                "lines": SettlementFile.objects.get(kind=FileKind.REPORT).lines_read,
                "injected": len(injected),
                "by_kind": dict(sorted(Counter(kind for kind, _ in injected).items())),
                "found": len(injected & found),
                "extra": len(found - injected),
                "seconds": round(seconds, 2),
                "ratio": round(seconds / sum(base.values()), 2),
                "peak_mb": round(peak, 1),
                "import_seconds": round(steps["import"], 2),
                "match_seconds": round(steps["match"], 2),
                "base_seconds": round(sum(base.values()), 2),
                "database": connection.vendor,
            }
        )
    )
    del lines


def _found() -> set[tuple[str, str]]:
    """What the product says, under the names that the plan gave to it."""
    found = set()
    for each in Discrepancy.objects.iterator():
        of_line = each.line_no is not None
        found.add((each.kind, f"line:{each.line_no}" if of_line else each.subject))
    return found


def _without_bad_lines(report: Path, plain: Path) -> None:
    """COPY takes whole lines only."""
    with (
        report.open(encoding="utf-8", newline="") as lines,
        plain.open("w", encoding="utf-8", newline="") as kept,
    ):
        commas = len(HEADER) - 1
        for line in lines:
            if line.count(",") == commas and not line.startswith("type,"):
                kept.write(line)


def _read(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as text:
        for _ in csv.reader(text):
            pass


def _stage(path: Path) -> None:
    columns = ", ".join(f"{name} text" for name in HEADER)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE plain ({columns})")
        if POSTGRESQL:
            with cursor.copy("COPY plain FROM STDIN (FORMAT csv)") as copy, path.open("rb") as file:
                while block := file.read(1 << 20):
                    copy.write(block)
            return
        marks = ", ".join(["%s"] * len(HEADER))
        with path.open(encoding="utf-8", newline="") as text:
            cursor.execute("BEGIN")
            rows = csv.reader(text)
            while some := [row for row, _ in zip(rows, range(SOME), strict=False)]:
                cursor.executemany(f"INSERT INTO plain VALUES ({marks})", some)
            cursor.execute("COMMIT")


def _join(_path: Path) -> None:
    """Both books in full: every entry against every line, by reference, kind and amount."""
    number = "CAST(p.gross AS bigint)"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM (SELECT e.kind, SUBSTR(e.key, LENGTH(e.kind) + 2, 21) AS ref, "
            "o.amount FROM payments_entry e JOIN payments_posting o ON o.entry_id = e.id "
            "WHERE o.account = 'provider:bench') ours FULL JOIN plain p "
            f"ON p.reference = ours.ref AND p.type = ours.kind WHERE ours.amount <> {number} "
            "OR ours.ref IS NULL OR p.reference IS NULL"
        )
        cursor.fetchone()
        cursor.execute("DROP TABLE plain")


BASE: Final = {"csv": _read, "copy": _stage, "join": _join}


def _timed(work: object, path: Path) -> float:
    started = time.perf_counter()
    assert callable(work)
    work(path)
    return time.perf_counter() - started


def _shown(steps: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in steps.items())


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
