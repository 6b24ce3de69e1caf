"""Where a shopper stands with a payment, and what every page of a payment does first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from orders.clock import now
from orders.emails import order_url
from orders.states import OrderState
from payments.models import Attempt, Payment
from payments.models.payment import MISMATCH
from payments.services.ask import ask_if_waiting, note_led
from payments.services.open import holds_money
from payments.states import AttemptStatus, PaymentStatus
from payments.views.addresses import may_follow


class Stage(StrEnum):
    """Where a shopper stands with a payment."""

    PAYABLE = "payable"
    WAITING = "waiting"
    PAID = "paid"
    REFUNDED = "refunded"
    REVIEW = "review"
    CLOSED = "closed"


ORDER_SHOWN: Final = timedelta(hours=24)
"""How long after the last try the address of a payment still leads to its order."""

BY_MONEY: Final = {
    PaymentStatus.PAID: Stage.PAID,
    PaymentStatus.AUTHORIZED: Stage.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: Stage.PAID,
    PaymentStatus.REFUNDED: Stage.REFUNDED,
    PaymentStatus.PARTIALLY_PAID: Stage.REVIEW,
}
DEAD: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})

PaymentView = Callable[[HttpRequest, Payment], HttpResponse]
TokenView = Callable[[HttpRequest, str], HttpResponse]


def payment_page(view: PaymentView) -> TokenView:
    """Find the payment of an address; say so where there is none or the address has run out."""

    @never_cache
    @transaction.non_atomic_requests
    @wraps(view)
    def page(request: HttpRequest, token: str) -> HttpResponse:
        payment = find_payment(token)
        if payment is None:
            return render(request, "payments/no_such_payment.html", status=404)
        if has_run_out(payment):
            return render(request, "payments/expired.html", status=410)
        return view(request, payment)

    return page


def find_payment(token: str) -> Payment | None:
    return Payment.objects.select_related("order").filter(token=token).first()


def has_run_out(payment: Payment) -> bool:
    """A payment's address ends with its order's: a new link by mail opens both again."""
    return payment.order.link_expires_at < now()


def newest_attempt(payment: Payment) -> Attempt | None:
    """With its payment and order as they were at that moment: the ones at hand may be older."""
    with_all = payment.attempts.select_related("payment__order", "account", "saved_method")
    return with_all.order_by("pk").last()


def stage_of(payment: Payment, newest: Attempt | None) -> Stage:
    by_money = None if _asks_for_rest(payment, newest) else _by_money(payment, newest)
    if by_money:
        return by_money
    if payment.order.state != OrderState.OPEN:
        return Stage.CLOSED
    if newest is None or not newest.in_flight:
        return Stage.PAYABLE
    if newest.error_code == MISMATCH:
        return Stage.REVIEW
    return Stage.PAYABLE if newest.status == AttemptStatus.REQUIRES_ACTION else Stage.WAITING


def _by_money(payment: Payment, newest: Attempt | None) -> Stage | None:
    stage, state = BY_MONEY.get(PaymentStatus(payment.status)), payment.order.state
    if payment.status == PaymentStatus.AUTHORIZED and state == OrderState.OPEN:
        return Stage.REVIEW if newest and newest.held else Stage.WAITING  # held in part only
    if stage == Stage.REVIEW and state == OrderState.CONFIRMED:
        return Stage.PAID  # we have captured a part of what is held
    return Stage.REVIEW if stage == Stage.PAID and state in DEAD else stage


def _asks_for_rest(payment: Payment, newest: Attempt | None) -> bool:
    """Whether the shopper may pay what is missing: no attempt has money that nobody decided on."""
    undecided = newest is not None and not newest.accepted and holds_money(newest)
    asked = payment.order.state == OrderState.OPEN and 0 < payment.accepted < payment.amount
    return asked and not undecided


def stage_after_return(payment: Payment, newest: Attempt | None) -> Stage:
    """Whoever comes back from the bank may have paid there, whatever it has told us so far."""
    stage = stage_of(payment, newest)
    return Stage.WAITING if stage == Stage.PAYABLE and newest and newest.in_flight else stage


def look(payment: Payment) -> tuple[Payment, Attempt | None]:
    """The payment and its newest attempt, after asking the provider where the shopper waits."""
    newest = newest_attempt(payment)
    if newest is None:
        return payment, None
    newest = ask_if_waiting(newest)
    return newest.payment, newest


def next_page(attempt: Attempt) -> str:
    """Where the shopper goes from a submitted attempt: to the provider, or to what became of it.

    Nobody is sent to pay one that is being closed, or that they have left for another elsewhere.
    """
    waits = attempt.in_flight or attempt.captured or attempt.superseded_at
    page = "return" if waits else "pay"
    at_bank = attempt.status == AttemptStatus.REQUIRES_ACTION and not attempt.action_over
    if at_bank and not attempt.superseded_at and not attempt.closing_at:
        if attempt.qr_content:
            page = "scan"
        elif attempt.client_secret:
            page = "fields"
        elif leads_nowhere(attempt):
            page = "pay"
        elif attempt.redirect_url:
            return attempt.redirect_url
    return reverse(f"payments:{page}", args=[attempt.payment.token])


def is_to_be_led(attempt: Attempt) -> bool:
    """Whether there is a page to pay on by now, and the shopper was told to wait before it was.

    So it is where the provider took the payment and its answer was lost: nobody has been there.
    """
    if attempt.led_at or attempt.status != AttemptStatus.REQUIRES_ACTION:
        return False
    return next_page(attempt) != reverse("payments:return", args=[attempt.payment.token])


def lead_on(attempt: Attempt) -> str:
    """The next page, for a shopper who is sent there now; noted where it is the first time."""
    if is_to_be_led(attempt):
        note_led(attempt)
    return next_page(attempt)


def ran_out(attempt: Attempt) -> bool:
    """Whether it ended unpaid because its time was over, by the bank's word or closed by us."""
    ends = attempt.action_expires_at
    over = ends is not None and (attempt.closing_at or now()) >= ends
    closed = attempt.status == AttemptStatus.VOIDED and over
    return not attempt.authorized and (attempt.status == AttemptStatus.EXPIRED or closed)


def leads_nowhere(attempt: Attempt) -> bool:
    """Whether the provider names a page to pay on that no browser may be sent to."""
    named = attempt.status == AttemptStatus.REQUIRES_ACTION and bool(attempt.redirect_url)
    return named and not attempt.qr_content and not may_follow(attempt.redirect_url)


def order_link(payment: Payment, newest: Attempt | None) -> str:
    """The order's page for who is paying; an old address found in a history does not open it."""
    fresh = newest is not None and newest.created_at > now() - ORDER_SHOWN
    return order_url(payment.order) if fresh or payment.order.state == OrderState.OPEN else ""
