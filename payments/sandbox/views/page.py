"""The hosted card page: what a shopper sees of the bank."""

from http import HTTPStatus
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from payments.sandbox.cards import BY_TOKEN, CARDS
from payments.sandbox.currencies import written
from payments.sandbox.models import Payment, PaymentStatus
from payments.sandbox.services.finish import cancel, pay_with
from payments.sandbox.views.endpoint import base_url
from payments.sandbox.views.missing import no_such_page

OUTCOME_OF = {"pay": {PaymentStatus.CAPTURED, PaymentStatus.DECLINED}}
OUTCOME_OF["cancel"] = {PaymentStatus.CANCELLED}


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    payment = Payment.objects.select_related("merchant").filter(checkout_token=token).first()
    if payment is None:
        return no_such_page(request)
    if request.method == "POST":
        return submitted(request, payment)
    if payment.status != PaymentStatus.REQUIRES_ACTION:
        return finished_page(request, payment, HTTPStatus.OK)
    return card_page(request, payment, HTTPStatus.OK)


def submitted(request: HttpRequest, payment: Payment) -> HttpResponse:
    action = request.POST.get("action")
    card = BY_TOKEN.get(request.POST.get("card", ""))
    if action == "cancel":
        done = cancel(payment=payment, base_url=base_url(request))
    elif action == "pay" and card is not None:
        done = pay_with(payment=payment, card=card, base_url=base_url(request))
    elif payment.status == PaymentStatus.REQUIRES_ACTION:
        return card_page(request, payment, HTTPStatus.UNPROCESSABLE_ENTITY)
    else:
        done = False
    # A double click asks for what has happened: it goes back to the shop like the first one.
    if done or payment.status in OUTCOME_OF.get(action or "", set()):
        response = HttpResponseRedirect(payment.return_url)
        response.status_code = HTTPStatus.SEE_OTHER
        return guarded(response, payment)
    return finished_page(request, payment, HTTPStatus.CONFLICT)


def card_page(request: HttpRequest, payment: Payment, status: HTTPStatus) -> HttpResponse:
    wrong = status != HTTPStatus.OK
    chosen = CARDS[0].token
    context = described(payment) | {"cards": CARDS, "chosen": chosen, "wrong": wrong}
    return guarded(render(request, "sandbox/pay.html", context, status=status), payment)


def finished_page(request: HttpRequest, payment: Payment, status: HTTPStatus) -> HttpResponse:
    page = render(request, "sandbox/finished.html", described(payment), status=status)
    return guarded(page, payment)


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
