"""Files as people upload them, and what is read out of them."""

from __future__ import annotations

import gzip
import io
import zipfile

from payments.reconciliation.source import open_text

NOON = (2026, 11, 28, 12, 0, 0)
LINES = "day,amount\r\n2026-11-28,12.50\r\n"


def read(body: bytes) -> str:
    """All the text of an upload."""
    with open_text(io.BytesIO(body)) as lines:
        return "".join(lines)


def lines_of(body: bytes) -> list[str]:
    with open_text(io.BytesIO(body)) as lines:
        return list(lines)


def gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, NOON)
            entry.compress_type = method
            archive.writestr(entry, body)
    return packed.getvalue()


def zipped_in_china(files: dict[str, bytes]) -> bytes:
    """A zip whose names are GBK and that does not say so."""
    letters = zip(files, "qxz", strict=False)
    stand_ins = {name: letter * len(name.encode("gb18030")) for name, letter in letters}
    packed = zipped({stand_ins[name]: body for name, body in files.items()})
    for name, stand_in in stand_ins.items():
        packed = packed.replace(stand_in.encode(), name.encode("gb18030"))
    return packed
