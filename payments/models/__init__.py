"""The rows of payments."""

from payments.models.account import ProviderAccount
from payments.models.inbox import InboxEvent
from payments.models.ledger import Entry, Posting
from payments.models.operation import Operation
from payments.models.payment import Attempt, Payment
from payments.models.records import Dispute, ProviderCall, ProviderObject, Review
from payments.models.saved import SavedMethod

__all__ = [
    "Attempt",
    "Dispute",
    "Entry",
    "InboxEvent",
    "Operation",
    "Payment",
    "Posting",
    "ProviderAccount",
    "ProviderCall",
    "ProviderObject",
    "Review",
    "SavedMethod",
]
