"""A settlement report as docs/sandbox.md writes it, with what a test wants changed in it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from payments.providers.reports import BadLine, ReportHeader, ReportLine
from payments.providers.sandbox.columns import NAMES
from payments.providers.sandbox.report import parse_report

HEAD = (
    "#Sandbox settlement report",
    "#merchant_id,mer_1",
    "#mode,test",
    "#period,2026-11-28,2026-11-28",
    "#opening,GBP,12300",
)
FIRST = len(HEAD) + 2
"""The number of the first line after the names of the columns."""
CAPTURE = {
    "type": "capture",
    "id": "pay_1",
    "reference": "A1",
    "method": "card",
    "currency": "GBP",
    "gross": "1234",
    "fee": "37.2760",
    "settled_currency": "",
    "settled_gross": "",
    "occurred_at": "2026-11-28T10:00:00.123456Z",
    "settled_at": "2026-11-28T10:00:00.123456Z",
    "payout": "po_1",
    "merchant_id": "mer_1",
    "mode": "test",
}


def cells(**changes: str) -> list[str]:
    return [(CAPTURE | changes)[name] for name in NAMES]


def a_line(**changes: str) -> str:
    return ",".join(cells(**changes))


def a_report(*lines: str, names: str = ",".join(NAMES), count: int | None = None) -> str:
    """A whole report with these lines."""
    end = "#closing,GBP,12300", f"#lines,{len(lines) if count is None else count}"
    return "\n".join([*HEAD, names, *lines, *end]) + "\n"


def read(text: str) -> tuple[ReportHeader, list[ReportLine | BadLine]]:
    """The head and all lines; raises ReportRefused."""
    report = parse_report(iter(io.StringIO(text, newline="\n")))
    lines = list(report.lines())
    return report.header, lines


def only(lines: Sequence[ReportLine | BadLine]) -> ReportLine:
    (line,) = lines
    assert isinstance(line, ReportLine), line
    return line


def bad(text: str) -> BadLine:
    """The one bad line of a report, which stands between two that are none."""
    before, line, after = read(text)[1]
    assert (before.number, line.number, after.number) == (FIRST, FIRST + 1, FIRST + 2)
    assert isinstance(before, ReportLine)
    assert isinstance(after, ReportLine)
    assert isinstance(line, BadLine), line
    return line
