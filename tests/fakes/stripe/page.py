"""An answer to a browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

HTML: Final = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Page:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: dict(HTML))


def see(url: str) -> Page:
    return Page(303, b"", {"Location": url})
