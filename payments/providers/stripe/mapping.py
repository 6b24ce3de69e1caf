"""Stripe's words in ours. Amounts come in its minor units and leave in those of ISO 4217. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from orders.money import CODE
from payments.providers.actions import Embedded, NextAction, Redirect
from payments.providers.base import (
    CardSeen,
    DisputeSeen,
    DisputeStatus,
    Failure,
    Outcome,
    ProviderObject,
    RefundSeen,
    RefundStatus,
    SavedMethodSeen,
    Status,
)
from payments.providers.errors import BadAnswer
from payments.providers.stripe.amounts import from_wire
from payments.providers.stripe.asked import OUR_REF
from payments.providers.stripe.declines import failure
from payments.providers.stripe.kept import KeptCard
from payments.providers.told import Told

STAGES: Final = {stage: stage for stage in ("open", "complete", "expired")}
INTENTS: Final = {
    "requires_payment_method": Status.REQUIRES_ACTION,
    "requires_confirmation": Status.REQUIRES_ACTION,
    "requires_action": Status.REQUIRES_ACTION,
    "processing": Status.PROCESSING,
    "requires_capture": Status.AUTHORIZED,
    "succeeded": Status.CAPTURED,
    "canceled": Status.VOIDED,
}
REFUNDS: Final = {
    "pending": RefundStatus.PENDING,
    "requires_action": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
DISPUTES: Final = {
    "warning_needs_response": DisputeStatus.INQUIRY,
    "warning_under_review": DisputeStatus.INQUIRY,
    "warning_closed": DisputeStatus.CLOSED,
    "needs_response": DisputeStatus.OPEN,
    "under_review": DisputeStatus.OPEN,
    "won": DisputeStatus.WON,
    "lost": DisputeStatus.LOST,
    "appeal_needs_response": DisputeStatus.OPEN,
    "appeal_under_review": DisputeStatus.OPEN,
    "prevented": DisputeStatus.WON,
}
"""`prevented` says that no claim was made of it, and not where the money is: see `_standing`.

An appeal is against what was lost, and the money is away meanwhile.
"""
REFUND_FAILURES: Final = {
    "lost_or_stolen_card": "card_reported",
    "expired_or_canceled_card": "account_closed",
    "declined": "declined",
}
REASONS: Final = frozenset(
    [
        *("duplicate", "fraudulent", "product_not_received", "product_unacceptable"),
        *("subscription_canceled", "unrecognized", "credit_not_processed", "general"),
    ]
)


LINK: Final = "link"
"""A type of its own where a session allows it; else a wallet of cards, or a brand of them."""
HELD_FOR: Final = timedelta(days=7)
"""How long a shopper's card is held, where that is not told: of Link it never is."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is listed beside a payment: all its refunds, and all its disputes."""

    refunds: Sequence[Told] = ()
    disputes: Sequence[Told] = ()


def read_session(session: Told, seen: Seen) -> Outcome:
    """A Checkout Session with its payment, as far as there is one; raises BadAnswer.

    While its page is open a decline ends nothing: the shopper may try another card there.
    """
    stage = session.one_of("status", STAGES)
    intent = session.maybe_row("payment_intent")
    told = read_facts(intent, seen) if intent else _unpaid(session)
    status, error = told.status, told.error
    if stage == "expired" and status in {Status.REQUIRES_ACTION, Status.VOIDED}:
        declined = intent and intent.maybe_row("last_payment_error")
        status = Status.DECLINED if declined else Status.VOIDED
        error = error or Failure("cancelled", "session expired")
    elif stage == "complete" and status == Status.REQUIRES_ACTION and error:
        status = Status.DECLINED  # the shopper had agreed, and no money came: the page is gone
    return replace(
        told,
        status=status,
        error=error,
        our_ref=session.maybe_text("client_reference_id"),
        objects=(ProviderObject("payment", session.name("id")), *told.objects),
        next_action=_page(session) if status == Status.REQUIRES_ACTION else None,
    )


def read_intent(intent: Told, seen: Seen) -> Outcome:
    """A PaymentIntent that has no session, since a kept card was charged; raises BadAnswer."""
    told = read_facts(intent, seen)
    status = told.status
    if intent.text("status") == "requires_payment_method" and told.error:
        status = Status.DECLINED  # there is no page on which another card could be tried
    return replace(
        told,
        status=status,
        objects=(ProviderObject("payment", intent.name("id")), *told.objects),
        next_action=_step_up(intent) if status == Status.REQUIRES_ACTION else None,
    )


def read_facts(intent: Told, seen: Seen) -> Outcome:
    """What a PaymentIntent tells of money, whatever it belongs to."""
    currency = currency_of(intent)
    charge = intent.maybe_row("latest_charge")
    held = charge is not None and charge.text("status") == "succeeded"
    captured = from_wire(intent.whole("amount_received"), currency).amount
    capturable = from_wire(intent.whole("amount_capturable"), currency).amount
    authorized = from_wire(charge.whole("amount"), currency).amount if charge and held else 0
    authorized = max(authorized, captured)
    status = intent.one_of("status", INTENTS)
    card = _card_of(charge) if charge else None
    face = _face_of(charge) if charge else None
    return Outcome(
        status=Status.CAPTURED if captured and not capturable else status,
        our_ref=ref_of(intent),
        amount=from_wire(intent.whole("amount"), currency),
        authorized=authorized,
        captured=captured,
        released=max(0, authorized - captured - capturable),
        capture_before=_held_until(charge) if charge and capturable else None,
        refunds=tuple(
            read_refund(each) for each in seen.refunds if not (charge and _is_release(each, charge))
        ),
        disputes=tuple(read_dispute(each) for each in seen.disputes),
        card=face,
        saved_method=_kept(intent, card) if card and held else None,
        objects=(ProviderObject("intent", intent.name("id")), *_named(charge)),
        error=_error(intent, status),
        mode=mode_of(intent),
        evidence={"brand": face.brand, "last4": face.last4} if face else {},
    )


