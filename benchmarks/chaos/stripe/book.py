"""The stand-in's objects as the verdict reads a bank's book: one row for each payment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from benchmarks.chaos.bank.book import Dispute, Payment, Refund, Wanted
from benchmarks.chaos.stripe.fate import Fate
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.store import Shelf

REFUNDS: Final = {"canceled": "failed"}
DISPUTES: Final = {"needs_response": "open", "under_review": "open"}
NOBODY: Final[Json] = {"amount_capturable": 0, "amount_received": 0, "latest_charge": None}
"""What an intent would tell that was never made."""


class Book:
    """Read under the stand-in's lock."""

    def __init__(self, shelf: Shelf, fate: Fate) -> None:
        self._shelf, self._fate = shelf, fate

    def payments(self) -> list[Payment]:
        """Sessions, and the intents that have none since a kept card was charged."""
        sessions = self._shelf.of("checkout.session")
        alone = [
            each
            for each in self._shelf.of("payment_intent")
            if "session" not in self._shelf.notes[each["id"]]
        ]
        return [*map(self._of_session, sessions), *map(self._of_intent, alone)]

    def _of_session(self, session: Json) -> Payment:
        asked = self._shelf.notes[session["id"]]["asked"]
        wanted = Wanted(
            reference=session["client_reference_id"],
            amount=session["amount_total"],
            currency=session["currency"].upper(),
            return_url=session["success_url"],
            method="card",
            description=asked["description"],
            manual=asked.get("capture_method") == "manual",
        )
        intent = self._shelf.objects.get(session["payment_intent"] or "", NOBODY)
        payment = self._payment(session, wanted, intent)
        payment.spurned = session["id"] in self._fate.spurned
        return payment

    def _of_intent(self, intent: Json) -> Payment:
        wanted = Wanted(
            reference=intent["metadata"]["our_ref"],
            amount=intent["amount"],
            currency=intent["currency"].upper(),
            return_url="",
            method="card",
            description=intent["description"],
            manual=intent["capture_method"] == "manual",
        )
        return self._payment(intent, wanted, intent)

    def _payment(self, told: Json, wanted: Wanted, intent: Json) -> Payment:
        name = str(intent["id"] if "id" in intent else told["id"])
        charge: Json = self._shelf.objects.get(intent["latest_charge"] or "", {})
        held = charge.get("amount", 0) if charge.get("paid") else 0
        payment = Payment(
            id=name,
            wanted=wanted,
            page=told["id"],
            created=_at(told["created"]),
            expires=_at(told["expires_at"] if "expires_at" in told else told["created"]),
            status=told["status"],
            authorized=held,
            captured=intent["amount_received"],
            released=held - intent["amount_received"] - intent["amount_capturable"],
            refused=self._fate.refused.get(name, set()),
        )
        if payment.released and name not in self._fate.let_go:
            payment.lapsed = payment.released
        payment.refunds = [_refund(each) for each in self._linked("refund", name)]
        payment.disputes = [_dispute(each) for each in self._linked("dispute", name)]
        return payment

    def _linked(self, kind: str, intent: str) -> list[Json]:
        return self._shelf.linked(kind, "payment_intent", intent)


def _refund(told: Json) -> Refund:
    status = REFUNDS.get(str(told["status"]), str(told["status"]))
    reference = told["metadata"].get("our_ref", "")
    return Refund(told["id"], reference, told["amount"], _at(told["created"]), status)


def _dispute(told: Json) -> Dispute:
    at = _at(told["created"])
    status = DISPUTES.get(str(told["status"]), str(told["status"]))
    answered = at if told["evidence_details"]["submission_count"] else None
    return Dispute(told["id"], told["amount"], at, status, answered=answered)


def _at(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
