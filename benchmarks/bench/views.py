"""The reference views: they pass the shop's middleware and do next to nothing."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from benchmarks.bench.models import Row
from orders.models import new_token


def empty(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(b"ok")


@csrf_exempt  # as the webhook's door, so that both pass the same checks
def row(_request: HttpRequest) -> HttpResponse:
    """Insert one row; without a transaction around it, PostgreSQL commits it at once."""
    Row.objects.create(token=new_token())
    return HttpResponse(b"ok")
