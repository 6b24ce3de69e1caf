"""What a shop says in a dispute, as an adapter gets it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EvidenceTexts:
    """What a shop has to say in a dispute, in plain text; "" where it says nothing of that."""

    customer: str = ""
    goods: str = ""
    dispatch: str = ""
    refunds: str = ""
    terms: str = ""
    statement: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceRequest:
    """Answer the dispute of that id of the provider's; `key` makes a repeat harmless.

    `of_inquiry`: it was written for a bank that only asks, and is no answer to a claim.
    """

    dispute_id: str
    key: str
    texts: EvidenceTexts
    of_inquiry: bool = False
