"""What people upload, unpacked: a stream of bytes that cannot be made to grow without end."""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Final, Protocol

from payments.providers.cause import Cause, because
from payments.providers.reports import ReportRefused

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_TIMES: Final = 100
"""An archive that grows more than so many times is a trap."""
MOST_BYTES: Final = 4 * 2**30
CHUNK: Final = 256 * 1024
"""Bytes: nothing here is read in larger pieces, whatever an archive says of its own parts."""

GZIP: Final = b"\x1f\x8b"
ZIPS: Final = (b"PK\x03\x04", b"PK\x05\x06")
FOREIGN: Final = {
    b"%PDF": because("a PDF"),
    b"\x89PNG": because("an image"),
    b"\xff\xd8\xff": because("an image"),
    b"GIF8": because("an image"),
    b"II*\x00": because("an image"),
    b"MM\x00*": because("an image"),
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": because("an old Excel or Word file"),
    b"Rar!\x1a": because("a RAR archive"),
    b"7z\xbc\xaf\x27\x1c": because("a 7-Zip archive"),
    b"\xfd7zXZ": because("an XZ archive"),
    b"BZh91AY": because("a bzip2 archive"),
    b"\x28\xb5\x2f\xfd": because("a Zstandard archive"),
}
"""How other files begin, and what they are called."""
SHEET: Final = "[Content_Types].xml"
SHEET_WORDS: Final = because("an Excel sheet or another document")
SUMMARY: Final = "汇总"
"""In the name of the file that Alipay puts beside the lines: sums, which we make ourselves."""
ENCRYPTED, NAMED_IN_UTF8 = 0x1, 0x800  # bits of an entry's flags


class Outside(OSError):
    """An archive that points to before its own beginning."""


DAMAGED: Final = (
    Outside,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    struct.error,
    EOFError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the archive readers of the standard library raise on bytes that are none."""


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


class Upload:
    """The file as it came: where one is in it, and no read larger than CHUNK."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)

    def read(self, size: int = -1) -> bytes:
        asked = self.size - self.tell() if size < 0 else size
        if asked > CHUNK:
            raise ReportRefused("the archive's list of its files is too long")
        read = self._file.read(asked)
        while len(read) < asked and (more := self._file.read(asked - len(read))):
            read += more
        return read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + (0, self.tell(), self.size)[whence]
        if target < 0:
            raise Outside(offset)
        return self._file.seek(target)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """It stays open: whoever opened it closes it."""


class Expanded(io.RawIOBase):
    """What comes out of `source`; raises ReportRefused beyond `most` bytes, and where it breaks."""

    def __init__(self, source: Source, most: int | None) -> None:
        self._source, self._most, self._total = source, most, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        try:
            piece = self._source.read(min(len(view), CHUNK))
        except DAMAGED as error:
            raise _damaged() from error
        self._total += len(piece)
        if self._most is not None and self._total > self._most:
            raise _too_big()
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._source.close()
        super().close()


def unpacked(upload: Upload) -> io.BufferedReader:
    """The upload's bytes from their beginning, out of a gzip or zip archive where it is one.

    Raises ReportRefused on what is no text file, on a damaged archive (its end is checked when it
    is read) and on one that grows too much; what the archive says of its sizes is not believed.
    """
    upload.seek(0)
    head = upload.read(4)
    upload.seek(0)
    if head.startswith(GZIP):
        most = min(MOST_BYTES, MOST_TIMES * upload.size)
        inside = Expanded(gzip.GzipFile(fileobj=upload, mode="rb"), most)
    elif head.startswith(ZIPS):
        inside = _from_zip(upload)
    else:
        inside = Expanded(upload, None)
    body: io.BufferedReader = io.BufferedReader(inside, CHUNK)
    _see_that_it_is_text(body)
    return body


def _see_that_it_is_text(body: io.BufferedReader) -> None:
    head = body.peek(16)[:16]
    if not head:
        raise ReportRefused("the file is empty")
    if head.startswith((GZIP, *ZIPS)):
        raise ReportRefused("an archive inside an archive: unpack it and upload what is in it")
    for beginning, what in FOREIGN.items():
        if head.startswith(beginning):
            raise _not_text(what)


def _from_zip(upload: Upload) -> Expanded:
    try:
        archive = zipfile.ZipFile(upload)
        entry = _the_one(archive.infolist())
        source = archive.open(entry)
    except DAMAGED as error:
        raise _damaged() from error
    return Expanded(source, min(MOST_BYTES, MOST_TIMES * entry.compress_size))


def _the_one(listed: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """The one file to read: alone, or beside Alipay's summary. Raises ReportRefused."""
    entries = {_name(entry): entry for entry in listed if not entry.is_dir()}
    if SHEET in entries:
        raise _not_text(SHEET_WORDS)
    for name, entry in entries.items():
        _see_that_it_is_safe(name, entry)
    data = [name for name in entries if len(entries) != 2 or SUMMARY not in name]  # noqa: PLR2004  # a pair: the lines and their summary
    if len(data) != 1 or len(entries) != sum(not entry.is_dir() for entry in listed):
        names = ", ".join(name[:80] for name in list(entries)[:5])
        raise ReportRefused(
            "the archive must hold one file, but holds: %(names)s",
            names=names or because("nothing"),
        )
    return entries[data[0]]


def _see_that_it_is_safe(name: str, entry: zipfile.ZipInfo) -> None:
    shown = name[:80]
    if re.match(r"[/\\]|[A-Za-z]:", name) or ".." in re.split(r"[/\\]", name):
        raise ReportRefused("the archive holds a path that leads out of it: %(name)s", name=shown)
    if entry.flag_bits & ENCRYPTED:
        raise ReportRefused("the archive asks for a password: %(name)s", name=shown)
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise ReportRefused("the archive is packed in a way that is not read: %(name)s", name=shown)
    if entry.file_size > min(MOST_BYTES, MOST_TIMES * entry.compress_size):
        raise _too_big()


def _name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; Chinese systems write it in their own encoding without saying so."""
    if entry.flag_bits & NAMED_IN_UTF8:
        return entry.orig_filename
    raw = entry.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.orig_filename


def _not_text(what: Cause) -> ReportRefused:
    return ReportRefused(
        "this is %(what)s: export it as CSV (a bank statement also as camt.053)", what=what
    )


def _damaged() -> ReportRefused:
    return ReportRefused("the archive is damaged or breaks off: get it anew, and whole")


def _too_big() -> ReportRefused:
    return ReportRefused(
        "the archive grows to more than %(times)s times its size, or %(size)s GB",
        times=MOST_TIMES,
        size=MOST_BYTES // 2**30,
    )
