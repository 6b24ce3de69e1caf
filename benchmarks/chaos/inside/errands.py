"""What the run asks of the shop besides its tasks: rows only. Import it with Django set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import F

from demo.models import Product
from orders.models import Mail, Order, ReturnLine
from orders.states import ReturnState
from payments.models import (
    Attempt,
    Dispute,
    DisputeEvidence,
    Entry,
    InboxEvent,
    Operation,
    Posting,
    ProviderAccount,
    Refund,
    Review,
)
from payments.services.accounts import connect_sandbox
from payments.services.check_ledger import faults
from payments.services.connect_stripe import Keys, connect_stripe
from payments.states import Approval, DisputeState

Answer = dict[str, Any]


def set_up(
    *,
    bank: Mapping[str, str],
    shop_url: str,
    stock: Mapping[str, int],
    password: str,
    staff: Sequence[str],
) -> Answer:
    """Goods on the shelves at 1.00 and more, the staff, an account at the bank."""
    Product.objects.bulk_create(
        Product(sku=sku, slug=sku.lower(), name=f"Piece {sku}", price=100 + 137 * n, stock=pieces)
        for n, (sku, pieces) in enumerate(stock.items())
    )
    for name in staff:
        get_user_model().objects.create_superuser(name, password=password)
    account = _connect(bank, shop_url)
    return {"hook": f"/payments/hooks/{account.hook_token}/", "account": account.code}


def _connect(bank: Mapping[str, str], shop_url: str) -> ProviderAccount:
    if bank["provider"] == "sandbox":
        return connect_sandbox(bank_url=bank["url"], hooks_base_url=shop_url)
    keys = Keys(bank["secret"], bank["publishable"], bank["url"])
    return connect_stripe(keys, code=bank["provider"], site=shop_url, webhook=True)


DUE = """
select 'orders.send_mail', min(next_run_at) from orders_mail where sent_at is null
union all select 'payments.drain_inbox', min(next_run_at) from payments_inboxevent
union all select 'payments.submit_operations', min(next_run_at) from payments_operation
union all select 'payments.poll_due', min(next_poll_at) from payments_attempt
union all select 'payments.expire_orders', min(expires_at) from orders_order where state = 'open'
union all select 'payments.submit_evidence', min(next_run_at) from payments_disputeevidence
union all select 'payments.remind_of_evidence', min(remind_at) from payments_dispute
union all select 'payments.forget_methods', min(coalesce(next_run_at, removed_at))
    from payments_savedmethod where forgotten_at is null and removed_at is not null
union all select 'payments.import_settlements', min(created_at) from payments_settlementfile
    where state in ('waiting', 'reading')
"""
"""One statement, since it is asked before each round of sweeps."""


def due() -> Answer:
    """When each sweep has something to do next, by the task's name."""
    with connection.cursor() as cursor:
        cursor.execute(DUE)
        return {"moments": {task: moment for task, moment in cursor.fetchall() if moment}}


def find(email: str) -> Answer:
    """How the order of a shopper stands, its number in the admin's addresses, its open reviews."""
    found = Order.objects.filter(email=email).order_by("pk").last()
    if found is None:
        return {}
    total, number = found.total_amount, found.number
    reviews = Review.objects.filter(payment__order=found, resolved_at=None)
    asked = dict(reviews.values_list("kind", "pk"))
    known = {"pk": found.pk, "state": found.state, "total": total, "number": number}
    return known | {"reviews": asked, "link": found.link_token} | _before_staff(found)


def _before_staff(order: Order) -> Answer:
    """The lines of an order, and what of it waits for somebody to decide."""
    lines = [
        {"pk": line.pk, "left": line.to_dispatch, "price": line.unit_amount}
        for line in order.lines.order_by("pk")
    ]
    asked = order.returns.filter(state=ReturnState.REQUESTED).first()
    waiting = Refund.objects.filter(payment__order=order, approval=Approval.WAITING).first()
    dispute = Dispute.objects.filter(
        attempt__payment__order=order, status=DisputeState.OPEN, evidence=None
    ).first()
    return {
        "lines": lines,
        "return": asked
        and {"pk": asked.pk, "lines": list(asked.lines.values_list("pk", "quantity"))},
        "waiting": waiting and waiting.pk,
        "dispute": dispute and dispute.pk,
    }


def rows() -> Answer:
    """All that the verdict compares with the bank's book."""
    return _goods() | {
        "orders": _all(Order.objects, "number", "state", "email", "total_amount", "expires_at"),
        "attempts": _all(
            Attempt.objects,
            *("our_ref", "status", "amount", "authorized", "captured", "released", "refunded"),
            *("refund_reversed", "refund_pending", "surplus", "disputed", "next_poll_at", "hold"),
            number=F("payment__order__number"),
        ),
        "operations": _all(
            Operation.objects,
            *("our_ref", "kind", "status", "amount", "next_run_at", "external", "reason"),
            number=F("attempt__payment__order__number"),
            attempt_ref=F("attempt__our_ref"),
        ),
        "events": _all(InboxEvent.objects, "event_id", "state", "next_run_at"),
        "mails": _all(Mail.objects, "kind", "subject_ref", "sent_at", "next_run_at"),
        "reviews": _all(
            Review.objects,
            *("kind", "subject_ref", "resolved_at"),
            number=F("payment__order__number"),
        ),
        "postings": _all(Posting.objects, "account", "amount", kind=F("entry__kind")),
        "entries": Entry.objects.count(),
        "faults": [str(fault) for fault in faults()],
        "evidence": _all(
            DisputeEvidence.objects,
            *("our_ref", "state", "next_run_at"),
            about=F("dispute__provider_id"),
            number=F("dispute__attempt__payment__order__number"),
        ),
    }


def _goods() -> Answer:
    """What was sold, what came back of it, and what stands on the shelves."""
    return {
        "stock": dict(Product.objects.values_list("sku", "stock")),
        "lines": _all(
            Order.objects.filter(lines__isnull=False),
            *("number", "state"),
            sku=F("lines__sku"),
            quantity=F("lines__quantity"),
            restocked=F("lines__restocked"),
        ),
        "returned": _all(ReturnLine.objects, "restocked", sku=F("line__sku")),
    }


def _all(rows: Any, *columns: str, **named: Any) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*columns, **named))
