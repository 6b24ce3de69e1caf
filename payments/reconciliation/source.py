"""What people upload, as lines of text: packed or not, in whichever encoding banks still use."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Final

from payments.providers.reports import ReportRefused
from payments.reconciliation.unpack import CHUNK, Upload, unpacked

LONGEST: Final = 64 * 1024
"""Characters of a line, and bytes read at once. XML may stand in one line, and comes in pieces."""
MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LONE: Final = re.compile(rb"(?<![\x80-\xff])[\xc0-\xff](?![\x80-\xff0-9])")
PAIR: Final = re.compile(rb"[\x80-\xff]{2}")


Alive = Callable[[], None]


def quietly() -> None:
    """Tell nobody that the file is still being read."""


class Lines(Iterator[str]):
    """The lines with their ends. `bytes_read`: how much of the file, as it came, was consumed.

    Raises ReportRefused, with the number of the line, on what is no text.
    """

    def __init__(
        self, upload: Upload, body: io.BufferedReader, *, encoding: str, longest: int | None
    ) -> None:
        self._upload, self._body, self._longest = upload, body, longest
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._lines, self._ended = self._read(), False

    @property
    def size(self) -> int:
        return self._upload.size

    @property
    def bytes_read(self) -> int:
        return self.size if self._ended else self._upload.tell()

    def __iter__(self) -> Iterator[str]:  # noqa: PYI034  # a reader in C goes on by itself
        return self._lines

    def __next__(self) -> str:
        return next(self._lines)

    def _read(self) -> Iterator[str]:
        number, rest, ended = 1, "", False
        while not ended:
            piece = self._body.read(LONGEST)
            text, ended = self._decode(piece, rest, number), not piece
            lines = list(io.StringIO(rest + text, newline=""))
            # A line without its end goes on in the next piece, and a CR may be half of an end.
            rest = lines.pop() if lines and not ended and not lines[-1].endswith("\n") else ""
            if lines:
                self._check(lines[0], number)
            yield from lines
            number += len(lines)
            if len(rest) > LONGEST and not rest.endswith("\r"):
                self._check(rest, number)
                yield rest
                rest = ""
        self._ended = True

    def _decode(self, piece: bytes, rest: str, number: int) -> str:
        """The text of a piece that begins in this line, of which `rest` is read already."""
        try:
            text = self._decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(error.encoding, "ignore")
            raise ReportRefused(
                "this is neither UTF-8, UTF-16 nor GB18030: save the file as UTF-8",
                number + _ends(rest + before),
            ) from error
        before, nul, _after = text.partition("\0")
        if nul:
            raise ReportRefused(
                "there are bytes that are no text: export as CSV", number + _ends(rest + before)
            )
        return text

    def _check(self, line: str, number: int) -> None:
        """All other lines are within one piece, and no longer than that."""
        if self._longest is not None and len(line.rstrip("\r\n")) > self._longest:
            raise ReportRefused(
                "the line is longer than %(most)s characters", number, most=self._longest
            )


def _ends(text: str) -> int:
    """How many lines end in it."""
    return text.count("\n") + text.count("\r") - text.count("\r\n")


@contextmanager
def open_text(file: IO[bytes], alive: Alive = quietly) -> Iterator[Lines]:
    """The lines of a seekable file, plain, gzip or zip, in memory bounded by a constant.

    It is read twice, first to learn its encoding: one byte at its end may tell. That may take
    minutes, and `alive` is called for every piece of it. Raises ReportRefused on what is empty, no
    text, damaged or a trap. The file stays open.
    """
    upload = Upload(file)
    encoding = _encoding(upload, alive)
    body = unpacked(upload)
    beginning = body.peek(64)[:64].decode(encoding, "ignore").lstrip()
    with body:
        longest = None if beginning.startswith("<") else LONGEST
        yield Lines(upload, body, encoding=encoding, longest=longest)


def _encoding(upload: Upload, alive: Alive) -> str:
    with unpacked(upload) as body:
        head = body.peek(3)[:3]
        for mark, encoding in MARKS.items():
            if head.startswith(mark):
                if not body.read(len(mark) + 1)[len(mark) :]:
                    raise ReportRefused("the file is empty")
                return encoding
        if _is_utf8(_pieces(body, alive)):
            return "utf-8"
    with unpacked(upload) as body:
        return "cp1252" if _is_western(_pieces(body, alive)) else "gb18030"


def _pieces(body: io.BufferedReader, alive: Alive) -> Iterator[bytes]:
    while piece := body.read(CHUNK):
        yield piece
        alive()


def _is_utf8(pieces: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for piece in pieces:
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_western(pieces: Iterator[bytes]) -> bool:
    """Whether most bytes above ASCII stand alone between letters, as umlauts and accents do.

    Chinese comes in pairs of them, and in rare signs with a digit. Where two pieces of the file
    meet one may be taken wrongly: of thousands.
    """
    alone = together = 0
    for piece in pieces:
        alone += len(LONE.findall(piece))
        together += len(PAIR.findall(piece))
    return alone > 2 * together
