"""The page with the QR code: scanned by a phone, while this page waits for the money."""

from __future__ import annotations

from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from orders.clock import now
from payments.models import Attempt, Payment
from payments.registry import PaymentOption
from payments.states import AttemptStatus
from payments.views.addresses import may_follow
from payments.views.qr import draw_qr
from payments.views.stage import Stage, look, payment_page, ran_out, stage_of


@require_safe
@payment_page
def scan(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Show the code for as long as it lives; what came of it stands on the return page."""
    payment, newest = look(payment)
    if newest is None or not newest.qr_content or stage_of(payment, newest) != Stage.PAYABLE:
        return redirect("payments:return", payment.token)
    unpaid = ran_out(newest)
    if newest.status != AttemptStatus.REQUIRES_ACTION and not unpaid:
        return redirect("payments:pay", payment.token)
    over = unpaid or newest.action_over
    option = PaymentOption(newest.account_id, newest.account.code, newest.method)
    context: dict[str, object] = {"payment": payment, "order": payment.order, "attempt": newest}
    context |= {"lines": payment.order.lines.all()}
    seconds = _seconds(newest)
    context |= {"over": over, "unpaid": unpaid, "option": option}
    context |= {"seconds": seconds, "minutes": ceil(seconds / 60)}
    context |= {"code": "" if over else draw_qr(newest.qr_content)}
    context |= {"link": newest.qr_content if may_follow(newest.qr_content) else ""}
    return render(request, "payments/scan.html", context, status=410 if over else 200)


def _seconds(attempt: Attempt) -> int:
    """How long the code still works."""
    ends = attempt.action_expires_at
    return max(0, int((ends - now()).total_seconds())) if ends else 0
