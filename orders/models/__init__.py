"""An order as it was agreed, and where its goods are."""

from orders.models.goods import (
    CancellationRequest,
    Dispatch,
    DispatchLine,
    ReturnLine,
    ReturnReason,
    ReturnRequest,
)
from orders.models.order import (
    CROCKFORD,
    Address,
    Mail,
    Order,
    OrderLine,
    StateChange,
    new_order_number,
    new_token,
    random_code,
)

__all__ = [
    "CROCKFORD",
    "Address",
    "CancellationRequest",
    "Dispatch",
    "DispatchLine",
    "Mail",
    "Order",
    "OrderLine",
    "ReturnLine",
    "ReturnReason",
    "ReturnRequest",
    "StateChange",
    "new_order_number",
    "new_token",
    "random_code",
]
