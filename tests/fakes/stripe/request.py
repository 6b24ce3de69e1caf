"""A request, before anybody knows whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """`form`: the body of a POST, else the query. `headers` by lower-case names."""

    method: str
    path: str
    form: str
    headers: Mapping[str, str]

    @property
    def address(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def named(self) -> str:
        """With its idempotency key, where it has one."""
        return f"{self.address} {self.headers.get('idempotency-key', '')}".rstrip()