def read_refund(refund: Told) -> RefundSeen:
    why = refund.maybe_text("failure_reason")
    return RefundSeen(
        provider_id=refund.name("id"),
        our_ref=ref_of(refund),
        amount=from_wire(refund.whole("amount"), currency_of(refund)),
        status=refund.one_of("status", REFUNDS),
        error=Failure(REFUND_FAILURES.get(why, "declined"), why) if why else None,
    )


def read_dispute(dispute: Told) -> DisputeSeen:
    reason = dispute.text("reason")
    return DisputeSeen(
        provider_id=dispute.name("id"),
        amount=from_wire(dispute.whole("amount"), currency_of(dispute)),
        status=_standing(dispute),
        reason=reason if reason in REASONS else "general",
        evidence_due_at=dispute.row("evidence_details").maybe_seconds("due_by"),
    )


def _standing(dispute: Told) -> DisputeStatus:
    """Prevented, it is lost all the same where the bank was given money and none came back."""
    if dispute.text("status") == "prevented":
        moved = [each.signed("amount") for each in dispute.rows("balance_transactions")]
        if moved and max(moved) < 0:
            return DisputeStatus.LOST
    return dispute.one_of("status", DISPUTES)


def ref_of(told: Told) -> str:
    """The reference of ours that something of theirs carries, or ""."""
    return told.row("metadata").maybe_text(OUR_REF)


def mode_of(told: Told) -> str:
    return "live" if told.flag("livemode") else "test"


def _unpaid(session: Told) -> Outcome:
    asked = from_wire(session.whole("amount_total"), currency_of(session))
    return Outcome(status=Status.REQUIRES_ACTION, amount=asked, mode=mode_of(session))


def _page(session: Told) -> NextAction:
    ends = session.maybe_seconds("expires_at")
    if url := session.maybe_url("url"):
        return Redirect(url, ends)
    secret = session.maybe_url("client_secret")
    return Embedded(secret, ends) if secret else None


def _step_up(intent: Told) -> NextAction:
    """The page of the card's bank, where it wants to know who pays."""
    action = intent.maybe_row("next_action")
    to = action.maybe_row("redirect_to_url") if action else None
    url = to.maybe_url("url") if to else ""
    return Redirect(url) if url else None


def _error(intent: Told, status: Status) -> Failure | None:
    error = intent.maybe_row("last_payment_error")
    if error and status in {Status.REQUIRES_ACTION, Status.VOIDED}:
        return failure(error)
    return Failure("cancelled", "canceled") if status == Status.VOIDED else None


def _is_release(refund: Told, charge: Told) -> bool:
    """Whether it only lets go what was held and not captured, which Stripe calls a refund too."""
    less = charge.whole("amount_captured") < charge.whole("amount")
    at_once = refund.text("status") == "succeeded" and not ref_of(refund)
    return less and at_once and not refund.maybe_id("balance_transaction")


def _card_of(charge: Told) -> Told | None:
    details = charge.maybe_row("payment_method_details")
    return details.maybe_row("card") if details else None


def _face_of(charge: Told) -> CardSeen | None:
    """What was paid by, as far as it has a face: a card, or Link, which shows none of its cards."""
    if card := _card_of(charge):
        return CardSeen(card.maybe_text("brand"), card.maybe_text("last4"))
    details = charge.maybe_row("payment_method_details")
    return CardSeen(LINK, "") if details and details.says("type", LINK) else None


def _held_until(charge: Told) -> datetime | None:
    """By when it must be captured; nobody would be warned where that were not known."""
    card, made = _card_of(charge), charge.maybe_seconds("created")
    told = card.maybe_seconds("capture_before") if card else None
    return told or (made + HELD_FOR if made else None)


def _kept(intent: Told, card: Told) -> SavedMethodSeen | None:
    """The card that Stripe keeps by the shopper's wish, named with its customer."""
    wish, customer = intent.maybe_text("setup_future_usage"), intent.maybe_id("customer")
    kept = intent.maybe_id("payment_method")
    if not (wish and customer and kept):
        return None
    brand, last4 = card.maybe_text("brand"), card.maybe_text("last4")
    same = card.maybe_text("fingerprint")
    return SavedMethodSeen(str(KeptCard(customer, kept)), brand, last4, same)


def _named(charge: Told | None) -> tuple[ProviderObject, ...]:
    return (ProviderObject("charge", charge.name("id")),) if charge else ()


def currency_of(told: Told) -> str:
    """ISO 4217 in upper case; Stripe writes it in lower case."""
    code = told.text("currency").upper()
    if not CODE.fullmatch(code):
        raise BadAnswer("currency is not a currency")
    return code
