"""The front page of the bank: the latest payments, for developers."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.sandbox.currencies import written
from payments.sandbox.models import Event, Payment
from payments.sandbox.objects import checkout_url, scan_url

SHOWN = 25
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'none'"
)


@never_cache
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    deliveries = Prefetch("events", Event.objects.order_by("pk"))
    latest = Payment.objects.select_related("merchant").prefetch_related(deliveries)
    language = get_language() or "en"
    rows = [
        {
            "payment": payment,
            "amount": written(payment.amount, payment.currency, language),
            "captured": written(payment.captured, payment.currency, language),
            "held": written(payment.left, payment.currency, language),
            "page": checkout_url(payment),
            "scan": scan_url(payment),
        }
        for payment in latest.order_by("-pk")[:SHOWN]
    ]
    response = render(request, "sandbox/front.html", {"rows": rows})
    response.headers["Content-Security-Policy"] = POLICY
    return response
