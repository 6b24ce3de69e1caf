"""What an examination of an account's set-up finds: how each thing stands, and what to do. Pure."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit


class Standing(enum.StrEnum):
    OK = "ok"
    DOUBTFUL = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """`about`: what was looked at; `found`: what is there; `advice`: how to mend it.

    None of them holds a secret.
    """

    about: str
    standing: Standing
    found: str
    advice: str = ""


def well(about: str, found: str) -> Finding:
    return Finding(about, Standing.OK, found)


def doubtful(about: str, found: str, advice: str) -> Finding:
    return Finding(about, Standing.DOUBTFUL, found, advice)


def wrong(about: str, found: str, advice: str) -> Finding:
    return Finding(about, Standing.WRONG, found, advice)


@dataclass(frozen=True, slots=True)
class Site:
    """Our site as a provider must know it: its address, and where it is told of payments.

    `old_hook_url` is good beside the new one while a rotation is under way, else "". `own_page`:
    whether the provider's fields stand on a page of ours. `clock` tells an aware now.
    """

    base_url: str
    hook_url: str
    clock: Callable[[], datetime]
    old_hook_url: str = ""
    own_page: bool = False

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def is_public(self) -> bool:
        """Whether it has a name by which others can find it."""
        try:
            ip_address(self.host)
        except ValueError:
            return "." in self.host and not self.host.endswith(".localhost")
        return False
