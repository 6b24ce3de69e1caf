"""Pages that few shoppers ever see, as the shop answers them, laid before a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from playwright.sync_api import Page, Route

from config.stack import Stack
from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.models import Attempt, Payment
from payments.providers.actions import QrCode
from payments.providers.base import Status
from payments.services.apply import apply_outcome
from tests.browser.visitor import Visitor
from tests.factories import (
    UserFactory,
    a_payment,
    a_product,
    a_refund_seen,
    an_account,
    an_attempt,
    an_order,
    captured,
    later,
    seen,
)
from tests.shop.cast import NOBODY_LISTENS, Typed, filled_in, put_in_cart

pytestmark = pytest.mark.django_db
LAID = "/laid/before/you/"
MORE_THAN_ANY_LIMIT = 45
THREE_PAGES = 60


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    cache.clear()


def begun(method: str = "qr", status: Status = Status.REQUIRES_ACTION) -> Attempt:
    """A payment under way at a bank that does not answer."""
    attempt = an_attempt(account=an_account(base_url=NOBODY_LISTENS))
    Attempt.objects.update(method=method)
    code = QrCode(f"{NOBODY_LISTENS}/scan/abc/", now() + timedelta(minutes=5))
    told = seen(attempt, status, next_action=code if method == "qr" else None)
    return apply_outcome(attempt_id=attempt.pk, outcome=told, source="create")


def page_of(payment: Payment, page: str = "") -> Any:
    return Client().get(f"/payments/pay/{payment.token}/{page}")


def order_of(payment: Payment) -> Any:
    return Client().get(f"/order/{payment.order.link_token}/")


def ran_out() -> Payment:
    payment = a_payment()
    Order.objects.update(link_expires_at=now() - timedelta(days=1))
    return Payment.objects.get(pk=payment.pk)


def open_pages() -> Any:
    for _ in range(THREE_PAGES):
        a_product()
    return Client().get("/?q=thing&page=2")


def no_entry() -> Any:
    clerk = Client()
    clerk.force_login(UserFactory.create(is_staff=True))
    return clerk.get("/admin/auth/user/")


def forged() -> Any:
    return Client(enforce_csrf_checks=True).post("/cart/add/", {"sku": "x"})


def again_and_again(path: str) -> Any:
    return [Client().post(path) for _ in range(MORE_THAN_ANY_LIMIT)][-1]


def paid_again_and_again() -> Any:
    return again_and_again(f"/payments/pay/{Payment.objects.get(order=an_order()).token}/")


def broken(error: type[Exception], send: Callable[[Client, Typed], Any]) -> Any:
    """What the shop says to someone at the checkout while every statement fails."""

    def fails(execute: Callable[..., Any], *args: Any) -> Any:
        raise error

    an_account(base_url=NOBODY_LISTENS)
    shopper = Client(raise_request_exception=False)
    put_in_cart(shopper, a_product())
    typed = filled_in(shopper)
    with connection.execute_wrapper(fails):
        return send(shopper, typed)


def asked_for_a_link() -> Any:
    token = ran_out().order.link_token
    return Client().post(f"/order/{token}/link/", {"email": "alice@example.com"})


def waited(page: str, **given: float) -> Any:
    payment = begun().payment
    page_of(payment, page)
    with later(timedelta(**given)):
        return page_of(payment, page)


def closing() -> Any:
    payment = begun().payment
    return Client().post(f"/payments/pay/{payment.token}/", {"method": "sandbox/card"})


def half_paid() -> Any:
    attempt = an_attempt()
    apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt, 3000), source="test")
    return page_of(attempt.payment, "return/")


def dead(state: OrderState) -> Any:
    payment = Payment.objects.get(order=an_order())
    Order.objects.update(state=state)
    return page_of(payment, "return/")


def refunded(amount: int) -> Payment:
    payment = a_payment()
    attempt = payment.attempts.get()
    told = captured(attempt, refunded=amount, refunds=(a_refund_seen(amount),))
    apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
    return payment


PAGES: dict[str, tuple[Callable[[], Any], int, str]] = {
    "a shelf of many pages": (open_pages, 200, "Search for “thing”"),
    "nothing found": (lambda: Client().get("/?q=zeppelin"), 200, "Search for “zeppelin”"),
    "forbidden": (no_entry, 403, "This door is closed to you"),
    "forged": (forged, 403, "Please try that once more"),
    "signing in too often": (
        lambda: again_and_again("/accounts/login/"),
        429,
        "One thing at a time",
    ),
    "paying too often": (paid_again_and_again, 429, "One moment, please"),
    "a mistake of ours": (
        lambda: broken(ZeroDivisionError, lambda shopper, _: shopper.get("/cart/")),
        500,
        "Something broke on our side",
    ),
    "no database": (
        lambda: broken(OperationalError, lambda shopper, _: shopper.get("/cart/")),
        503,
        "One moment, please",
    ),
    "an order while there is no database": (
        lambda: broken(OperationalError, lambda shopper, typed: shopper.post("/checkout/", typed)),
        503,
        "One moment, please",
    ),
    "an unknown payment": (
        lambda: Client().get("/payments/pay/nobodyknowsthistoken12/"),
        404,
        "We cannot find this payment",
    ),
    "an old link to pay": (lambda: page_of(ran_out()), 410, "This link has run out"),
    "an old link to an order": (lambda: order_of(ran_out()), 410, "This link has run out"),
    "a new link is sent": (asked_for_a_link, 200, "This link has run out"),
    "waiting": (lambda: waited("return/", seconds=1), 200, "We are waiting for your bank"),
    "waited long enough": (
        lambda: waited("return/", seconds=31),
        200,
        "Your bank has told us of no payment yet",
    ),
    "a debit under way": (
        lambda: page_of(begun("bank_debit", Status.PROCESSING).payment, "return/"),
        200,
        "We are waiting for your bank",
    ),
    "a code that ran out": (lambda: waited("scan/", minutes=6), 410, "This code has run out"),
    "closing": (closing, 202, "One moment, please"),
    "in review": (half_paid, 200, "We are looking at your payment"),
    "a cancelled order": (lambda: dead(OrderState.CANCELLED), 200, "This order is closed"),
    "an expired order": (lambda: dead(OrderState.EXPIRED), 200, "This order has expired"),
    "refunded": (
        lambda: page_of(refunded(6000), "return/"),
        200,
        "Your payment was refunded",
    ),
}


@pytest.fixture
def visitor(page: Page, stack: Stack) -> Visitor:
    return Visitor(page, stack.base_url)


def lay(page: Page, answer: Any) -> None:
    """Show an answer under the shop's own address; its script hears of nothing new."""

    def told(route: Route) -> None:
        headers = {name: value for name, value in answer.items() if name != "Content-Length"}
        route.fulfill(status=answer.status_code, headers=headers, body=answer.content)

    page.route("**/payments/pay/**", lambda route: route.fulfill(status=204))
    page.route(f"**{LAID}", told)
    page.goto(LAID)


@pytest.mark.parametrize("name", PAGES)
def test_a_rare_page_is_open_to_all(visitor: Visitor, name: str) -> None:
    make, status, heading = PAGES[name]
    answer = make()
    lay(visitor.page, answer)

    assert answer.status_code == status
    visitor.look(heading)
    visitor.page.emulate_media(color_scheme="dark")
    visitor.look(heading)
    assert [told for told in visitor.complaints if "status of" not in told] == []
    assert visitor.strangers == set()
