"""How the bank says no."""

from __future__ import annotations


class Refused(Exception):
    """An answer with a status of HTTP and a code of the bank's."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
