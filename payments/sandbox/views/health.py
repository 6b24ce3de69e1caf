"""Whether the bank works: its book can be read."""

from http import HTTPStatus

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from payments.sandbox.models import Merchant
from payments.sandbox.views.endpoint import answer, reply


def health(_request: HttpRequest) -> HttpResponse:
    try:
        Merchant.objects.exists()
    except DatabaseError:
        return answer(reply(HTTPStatus.SERVICE_UNAVAILABLE, {"ok": False}))
    return answer(reply(HTTPStatus.OK, {"ok": True}))
