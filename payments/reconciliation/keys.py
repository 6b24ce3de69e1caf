"""By what an operation is known in both books, as the database reads it."""

from __future__ import annotations

from typing import Final

from django.db import connection

from payments.models import ProviderAccount
from payments.providers.reports import LineKind
from payments.states import EntryKind

OURS: Final = (
    EntryKind.CAPTURE,
    EntryKind.REFUND,
    EntryKind.REFUND_REVERSED,
    EntryKind.DISPUTE,
)
"""What both books have by themselves; fees, payouts and adjustments come into ours from theirs."""
THEIRS_ALONE: Final = ", ".join(
    f"'{kind}'" for kind in (LineKind.FEE, LineKind.PAYOUT, LineKind.ALLOTMENT)
)
"""Kinds of lines, as SQL, that are no operation of ours."""
_REFERENCE: Final = """
    CASE e.kind WHEN 'capture' THEN SUBSTR(e.key, 9, 21)
                WHEN 'refund' THEN SUBSTR(e.key, 8, 21)
                WHEN 'refund_reversed' THEN SUBSTR(e.key, 17, 21)
                ELSE '#' || SUBSTR({rest}, 1, {find}({rest}, ':') - 1) END
"""


LENGTH: Final = 21
"""So long are our references; what stands in their place is none of ours."""
NAMES_OURS: Final = f"LENGTH(l.our_ref) = {LENGTH}"
"""Whether a line "l" has a reference of ours; what is none by its length names nothing: an order
number may stand in many lines."""
REFERENCE_IN_LINE: Final = f"""
    CASE WHEN {NAMES_OURS} AND l.kind NOT IN ('dispute', 'dispute_reversal')
         THEN l.our_ref ELSE '#' || l.provider_ref END
"""
"""The reference of a line "l", as both books know it."""


def reference_in_key(account: ProviderAccount) -> str:
    """SQL for the reference in the key of an entry "e" (`payments.services.post`).

    "capture:A…:1250", "refund:R…" and "dispute:<account>:<id>:open": ours have 21 characters, and
    a dispute is known by the provider's id, after a "#".
    """
    begins = len(f"{EntryKind.DISPUTE}:{account.code}:") + 1
    find = "STRPOS" if connection.vendor == "postgresql" else "INSTR"
    return _REFERENCE.format(rest=f"SUBSTR(e.key, {begins})", find=find)
