"""Imports and matches with the product's own code, against the plain work. One JSON line.

python -m benchmarks.reconcile.measure <folder>
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import django

django.setup()

from django.db import connection  # noqa: E402  # once Django is set up

from benchmarks.reconcile.made import HEADER  # noqa: E402  # once Django is set up
from payments.models import Discrepancy, ProviderAccount, SettlementFile  # noqa: E402  # once Django is set up
from payments.models.settlement import FileKind, FileState  # noqa: E402  # once Django is set up
from payments.reconciliation.days import Side  # noqa: E402  # once Django is set up
from payments.reconciliation.importing import import_path  # noqa: E402  # once Django is set up
from payments.reconciliation.proof import prove  # noqa: E402  # once Django is set up
from payments.reconciliation.run import reconcile  # noqa: E402  # once Django is set up

POSTGRESQL: Final = connection.vendor == "postgresql"
SOME: Final = 20_000
SHOWN: Final = 5


def main() -> None:
    folder = Path(sys.argv[1])
    plain = folder / "plain.csv"
    _without_bad_lines(folder / "report.csv", plain)
    base = {name: _timed(work, plain) for name, work in BASE.items()}
    started = time.perf_counter()
    import_files(folder)
    imported = time.perf_counter()
    reconcile(ProviderAccount.objects.get(code="bench"))
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    shown = ", ".join(f"{name} {took:.2f} s" for name, took in base.items())
    _say(f"{connection.vendor}: {shown}; import {imported - started:.2f} s of {seconds:.2f} s")
    report = compared(folder)
    print(
        json.dumps(
            report
            | {
                "seconds": round(seconds, 2),
                "ratio": round(seconds / sum(base.values()), 2),
                "peak_mb": round(peak, 1),
            }
        )
    )


def import_files(folder: Path) -> None:
    """As the command does it."""
    account = ProviderAccount.objects.get(code="bench")
    for name, whose in (("report.csv", account), ("statement.csv", None)):
        file = import_path(whose, folder / name)
        if file.state != FileState.LOADED:
            raise SystemExit(f"{name} was refused in line {file.why_line}: {file.refused_for}")


def compared(folder: Path) -> dict[str, object]:
    """What was wrong by the plan against what the product has found."""
    planned = json.loads((folder / "faults.json").read_text("utf-8"))
    injected = {(kind, subject) for kind, subject in planned}
    found = _found()
    for missed in sorted(injected - found)[:SHOWN]:
        _say(f"not found: {missed}")
    for extra in sorted(found - injected)[:SHOWN]:
        _say(f"found, and not wrong: {extra}")
    file = SettlementFile.objects.get(kind=FileKind.REPORT)
    return {
        "lines": file.lines_read,
        "injected": len(injected),
        "by_kind": dict(sorted(Counter(kind for kind, _ in injected).items())),
        "found": len(injected & found),
        "extra": len(found - injected),
        "unexplained": _unexplained(file),
    }


def _unexplained(file: SettlementFile) -> int:
    """How many of the first, the middle and the last days of the report nothing explains."""
    account, first, last = file.account, file.first_day, file.last_day
    if account is None or first is None or last is None:
        raise SystemExit(f"{file.name} names no account and days.")
    sides = [Side(account, rule.currency) for rule in account.fee_rules.all()]
    days = first, first + (last - first) / 2, last
    return sum(bool(prove(side, day).unexplained) for side in sides for day in days)


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
                cursor.executemany(f"INSERT INTO plain VALUES ({marks})", some)  # noqa: S608  # marks only
            cursor.execute("COMMIT")


def _join(_path: Path) -> None:
    """Every entry against every line, by kind and reference, and what has no partner or another."""
    with connection.cursor() as cursor:
        if not POSTGRESQL:  # without hash joins: an index for each side is the nearest there is
            cursor.execute(f"CREATE TEMP TABLE ours AS {OURS}")
            cursor.execute("CREATE INDEX ours_by_ref ON ours (ref, kind)")
            cursor.execute("CREATE INDEX plain_by_ref ON plain (reference, type)")
        cursor.execute(FULL_JOIN.format(ours=f"({OURS})" if POSTGRESQL else "ours"))
        cursor.fetchone()
        cursor.execute("DROP TABLE plain")


OURS: Final = """
    SELECT e.kind, SUBSTR(e.key, LENGTH(e.kind) + 2, 21) AS ref, o.amount
    FROM payments_entry e JOIN payments_posting o ON o.entry_id = e.id
    WHERE o.account = 'provider:bench'
"""
FULL_JOIN: Final = """
    SELECT COUNT(*) FROM {ours} ours
    FULL JOIN plain p ON p.reference = ours.ref AND p.type = ours.kind
    WHERE ours.amount <> CAST(p.gross AS bigint) OR ours.ref IS NULL OR p.reference IS NULL
"""
BASE: Final = {"csv": _read, "copy": _stage, "join": _join}


def _timed(work: Callable[[Path], None], path: Path) -> float:
    started = time.perf_counter()
    work(path)
    return time.perf_counter() - started


def _say(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
