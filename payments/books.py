"""What each account of the ledger must hold because of one attempt: arithmetic, no rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, fields
from typing import Final

from payments.states import EntryKind

PROVIDER, DISPUTES, BANK = "provider", "disputes", "bank"
OVERPAID, SALES = "overpaid", "sales"
ROLES: Final = (PROVIDER, DISPUTES, BANK, OVERPAID, SALES)
"""The accounts that an attempt moves, as a reader meets them from left to right."""
FEES, FX, SUSPENSE, LOSSES = "fees", "fx", "suspense", "losses"
"""And those that only a settlement report or a person moves."""
PER_PROVIDER_ACCOUNT: Final = frozenset({PROVIDER, DISPUTES, FEES, FX})


@dataclass(frozen=True, slots=True)
class Totals:
    """The money facts of an attempt in minor units, or by how much one fact moves them."""

    captured: int = 0
    surplus: int = 0
    refunded: int = 0
    refund_reversed: int = 0
    disputed: int = 0
    returned_elsewhere: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*map(sum, zip(astuple(self), astuple(other), strict=True)))


FACTS: Final = tuple(field.name for field in fields(Totals))


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a sight brought. Its key exists once in the ledger, so it is posted once."""

    kind: EntryKind
    subject: str
    adds: Totals
    operation_id: int | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.subject}"


def balances(totals: Totals, most: Callable[[int, int], int] = max) -> dict[str, int]:
    """What each account holds, by role; the sum is zero, whatever the totals are.

    Refunds take from the surplus first. A dispute takes its money from the provider's account
    when it opens, and only winning it brings the money back. What was returned elsewhere left our
    own bank account, and the provider still has the shopper's. With columns in place of numbers,
    and a `most` that understands them, the database computes the same.
    """
    refunded = totals.refunded - totals.refund_reversed
    returned = refunded + totals.returned_elsewhere
    return {
        PROVIDER: totals.captured - refunded - totals.disputed,
        DISPUTES: totals.disputed,
        BANK: -totals.returned_elsewhere,
        OVERPAID: -most(0, totals.surplus - returned),
        SALES: most(0, returned - totals.surplus) - (totals.captured - totals.surplus),
    }


def moved(before: Totals, after: Totals) -> dict[str, int]:
    """What goes to and from each account between two states; nothing where none changes.

    Since an entry is the difference of two balances, the order of facts changes no balance.
    """
    stood = balances(before)
    return {
        role: holds - stood[role] for role, holds in balances(after).items() if holds != stood[role]
    }


def named(role: str, provider_account: str) -> str:
    """The account's name in the ledger, such as "sales" or "provider:sandbox"."""
    return f"{role}:{provider_account}" if role in PER_PROVIDER_ACCOUNT else role


def role_of(account: str) -> str:
    return account.partition(":")[0]
