"""Lines of a report as a database takes them quickest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from django.db import connection

from payments.models import SettlementLine
from payments.providers.reports import ReportLine
from payments.reconciliation.rows import marks, table

STORED: Final = ReportLine._fields[: ReportLine._fields.index("merchant_id")]
"""The fields of a line that are stored, in their order."""
COLUMNS: Final = ("file_id", "line_no", *STORED[1:], "stray")
NULL: Final = "\\N"
ZONE: Final = "+00"
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
MINUTES: Final = 10_000
"""So many are remembered at most: a week of them."""
Columns = Mapping[str, tuple[Any, ...]]
"""The values of some lines by field."""


@contextmanager
def storing(file_id: int) -> Iterator[Callable[[Columns, str], None]]:
    """Stores lines with what is foreign in them: PostgreSQL reads text quickest, others rows."""
    into = f"{table(SettlementLine)} ({', '.join(COLUMNS)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cells = _Cells(file_id, null=NULL, zone=ZONE)
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                yield lambda lines, stray: copy.write(_as_text(cells.of(lines, stray)))
            return
        cells = _Cells(file_id, null=None, zone="")
        statement = f"INSERT INTO {into} VALUES ({marks(COLUMNS)})"  # noqa: S608  # names of ours only
        yield lambda lines, stray: cursor.executemany(
            statement, list(zip(*cells.of(lines, stray), strict=True))
        )


def _as_text(cells: Sequence[Sequence[str]]) -> str:
    """As COPY reads it. What has to be escaped is found by counting: next to nothing has."""
    count, nulls = len(cells[0]), cells[COLUMNS.index("settled_gross")].count(NULL)
    text = "\n".join(map("\t".join, zip(*cells, strict=True))) + "\n"
    told = text.count("\t"), text.count("\n"), text.count("\\"), text.count("\r")
    if told == (count * (len(COLUMNS) - 1), count, nulls, 0):
        return text
    escaped = [
        cells_of if name == "settled_gross" else [cell.translate(_ESCAPES) for cell in cells_of]
        for name, cells_of in zip(COLUMNS, cells, strict=True)
    ]
    return "".join("\t".join(row) + "\n" for row in zip(*escaped, strict=True))


class _Cells:
    """Lines of one file as texts, column by column.

    Moments are in UTC, as Django keeps them where a database has no zones. Payments come many a
    minute, so what stands before the seconds is remembered: isoformat takes twice as long.
    """

    def __init__(self, file_id: int, *, null: str | None, zone: str) -> None:
        self._file_id, self._null, self._zone = str(file_id), null, zone
        self._seconds = [f"{second:02}{zone}" for second in range(60)]
        self._minutes: dict[int, str] = {}

    def of(self, columns: Columns, stray: str) -> list[Any]:
        """In the order of COLUMNS; what is not there is `null`."""
        count = len(columns["number"])
        occurred = list(map(self._moment, columns["occurred_at"]))
        same = columns["occurred_at"] == columns["settled_at"]
        texts = {
            "number": list(map(str, columns["number"])),
            "gross": list(map(str, columns["gross"])),
            "fee": list(map(str, columns["fee"])),
            "settled_gross": [
                self._null if gross is None else str(gross) for gross in columns["settled_gross"]
            ],
            "occurred_at": occurred,
            "settled_at": occurred if same else list(map(self._moment, columns["settled_at"])),
        }
        stored = (texts.get(name, columns[name]) for name in STORED)
        return [[self._file_id] * count, *stored, [stray] * count]

    def _moment(self, moment: datetime) -> str:
        minute = (moment.toordinal() * 24 + moment.hour) * 60 + moment.minute
        begin = self._minutes.get(minute)
        if begin is None:
            if len(self._minutes) == MINUTES:
                self._minutes.clear()
            day = moment.date().isoformat()
            begin = self._minutes[minute] = f"{day} {moment.hour:02}:{moment.minute:02}:"
        if moment.microsecond:
            return f"{begin}{moment.second:02}.{moment.microsecond:06}{self._zone}"
        return begin + self._seconds[moment.second]
