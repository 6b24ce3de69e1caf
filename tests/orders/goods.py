"""Orders whose goods have left, and returns of them, made through the services."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from orders.models import Dispatch, Order, ReturnReason, ReturnRequest
from orders.money import Money
from orders.services.dispatch import DispatchDraft, record_dispatch
from orders.services.place import LineDraft
from orders.services.returns import (
    Receipt,
    ReturnDraft,
    approve_return,
    receive_return,
    request_return,
)
from payments.models import Payment
from payments.services.apply import apply_outcome
from tests.factories import GBP, an_attempt, an_order, captured

_keys = itertools.count(1)
LINES = (
    LineDraft("TEAPOT", "Teapot", 2, Money(4200, GBP)),
    LineDraft("CUP", "Cup", 1, Money(900, GBP)),
)


def a_paid_order(**given: Any) -> Order:
    """Two teapots and a cup, paid."""
    attempt = an_attempt(an_order(**({"lines": LINES} | given)))
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")
    return Payment.objects.select_related("order").get(pk=attempt.payment_id).order


def keys_of(order: Order, pieces: Mapping[str, int]) -> dict[int, int]:
    """Pieces by the key of a line, from pieces by SKU."""
    return {line.pk: pieces.get(line.sku, 0) for line in order.lines.all()}


def a_dispatch(order: Order, **given: Any) -> Dispatch:
    """Everything that is left, unless `pieces` (by SKU) say otherwise."""
    pieces = given.pop("pieces", None)
    chosen = keys_of(order, pieces) if pieces else {x.pk: x.to_dispatch for x in order.lines.all()}
    values: dict[str, Any] = {
        "order_id": order.pk,
        "pieces": chosen,
        "carrier": "DHL",
        "tracking_number": "JD01",
        "request_key": f"parcel-{next(_keys)}",
        "actor": "clerk",
    }
    return record_dispatch(DispatchDraft(**(values | given)))[0]


def a_sent_order(**given: Any) -> Order:
    order = a_paid_order(**given)
    a_dispatch(order)
    order.refresh_from_db()
    return order


def a_reason() -> ReturnReason:
    return ReturnReason.objects.get_or_create(label="It does not fit")[0]


def draft(order: Order, **given: Any) -> ReturnDraft:
    """One teapot back, unless told otherwise; `pieces` by SKU."""
    values: dict[str, Any] = {
        "order_id": order.pk,
        "pieces": keys_of(order, given.pop("pieces", {"TEAPOT": 1})),
        "reason_id": a_reason().pk,
        "note": "too small",
        "request_key": f"return-{next(_keys)}",
    }
    return ReturnDraft(**(values | given))


def a_return(order: Order | None = None, **given: Any) -> ReturnRequest:
    return request_return(draft(order or a_sent_order(), **given))[0]


def an_approved_return(**given: Any) -> ReturnRequest:
    asked = a_return(**given)
    approve_return(return_id=asked.pk, answer="By post, please.", actor="clerk")
    asked.refresh_from_db()
    return asked


def a_received_return(**given: Any) -> ReturnRequest:
    """One piece of each line came, and is on the shelf again."""
    asked = an_approved_return(**given)
    receipts = {line.pk: Receipt(1, 1) for line in asked.lines.all()}
    receive_return(return_id=asked.pk, receipts=receipts, actor="clerk")
    asked.refresh_from_db()
    return asked
