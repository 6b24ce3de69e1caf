"""The rows of payments."""

from payments.models.account import ProviderAccount, Refusal
from payments.models.evidence import DisputeEvidence
from payments.models.inbox import InboxEvent, ParkedReference
from payments.models.ledger import Entry, Posting
from payments.models.operation import Operation
from payments.models.payment import Attempt, Payment
from payments.models.records import Dispute, ProviderCall, ProviderObject, Review
from payments.models.refund import Refund, RefundLine, RefundReason
from payments.models.saved import SavedMethod

__all__ = [
    "Attempt",
    "Dispute",
    "DisputeEvidence",
    "Entry",
    "InboxEvent",
    "Operation",
    "ParkedReference",
    "Payment",
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
]
