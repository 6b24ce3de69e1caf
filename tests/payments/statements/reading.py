"""Statements as text, and what is read out of them."""

from __future__ import annotations

import io

from payments.providers.reports import BadLine
from payments.statements import BankRow, Statement, open_statement


def statement(text: str, currency: str = "") -> Statement:
    return open_statement(io.StringIO(text, newline=""), currency)


def lines_of(text: str, currency: str = "") -> list[BankRow | BadLine]:
    return list(statement(text, currency).lines())


def rows_of(text: str, currency: str = "") -> list[BankRow]:
    """All lines of a statement of which each can be read."""
    found = lines_of(text, currency)
    assert [line for line in found if isinstance(line, BadLine)] == []
    return [line for line in found if isinstance(line, BankRow)]


def reasons(text: str, currency: str = "") -> dict[int, str]:
    """Why lines cannot be read, by their number."""
    found = lines_of(text, currency)
    return {line.number: str(line.why) for line in found if isinstance(line, BadLine)}
