"""The rows of payments."""

from payments.models.account import ProviderAccount
from payments.models.inbox import InboxEvent
from payments.models.operation import Operation
from payments.models.payment import Attempt, Payment
from payments.models.records import ProviderCall, ProviderObject, Review

__all__ = [
    "Attempt",
    "InboxEvent",
    "Operation",
    "Payment",
    "ProviderAccount",
    "ProviderCall",
    "ProviderObject",
    "Review",
]
