"""The page of the card's issuer, which asks the shopper (3-D Secure)."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.models import Payment
from payments.sandbox.services.pay import approve, cancel, refuse
from payments.sandbox.views import page
from payments.sandbox.views.missing import no_such_page


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def challenge(request: HttpRequest, token: str) -> HttpResponse:
    payment = page.find(token)
    if payment is None:
        return no_such_page(request)
    if payment.is_open and not payment.is_challenged:
        return to_the_cards(payment)
    if request.method == "POST":
        return answered(request, payment)
    if not payment.is_open:
        return page.finished_page(request, payment, HTTPStatus.OK)
    return question(request, payment, HTTPStatus.OK)


def answered(request: HttpRequest, payment: Payment) -> HttpResponse:
    match request.POST.get("action"):
        case "approve":
            happened = (payment.is_open and approve(payment=payment)) or page.was_tried(payment)
        case "refuse":
            happened = (payment.is_open and refuse(payment=payment)) or page.was_refused(payment)
        case "cancel":
            return given_up(request, payment)
        case _ if payment.is_open:
            return question(request, payment, HTTPStatus.UNPROCESSABLE_ENTITY)
        case _:
            happened = False
    if happened:
        return page.back_to_shop(request, payment)
    return page.finished_page(request, payment, HTTPStatus.CONFLICT)


def given_up(request: HttpRequest, payment: Payment) -> HttpResponse:
    """Without a card page to go back to, nobody can pay any more."""
    if payment.is_open and payment.charged_card_id is None:
        return to_the_cards(payment)
    if (payment.is_open and cancel(payment=payment)) or page.left(payment):
        return page.back_to_shop(request, payment)
    return page.finished_page(request, payment, HTTPStatus.CONFLICT)


def to_the_cards(payment: Payment) -> HttpResponse:
    return page.see_other(payment, f"/pay/{payment.checkout_token}/")


def question(request: HttpRequest, payment: Payment, status: HTTPStatus) -> HttpResponse:
    card = BY_TOKEN[payment.instrument]
    response = page.show(request, payment, "challenge", card=card)
    response.status_code = status
    return response
