"""Which addresses of a provider a browser may be sent to."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

LONGEST: Final = 16_384
"""Django redirects to nothing longer."""


def may_follow(address: str) -> bool:
    """Whether it is a whole http or https address; a provider's word may also be a script."""
    if len(address) > LONGEST:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
