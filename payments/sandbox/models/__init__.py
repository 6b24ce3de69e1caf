"""The bank's book: merchants, payments, what moves their money, answers, events, what is due."""

from payments.sandbox.models.answer import Answer
from payments.sandbox.models.capture import Capture
from payments.sandbox.models.event import Event
from payments.sandbox.models.later import Act, Later
from payments.sandbox.models.merchant import Merchant, SavedCard
from payments.sandbox.models.movement import FINE, Movement, MovementKind, Payout, rounded
from payments.sandbox.models.payment import Method, Payment, PaymentStatus
from payments.sandbox.models.reversal import Dispute, DisputeStatus, Refund, RefundStatus

__all__ = [
    "FINE",
    "Act",
    "Answer",
    "Capture",
    "Dispute",
    "DisputeStatus",
    "Event",
    "Later",
    "Merchant",
    "Method",
    "Movement",
    "MovementKind",
    "Payment",
    "PaymentStatus",
    "Payout",
    "Refund",
    "RefundStatus",
    "SavedCard",
    "rounded",
]
