"""CSV for people's spreadsheets: no cell of it is ever run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Final

BOM: Final = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
FORMULA: Final = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a cell begins with that a spreadsheet may run; the wide forms are those of East Asia."""
NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")
SPACE: Final = " \u00a0\u3000\u200b\ufeff"


class _Echo:
    def write(self, line: str) -> str:
        return line


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where it could be a formula; numbers stay numbers."""
    bare = text.lstrip(SPACE)
    if bare and bare[0] in FORMULA and not NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Rows as lines of a CSV file with a byte order mark, one at a time; None is an empty cell."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BOM
    for row in rows:
        yield writer.writerow(["" if cell is None else safe_cell(str(cell)) for cell in row])
