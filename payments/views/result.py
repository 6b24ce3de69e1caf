"""The page a shopper comes back to, and what its script asks while it waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from orders.clock import now
from payments.conf import payment_settings
from payments.limits import too_often
from payments.messages import told_shopper
from payments.models import Attempt, Payment
from payments.providers.capabilities import Flow
from payments.queries import charged_of
from payments.registry import flow_of
from payments.services.ask import note_return
from payments.states import UNHEARD, AttemptStatus
from payments.views.stage import (
    Stage,
    find_payment,
    has_run_out,
    is_to_be_led,
    lead_on,
    look,
    order_link,
    payment_page,
    ran_out,
    stage_after_return,
)

PATIENCE: Final = timedelta(seconds=30)
"""How long the page asks by itself before it promises a mail, or leads back to the bank."""
AGREED: Final = frozenset({AttemptStatus.APPROVED, AttemptStatus.PROCESSING})


@require_safe
@payment_page
def result(request: HttpRequest, payment: Payment) -> HttpResponse:
    """What became of it: paid, so on to the order; or still waiting; or back to pay again."""
    payment, newest = look(payment)
    stage = stage_after_return(payment, newest)
    if stage == Stage.PAYABLE:
        over = newest and newest.qr_content and ran_out(newest)
        return redirect("payments:scan" if over else "payments:pay", payment.token)
    leads = newest and stage == Stage.WAITING and is_to_be_led(newest)
    if newest and leads and request.method == "GET":
        return redirect(lead_on(newest))
    url = order_link(payment, newest)
    if url and stage == Stage.PAID:
        return redirect(url)
    if newest and stage == Stage.WAITING:
        note_return(newest)
    seconds, slow = seconds_to_wait(newest), newest is not None and is_slow(newest)
    context: dict[str, object] = {"payment": payment, "order": payment.order, "stage": stage}
    closing = newest is not None and newest.closing_at is not None
    at_bank = newest and newest.status == AttemptStatus.REQUIRES_ACTION and not closing
    context |= {"at_bank": at_bank, "closing": closing}
    context |= {"unopened": newest is not None and is_unopened(newest)}
    context |= {"order_url": url, "seconds": seconds, "slow": slow}
    context |= {"lines": payment.order.lines.all()}
    context |= {"charged": charged_of(payment)}
    context |= {"kept": payment.money(payment.captured - payment.surplus - payment.net_refunded)}
    context |= {"held": payment.money(newest.held if newest else 0)}
    context |= {"returned": payment.money(payment.net_refunded)}
    context |= {"surplus": payment.money(payment.surplus), "goes_back": goes_back(payment)}
    context |= {"may_come": newest is not None and newest.in_flight}
    return render(request, "payments/result.html", context)


def goes_back(payment: Payment) -> bool:
    """Whether all the surplus has gone back or is on its way; else a person looks at it."""
    return payment.net_refunded + payment.refund_pending >= payment.surplus


def seconds_to_wait(newest: Attempt | None) -> int:
    """How long the page still asks by itself; 0 once its patience is over."""
    if newest is None or not newest.in_flight:
        return 0
    since = newest.returned_at or now()
    return max(0, round((since + PATIENCE - now()).total_seconds()))


def is_slow(attempt: Attempt) -> bool:
    """Whether the shopper has done all there is to do, and the bank takes its time."""
    by_nature = flow_of(attempt.account, attempt.method) == Flow.SLOW
    return by_nature and attempt.status == AttemptStatus.PROCESSING


def is_unopened(attempt: Attempt) -> bool:
    """Whether the shopper has been nowhere to pay yet, since the answer that says where got lost.

    A saved card may be charged all the same.
    """
    return attempt.status in UNHEARD and attempt.saved_method_id is None


@never_cache
@transaction.non_atomic_requests
@require_safe
def status(request: HttpRequest, token: str) -> JsonResponse:
    """For the script of a page that waits: {"stage": "waiting" | "paid" | …, "attempt": "A…"}.

    `agreed`: the shopper has done their part, so that a code to scan is of no use any more.
    `why`: what the shopper is told of a try that failed, while they may try another card.
    `leads`: the return page sends them on to where they pay, which a script cannot follow.
    """
    if too_often(request, "status", payment_settings().rate_limits):
        return JsonResponse({"stage": Stage.WAITING}, status=429)
    payment = find_payment(token)
    if payment is None:
        return JsonResponse({"stage": "unknown"}, status=404)
    if has_run_out(payment):
        return JsonResponse({"stage": "expired"}, status=410)
    payment, newest = look(payment)
    stage = stage_after_return(payment, newest)
    told: dict[str, object] = {"stage": stage}
    told |= {"attempt": newest.our_ref if newest else ""}
    told |= {"why": told_shopper(newest.error_code, newest.method) if newest else ""}
    told |= {"agreed": newest is not None and newest.status in AGREED}
    leads = newest is not None and stage == Stage.WAITING and is_to_be_led(newest)
    return JsonResponse(told | {"leads": leads})
