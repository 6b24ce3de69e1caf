"""Whether this process can sell, for load balancers: the database decides, the broker is told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payments.monitoring.broker import BROKER
from payments.monitoring.database import DATABASE, FEEDS

DATABASE_SECONDS: Final = 2.0
BROKER_SECONDS: Final = 1.0


@never_cache
@require_safe
@transaction.non_atomic_requests  # it must answer where no transaction can be begun
def health(_request: HttpRequest) -> JsonResponse:
    database = DATABASE.answers(seconds=DATABASE_SECONDS)
    broker = BROKER.answers(seconds=BROKER_SECONDS)
    status = HTTPStatus.OK if database else HTTPStatus.SERVICE_UNAVAILABLE
    said = {True: "reachable", False: "unreachable"}
    told = {"ok": database, "database": said[database], "broker": said[broker]}
    if database:  # where a list of events fails, everybody can still buy
        read = FEEDS.answers(seconds=DATABASE_SECONDS)
        told["event_lists"] = "read" if read else "failing"
    return JsonResponse(told, status=status)
