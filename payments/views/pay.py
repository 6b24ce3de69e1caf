"""The page where a way to pay is chosen, and chosen again."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import NoAccount, NotPayable
from payments.limits import minutes_to_wait, too_often
from payments.messages import for_shopper
from payments.models import Attempt, Payment
from payments.registry import METHOD_LABELS, PaymentOption, option_by_key, payment_options
from payments.services.choose import choose_method
from payments.services.open import TIME_TO_CLOSE
from payments.services.start import submit_attempt
from payments.views.shopper import shopper_key
from payments.views.stage import (
    Stage,
    leads_nowhere,
    newest_attempt,
    next_page,
    order_link,
    payment_page,
    stage_of,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_MINUTES: Final = 120


@require_http_methods(["GET", "HEAD", "POST"])
@payment_page
def pay(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Pay, or pay again after a decline, or another way than was begun."""
    if request.method != "POST":
        return _page(request, payment)
    if too_often(request, "pay", payment_settings().rate_limits):
        context = {"minutes": minutes_to_wait(request)}
        return render(request, "payments/too_often.html", context, status=429)
    try:
        return _submit(request, payment, chosen_option(request, payment))
    except NoAccount:
        problem = _("This way to pay is not on offer. Please choose another.")
        return _page(request, payment, problem=problem, status=400)


def owner_of(request: HttpRequest, payment: Payment) -> int | None:
    """The signed-in shopper, where the order is theirs: their saved methods are on offer."""
    owner = payment.order.user_id
    return owner if owner == shopper_key(request) else None


def chosen_option(request: HttpRequest, payment: Payment) -> PaymentOption:
    """What the form says; raises NoAccount where it is not on offer."""
    key = request.POST.get("method", "")
    option = option_by_key(key, payment.rest, owner_of(request, payment))
    return option.saving() if request.POST.get("save_method") else option


def _submit(request: HttpRequest, payment: Payment, option: PaymentOption) -> HttpResponse:
    try:
        attempt, fresh = choose_method(payment_id=payment.pk, option=option)
    except NotPayable:
        return redirect("payments:return", payment.token)
    if attempt.closing_at:
        return _closing(request, attempt, option)
    if fresh:
        attempt = submit_attempt(attempt)
    attempt.payment = payment
    return HttpResponseRedirect(next_page(attempt), status=303)


def _closing(request: HttpRequest, attempt: Attempt, option: PaymentOption) -> HttpResponse:
    """The first payment has not ended yet: a few seconds' patience, then the form goes again."""
    asked = attempt.closing_at or now()
    left = (asked + TIME_TO_CLOSE - now()).total_seconds()
    context = {"payment": attempt.payment, "option": option, "seconds": max(1, round(left + 0.5))}
    context |= {"first": METHOD_LABELS.get(attempt.method, attempt.method)}
    return render(request, "payments/closing.html", context, status=202)


def _page(
    request: HttpRequest, payment: Payment, *, problem: StrOrPromise = "", status: int = 200
) -> HttpResponse:
    newest = newest_attempt(payment)
    payment = newest.payment if newest else payment
    stage = stage_of(payment, newest)
    another = stage == Stage.WAITING and "another" in request.GET
    if stage != Stage.PAYABLE and not another:
        return redirect("payments:return", payment.token)
    problem = problem or _problem_of(newest)
    begun = newest if newest and newest.in_flight and not leads_nowhere(newest) else None
    context: dict[str, object] = {"payment": payment, "order": payment.order, "problem": problem}
    context |= {"order_url": order_link(payment, newest), "begun": begun}
    context |= {"lines": payment.order.lines.all()}
    context |= {"begun_label": METHOD_LABELS.get(begun.method, begun.method) if begun else ""}
    cancelled = newest if newest and newest.error_code == "cancelled" else None
    context |= {"minutes": _minutes_kept(payment), "cancelled": cancelled}
    options = payment_options(payment.rest, owner_of(request, payment))
    context |= {"options": options, "chosen": _key_of(begun or cancelled)}
    return render(request, "payments/pay.html", context, status=status)


def _problem_of(newest: Attempt | None) -> StrOrPromise:
    """Why the shopper is here again; "" where nothing went wrong."""
    if newest is None:
        return ""
    code = "provider_refused" if leads_nowhere(newest) else newest.error_code
    return for_shopper(code) if code else ""


def _minutes_kept(payment: Payment) -> int:
    """How long the order still waits for its payment; 0 where nobody counts that in minutes."""
    until = payment.order.expires_at
    minutes = ceil((until - now()).total_seconds() / 60) if until else 0
    return minutes if minutes <= MOST_MINUTES else 0


def _key_of(begun: Attempt | None) -> str:
    """The option an attempt was begun with, to stand chosen on the page."""
    if begun is None:
        return ""
    return PaymentOption(
        begun.account_id, begun.account.code, begun.method, saved=begun.saved_method
    ).key
