"""What a telephone shows after it scanned the code of a payment."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from payments.sandbox.choices import choice_of
from payments.sandbox.models import Method, Payment
from payments.sandbox.services.pay import cancel, pay_with
from payments.sandbox.views import page
from payments.sandbox.views.missing import no_such_page


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def scan(request: HttpRequest, token: str) -> HttpResponse:
    payment = page.find(token)
    if payment is None or payment.method != Method.QR:
        return no_such_page(request)
    if request.method == "POST":
        return tapped(request, payment)
    return page.show(request, payment, "scan" if payment.is_open else "scanned")


def tapped(request: HttpRequest, payment: Payment) -> HttpResponse:
    action = request.POST.get("action", "")
    answer = choice_of(Method.QR, action)
    if action == "cancel":
        happened = cancel(payment=payment) or page.left(payment)
    elif answer is not None:
        happened = pay_with(payment=payment, instrument=answer) or page.was_tried(payment)
    elif payment.is_open:
        return with_status(page.show(request, payment, "scan"), HTTPStatus.UNPROCESSABLE_ENTITY)
    else:
        happened = False
    if not happened:
        return with_status(page.show(request, payment, "scanned"), HTTPStatus.CONFLICT)
    if payment.plays.times_out and payment.status in page.PAID:
        return page.timed_out_page(request, payment)
    return page.see_other(payment, request.path)


def with_status(response: HttpResponse, status: HTTPStatus) -> HttpResponse:
    response.status_code = status
    return response
