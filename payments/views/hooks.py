"""The door for webhooks: verify, store, answer."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.clock import now
from payments.conf import WEBHOOK_BYTES
from payments.errors import PaymentError
from payments.models import ProviderAccount
from payments.providers.base import RawRequest, Verdict
from payments.providers.errors import ProviderError
from payments.registry import account_by_hook, provider_for
from payments.services.inbox import receive

logger = logging.getLogger("till.hooks")


@csrf_exempt  # signed by the provider instead
@require_POST
@transaction.non_atomic_requests
def hook(request: HttpRequest, token: str) -> HttpResponse:
    try:
        account = account_by_hook(token)
        if account is None:
            return _refuse("no such webhook address", 404)
        return _take(request, account)
    except (PaymentError, ProviderError) as error:
        logger.warning("a webhook cannot be taken: %s", error)
        return _refuse("this account takes no webhooks at the moment", 503)
    except (OperationalError, InterfaceError):
        return _refuse("the database does not answer; send it again", 503)


def _take(request: HttpRequest, account: ProviderAccount) -> HttpResponse:
    raw = _read(request)
    if raw is None:
        return _refuse(f"a body over {WEBHOOK_BYTES} bytes is not taken", 413)
    parsed = provider_for(account).parse_webhook(raw, now())
    if parsed.verdict != Verdict.VERIFIED:
        logger.warning("webhook for %s refused: %s", account.code, parsed.reason)
        return _refuse(parsed.reason, 400)
    for event in parsed.events:
        receive(account=account, event=event, raw=raw)
    return HttpResponse(parsed.ack_body, status=parsed.ack_status, content_type="application/json")


def _read(request: HttpRequest) -> RawRequest | None:
    """The exact bytes, or None where there are too many."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > WEBHOOK_BYTES:
        return None
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        return None
    headers = {name.lower(): value for name, value in request.headers.items()}
    return RawRequest(body=body, headers=headers)


def _refuse(reason: str, status: int) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")
