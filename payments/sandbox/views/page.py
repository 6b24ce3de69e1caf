"""What the bank's pages share: finding the payment, describing it, and leaving for the shop."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language

from payments.sandbox.currencies import written
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.pay import UNKNOWN_SHOPPER, close_if_late

PAID = {PaymentStatus.CAPTURED, PaymentStatus.AUTHORIZED, PaymentStatus.PROCESSING}


def find(token: str) -> Payment | None:
    """What a page is about; the clockwork may be late, so its time is looked at here too."""
    payment = Payment.objects.select_related("merchant").filter(checkout_token=token).first()
    if payment is not None:
        close_if_late(payment=payment)
    return payment


def was_tried(payment: Payment) -> bool:
    """Whether paying is what happened to it, with or without success."""
    declined = payment.status == PaymentStatus.DECLINED and not was_refused(payment)
    return payment.status in PAID or declined


def was_refused(payment: Payment) -> bool:
    return payment.decline_code == UNKNOWN_SHOPPER


def left(payment: Payment) -> bool:
    return payment.status == PaymentStatus.CANCELLED


def show(request: HttpRequest, payment: Payment, template: str, **context: object) -> HttpResponse:
    page = render(request, f"sandbox/{template}.html", described(payment) | context)
    return guarded(page, payment)


def finished_page(request: HttpRequest, payment: Payment, status: HTTPStatus) -> HttpResponse:
    page = render(request, "sandbox/finished.html", described(payment), status=status)
    return guarded(page, payment)


def timed_out_page(request: HttpRequest, payment: Payment) -> HttpResponse:
    status = HTTPStatus.GATEWAY_TIMEOUT
    page = render(request, "sandbox/504.html", described(payment), status=status)
    return guarded(page, payment)


def back_to_shop(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Send a shopper who has paid, or has not, where the shop wants; some answers get lost."""
    if payment.plays.times_out and payment.status in PAID:
        return timed_out_page(request, payment)
    return see_other(payment, payment.return_url)


def see_other(payment: Payment, url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = HTTPStatus.SEE_OTHER
    return guarded(response, payment)


def described(payment: Payment) -> dict[str, object]:
    amount = written(payment.amount, payment.currency, get_language() or "en")
    return {"payment": payment, "amount": amount, "shop": payment.merchant.name}


def guarded(response: HttpResponse, payment: Payment) -> HttpResponse:
    back = urlsplit(payment.return_url)
    # Browsers apply form-action to the redirect after the form too, so the shop is named.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {back.scheme}://{back.netloc}"
    )
    # same-origin and not no-referrer: CSRF protection reads the Origin of our own form.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
