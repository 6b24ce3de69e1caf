"""Opening what people upload."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


@contextmanager
def open_text(file: IO[bytes]) -> Iterator[Iterator[str]]:
    yield io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
