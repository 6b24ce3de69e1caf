"""Statements of our bank account, as banks export them: pure readers, no rows, no Django."""

from payments.statements.base import BankRow, Statement, StatementHeader
from payments.statements.open import open_statement

__all__ = ["BankRow", "Statement", "StatementHeader", "open_statement"]
