"""The hosted page: cards, the accounts of a wallet, or bank accounts to choose from."""

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from payments.sandbox.cards import CARDS, TROUBLESOME_CARDS
from payments.sandbox.choices import ACCOUNTS, WALLETS, choice_of
from payments.sandbox.instruments import Instrument
from payments.sandbox.models import Method, Payment
from payments.sandbox.services.pay import cancel, pay_with
from payments.sandbox.views import page
from payments.sandbox.views.missing import no_such_page


@dataclass(frozen=True, slots=True)
class Look:
    """How the page of a method looks: its template, the name of its field, its choices."""

    template: str
    field: str
    choices: tuple[Instrument, ...]
    more: tuple[Instrument, ...] = ()


LOOKS = {
    Method.CARD: Look("pay", "card", CARDS, TROUBLESOME_CARDS),
    Method.WALLET: Look("wallet", "wallet", WALLETS),
    Method.BANK_DEBIT: Look("debit", "account", ACCOUNTS),
}


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    payment = page.find(token)
    if payment is None or payment.method == Method.QR:
        return no_such_page(request)
    if payment.is_open and payment.charged_card_id is not None:
        return page.see_other(payment, f"{request.path}challenge/")
    if request.method == "POST":
        return submitted(request, payment)
    if not payment.is_open:
        return page.finished_page(request, payment, HTTPStatus.OK)
    return choices_page(request, payment, HTTPStatus.OK)


def submitted(request: HttpRequest, payment: Payment) -> HttpResponse:
    action = request.POST.get("action")
    token = request.POST.get(LOOKS[Method(payment.method)].field, "")
    instrument = choice_of(payment.method, token)
    if action == "cancel":
        cancel(payment=payment)
    elif action == "pay" and instrument is not None:
        pay_with(payment=payment, instrument=instrument)
    elif payment.is_open:
        return choices_page(request, payment, HTTPStatus.UNPROCESSABLE_ENTITY)
    return after(request, payment, action or "")


def after(request: HttpRequest, payment: Payment, action: str) -> HttpResponse:
    if payment.is_challenged and action == "pay":
        return page.see_other(payment, f"{request.path}challenge/")
    # A double click asks for what has happened: it goes back to the shop like the first one.
    happened = {"pay": page.was_tried, "cancel": page.left}.get(action)
    if happened is not None and happened(payment):
        return page.back_to_shop(request, payment)
    return page.finished_page(request, payment, HTTPStatus.CONFLICT)


def choices_page(request: HttpRequest, payment: Payment, status: HTTPStatus) -> HttpResponse:
    look = LOOKS[Method(payment.method)]
    wrong, chosen = status != HTTPStatus.OK, look.choices[0].token
    response = page.show(request, payment, look.template, look=look, chosen=chosen, wrong=wrong)
    response.status_code = status
    return response
