"""The pay page, the page a shopper comes back to, and what that page asks while it waits."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from orders.clock import now
from orders.emails import order_url
from orders.states import OrderState
from payments.conf import payment_settings
from payments.errors import NoAccount, NotPayable
from payments.limits import too_often
from payments.messages import for_shopper
from payments.models import Attempt, Payment
from payments.registry import option_by_key, payment_options
from payments.services.open import try_again
from payments.services.poll import ask_if_waiting
from payments.services.start import submit_attempt
from payments.states import AttemptStatus, PaymentStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Stage(StrEnum):
    """Where a shopper stands with a payment."""

    PAYABLE = "payable"
    WAITING = "waiting"
    PAID = "paid"
    REFUNDED = "refunded"
    REVIEW = "review"
    CLOSED = "closed"


ORDER_SHOWN = timedelta(hours=24)
"""How long after the last try the address of a payment still leads to its order."""

BY_MONEY: Final = {
    PaymentStatus.PAID: Stage.PAID,
    PaymentStatus.PARTIALLY_REFUNDED: Stage.PAID,
    PaymentStatus.REFUNDED: Stage.REFUNDED,
    PaymentStatus.PARTIALLY_PAID: Stage.REVIEW,
}

DEAD = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})


def _payment(token: str) -> Payment:
    return get_object_or_404(Payment.objects.select_related("order"), token=token)


def _expired(payment: Payment) -> bool:
    """A payment's address ends with its order's: a new link by mail opens both again."""
    return payment.order.link_expires_at < now()


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "payments/expired.html", status=410)


def _order_link(payment: Payment, newest: Attempt | None) -> str:
    """The order's page for who is paying; an old address found in a history does not open it."""
    fresh = newest is not None and newest.created_at > now() - ORDER_SHOWN
    return order_url(payment.order) if fresh or payment.order.state == OrderState.OPEN else ""


def _stage(payment: Payment, newest: Attempt | None) -> Stage:
    by_money = BY_MONEY.get(PaymentStatus(payment.status))
    if by_money == Stage.PAID and payment.order.state in DEAD:
        return Stage.REVIEW
    if by_money:
        return by_money
    if payment.order.state != OrderState.OPEN:
        return Stage.CLOSED
    if newest and newest.in_flight and newest.status != AttemptStatus.REQUIRES_ACTION:
        return Stage.WAITING
    return Stage.PAYABLE


def _stage_after_return(payment: Payment, newest: Attempt | None) -> Stage:
    """Whoever comes back from the bank may have paid there, whatever it has told us so far."""
    stage = _stage(payment, newest)
    return Stage.WAITING if stage == Stage.PAYABLE and newest and newest.in_flight else stage


def next_page(attempt: Attempt) -> str:
    """Where the shopper goes from a submitted attempt: to the provider, or to what became of it."""
    if attempt.status == AttemptStatus.REQUIRES_ACTION and attempt.redirect_url:
        return attempt.redirect_url
    name = "payments:pay" if attempt.status == AttemptStatus.DECLINED else "payments:return"
    return reverse(name, args=[attempt.payment.token])


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Pay, or pay again after a decline, with whichever method is on offer."""
    payment = _payment(token)
    if _expired(payment):
        return _gone(request)
    problem: StrOrPromise = ""
    if request.method == "POST":
        if too_often(request, "pay", payment_settings().rate_limits):
            return render(request, "payments/too_often.html", status=429)
        try:
            return _submit(payment, request.POST.get("method", ""))
        except NoAccount:
            problem = _("This way to pay is not on offer. Please choose another.")
    newest = payment.attempts.order_by("pk").last()
    stage = _stage(payment, newest)
    if stage not in {Stage.PAYABLE, Stage.CLOSED}:
        return redirect("payments:return", token)
    if newest and newest.error_code and not problem:
        problem = for_shopper(newest.error_code)
    context: dict[str, object] = {"payment": payment, "order": payment.order, "problem": problem}
    context |= {"stage": stage, "order_url": _order_link(payment, newest)}
    context |= {"options": payment_options(payment.due)}
    return render(request, "payments/pay.html", context, status=400 if request.POST else 200)


def _submit(payment: Payment, key: str) -> HttpResponse:
    option = option_by_key(key, payment.due)
    try:
        attempt = try_again(payment_id=payment.pk, option=option)
    except NotPayable:
        return redirect("payments:return", payment.token)
    if attempt.status == AttemptStatus.SUBMITTING:
        attempt = submit_attempt(attempt.pk)
    return HttpResponseRedirect(next_page(attempt), status=303)


@never_cache
@transaction.non_atomic_requests
@require_safe
def result(request: HttpRequest, token: str) -> HttpResponse:
    """What became of it: paid, still waiting, or back to the pay page with the reason."""
    payment = _payment(token)
    if _expired(payment):
        return _gone(request)
    payment, newest = _look(payment)
    stage = _stage_after_return(payment, newest)
    if stage == Stage.PAYABLE:
        return redirect("payments:pay", token)
    context: dict[str, object] = {"payment": payment, "order": payment.order, "stage": stage}
    context |= {"at_bank": newest and newest.status == AttemptStatus.REQUIRES_ACTION}
    context |= {"order_url": _order_link(payment, newest)}
    context |= {"kept": payment.money(payment.captured - payment.net_refunded)}
    context |= {"returned": payment.money(payment.net_refunded)}
    return render(request, "payments/result.html", context)


@never_cache
@transaction.non_atomic_requests
@require_safe
def status(request: HttpRequest, token: str) -> JsonResponse:
    """The same for the script of the waiting page: {"stage": "waiting" | "paid" | …}."""
    if too_often(request, "status", payment_settings().rate_limits):
        return JsonResponse({"stage": Stage.WAITING}, status=429)
    payment = _payment(token)
    if _expired(payment):
        return JsonResponse({"stage": "expired"}, status=410)
    return JsonResponse({"stage": _stage_after_return(*_look(payment))})


def _look(payment: Payment) -> tuple[Payment, Attempt | None]:
    """The payment and its newest attempt, after asking the provider where the shopper waits."""
    newest = payment.attempts.order_by("pk").last()
    if newest and newest.in_flight:
        newest = ask_if_waiting(newest)
        payment = _payment(payment.token)
    return payment, newest
