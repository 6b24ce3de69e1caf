"""Staff with just the permissions a test is about, and the addresses they visit."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments.models import Attempt, InboxEvent
from payments.providers.base import RawRequest
from payments.providers.sandbox.webhook import read_event
from payments.services.inbox import drain_inbox
from payments.services.receive import receive
from tests.factories import UserFactory
from tests.payments.wire import a_captured_body

SEE_ORDERS = "orders.view_order"
REFUND = "payments.refund_payment"
APPROVE = "payments.approve_refund"


def staff(*permissions: str, name: str = "clerk") -> Client:
    """The browser of a staff member, clerk, who may do what is named and nothing else."""
    user = UserFactory.create(username=name, is_staff=True)
    for permission in permissions:
        app, codename = permission.split(".")
        may = Permission.objects.get(content_type__app_label=app, codename=codename)
        user.user_permissions.add(may)
    client = Client()
    client.force_login(user)
    return client


def order_url(order: Order) -> str:
    return reverse("admin:orders_order_change", args=[order.pk])


def refund_url(order: Order) -> str:
    return reverse("admin:orders_order_refund", args=[order.pk])


def money_url(order: Order) -> str:
    return reverse("admin:orders_order_money", args=[order.pk])


def a_webhook(attempt: Attempt, **told: Any) -> InboxEvent:
    """A webhook of the bank about an attempt, captured unless told otherwise, and applied."""
    body = a_captured_body(attempt) | told
    raw = RawRequest(json.dumps(body).encode(), {"content-type": "application/json"})
    receive(account=attempt.account, event=read_event(body), raw=raw)
    drain_inbox()
    return InboxEvent.objects.get(event_id=body["id"])


KEPT = {
    "code": "sandbox",
    "active": "on",
    "report_zone": "UTC",
    "settlement_days": "3",
    "payout_days": "5",
    "fee_rules-TOTAL_FORMS": "0",
    "fee_rules-INITIAL_FORMS": "0",
}
"""What the page of a provider account sends along where nothing is typed."""
