"""Reads sales files line by line, gzipped or plain; a broken line is told of, never fatal."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

COLUMNS = ("StockCode", "Description", "Quantity", "UnitPrice", "InvoiceDate")
LONGEST_LINE = 10_000
GZIP = b"\x1f\x8b"
WHAT_TO_DO = (
    f"Save it as CSV in UTF-8, with a first line that names the columns {', '.join(COLUMNS)} "
    "separated by commas (others may stand beside them), and load it again. Nothing was loaded."
)


class UnreadableFile(Exception):
    """A file is no sales file at all; the text names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """The five fields of one line, as they stand in the file."""

    code: str
    description: str
    quantity: str
    price: str
    sold_at: str


class BadLine(ValueError):
    """What is wrong with one line."""


def read_rows(file: Path) -> Iterator[tuple[int, Row | BadLine]]:
    """Yield each line, or what is wrong with it, by its number; raises UnreadableFile."""
    try:
        with _open(file) as binary:
            lines = _lines(binary)
            header = _header(file, next(lines, b""))
            for number, line in enumerate(lines, start=2):
                if line.strip():
                    yield number, _row(line, header)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(
            f"{file} cannot be read: {reason}. Correct its name, or fetch the file anew. "
            "Nothing was loaded."
        ) from error


def _open(file: Path) -> BinaryIO:
    with file.open("rb") as start:
        zipped = start.read(len(GZIP)) == GZIP
    return gzip.open(file) if zipped else file.open("rb")  # type: ignore[return-value]  # a GzipFile reads like any binary file


def _lines(binary: BinaryIO) -> Iterator[bytes]:
    """Each line, cut just above the longest allowed, so that memory stays bounded."""
    while line := binary.readline(LONGEST_LINE + 1):
        rest = line
        while not rest.endswith(b"\n") and len(rest) > LONGEST_LINE:
            rest = binary.readline(LONGEST_LINE + 1)
        yield line


def _header(file: Path, line: bytes) -> list[str]:
    try:
        header = [name.strip() for name in _fields(line.removeprefix(b"\xef\xbb\xbf"))]
    except BadLine as error:
        raise UnreadableFile(f"{file} is not a CSV file: {error}. {WHAT_TO_DO}") from error
    if not line.strip():
        raise UnreadableFile(f"{file} has no first line. {WHAT_TO_DO}")
    if missing := [name for name in COLUMNS if name not in header]:
        plural = "s" if len(missing) > 1 else ""
        raise UnreadableFile(f"{file} lacks the column{plural} {', '.join(missing)}. {WHAT_TO_DO}")
    return header


def _row(line: bytes, header: list[str]) -> Row | BadLine:
    try:
        fields = _fields(line)
    except BadLine as error:
        return error
    if len(fields) != len(header):
        return BadLine(f"{len(fields)} fields, not {len(header)}")
    named = dict(zip(header, fields, strict=True))
    return Row(*(named[column].strip() for column in COLUMNS))


def _fields(line: bytes) -> list[str]:
    """Cut one line into fields: a quote left open breaks its own line and no other."""
    if len(line) > LONGEST_LINE:
        raise BadLine(f"longer than {LONGEST_LINE:,} bytes")
    if b"\0" in line:
        raise BadLine("a NUL byte, as in files that are no text")
    try:
        text = line.decode("utf-8").rstrip("\r\n")
        return next(csv.reader([text], strict=True), [])
    except UnicodeDecodeError as error:
        raise BadLine("not UTF-8") from error
    except csv.Error as error:
        raise BadLine(f"not CSV ({error})") from error
