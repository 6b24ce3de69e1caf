"""What happens in a shop whose provider is Stripe; each means by the name of what it does. Pure."""

from __future__ import annotations

from typing import Final

from benchmarks.chaos.faults import OF_STRIPE, Kind, Strike
from benchmarks.chaos.plan import AMBUSHES, Deck, Story

ORDERS: Final[tuple[tuple[Story, str], ...]] = (
    *[(Story.PAYS, "tok_approve")] * 6,
    *[(Story.PAYS, token) for token in ("tok_3ds", "tok_debit", "wal_google", "wal_link")],
    *[(Story.PAYS, "wal_approve")] * 2,
    *[(Story.REFUSES_CHALLENGE, "tok_3ds")] * 2,
    *[(Story.PAYS_BY_SAVED_CARD, token) for token in ("tok_approve", "tok_3ds", "tok_3ds_once")],
    *[(Story.DECLINED_THEN_PAYS, "tok_decline_generic")] * 2,
    (Story.DECLINED_THEN_PAYS, "tok_decline_insufficient_funds"),
    (Story.DECLINED_THEN_PAYS, "tok_decline_lost_card"),
    (Story.DECLINED_THEN_PAYS, "tok_decline_after_3ds"),
    *[(Story.ABANDONS, "tok_approve")] * 2,
    (Story.CANCELS_AT_BANK, "tok_approve"),
    (Story.PAYS_TOO_LATE, "tok_approve"),
    (Story.LEFT_PAYMENT_SUCCEEDS, "tok_late_success_after_void"),
    (Story.LEFT_PAYMENT_SUCCEEDS, "tok_late_success_disputed"),
    *[(Story.CANCELLED_PAYMENT_SUCCEEDS, "tok_late_success_after_void")] * 2,
    *[(Story.ORDERS_TWICE, "tok_approve")] * 2,
    *[(Story.PAYS_IN_TWO_BROWSERS, "tok_approve")] * 2,
    *[(Story.REFUNDED, "tok_approve")] * 2,
    (Story.REFUNDED, "tok_refund_pending"),
    (Story.REFUNDED, "tok_refund_pending_then_failed"),
    (Story.REFUNDED, "tok_refund_fails"),
    (Story.REFUNDED, "tok_refund_fails_later"),
    *[(Story.REFUNDED_IN_PART, "tok_approve")] * 2,
    (Story.REFUNDED_IN_PART, "tok_dispute_lost"),
    (Story.REFUNDED_AT_BANK, "tok_approve"),
    *[(Story.CANCELLED_BY_STAFF, "tok_approve")] * 2,
    (Story.DISPUTED, "tok_dispute_won"),
    (Story.DISPUTED, "tok_dispute_lost"),
    (Story.DISPUTED, "tok_dispute_unanswered"),
    *[(Story.CAPTURED, "tok_approve")] * 2,
    (Story.CAPTURED_IN_PART, "wal_approve"),
    (Story.CAPTURED_IN_TWO, "tok_approve"),
    (Story.CAPTURE_REFUSED, "tok_capture_fails"),
    (Story.RELEASED, "tok_approve"),
    (Story.LAPSES, "tok_3ds"),
    (Story.REST_LAPSES, "tok_approve"),
    (Story.SENT, "wal_approve"),
    *[(Story.RETURNED, "tok_approve")] * 2,
    (Story.PIECE_PUT_BACK, "tok_approve"),
    *[(Story.APPROVED, "tok_approve")] * 2,
    (Story.REJECTED, "tok_approve"),
    *[(Story.APPROVED_WHILE_CANCELLED, "tok_approve")] * 2,
    *[(Story.ANSWERED, token) for token in ("tok_dispute_won", "tok_dispute_lost")],
)
"""Stripe takes what it was asked for, tells the mode by the key, and keeps its pages open."""

SETTLING: Final = frozenset({"payments.fetch_reports", "payments.close_days"})
"""No report is written in a run: what they say is for the replay."""
STRIPE: Final = Deck(
    provider="stripe",
    orders=ORDERS,
    ways={},
    strikes=tuple(Strike),
    ambushes=(*AMBUSHES, *OF_STRIPE),
    kinds=tuple(Kind),
    idle=SETTLING,
)
