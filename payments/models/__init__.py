"""The rows of payments."""

from payments.models.account import ProviderAccount, Refusal
from payments.models.discrepancy import Candidate, Discrepancy, Match
from payments.models.evidence import DisputeEvidence
from payments.models.inbox import InboxEvent, ParkedReference
from payments.models.ledger import Entry, Posting
from payments.models.operation import Operation
from payments.models.payment import Attempt, Payment
from payments.models.payout import BankLine, FailedPayout, FeeRule, Payout
from payments.models.proof import DayBalance
from payments.models.records import Dispute, ProviderCall, ProviderObject, Review
from payments.models.refund import Refund, RefundLine, RefundReason
from payments.models.saved import SavedMethod
from payments.models.settlement import (
    SettlementChunk,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.trouble import KeyTrouble

__all__ = [
    "Attempt",
    "BankLine",
    "Candidate",
    "DayBalance",
    "Discrepancy",
    "Dispute",
    "DisputeEvidence",
    "Entry",
    "FailedPayout",
    "FeeRule",
    "InboxEvent",
    "KeyTrouble",
    "Match",
    "Operation",
    "ParkedReference",
    "Payment",
    "Payout",
    "Posting",
    "ProviderAccount",
    "ProviderCall",
    "ProviderObject",
    "Refund",
    "RefundLine",
    "RefundReason",
    "Refusal",
    "Review",
    "SavedMethod",
    "SettlementChunk",
    "SettlementFile",
    "SettlementLine",
    "SettlementTotal",
]
