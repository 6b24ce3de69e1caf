"""The door for webhooks: verify, store, answer."""

from __future__ import annotations

import logging
from io import BufferedIOBase
from typing import Final

from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from orders.clock import now
from payments.conf import WEBHOOK_BYTES
from payments.errors import PaymentError
from payments.models import ProviderAccount
from payments.providers.base import ParsedWebhook, RawRequest, Refused, Verdict
from payments.providers.errors import ProviderError
from payments.registry import account_by_hook
from payments.services.receive import receive_all, receive_deferred, receive_unreadable
from payments.services.refusals import count_refusal
from payments.services.verify import verify

logger = logging.getLogger("till.hooks")
RETRY_AFTER: Final = "60"


@csrf_exempt  # signed by the provider instead
@require_POST
@transaction.non_atomic_requests
def hook(request: HttpRequest, token: str) -> HttpResponse:
    try:
        account = account_by_hook(token)
        if account is None:
            return _answer("no such webhook address", 404)
        return _take(request, account)
    except (PaymentError, ProviderError) as error:
        logger.warning("a webhook cannot be taken: %s", error)
        return _later("this account takes no webhooks at the moment")
    except UnreadablePostError:
        return _answer("the body ends before its end", 400)
    except (OperationalError, InterfaceError):
        return _later("the database does not answer; send it again")


def _take(request: HttpRequest, account: ProviderAccount) -> HttpResponse:
    body = _read(request)
    if body is None:
        return _refuse(
            account, Refused.TOO_LARGE, f"a body over {WEBHOOK_BYTES} bytes is not taken"
        )
    headers = {name.lower(): value for name, value in request.headers.items()}
    raw = RawRequest(body=body, headers=headers)
    parsed = verify(account, lambda provider: provider.parse_webhook(raw, now()))
    if parsed.verdict == Verdict.REJECTED:
        if parsed.refused == Refused.MALFORMED:
            receive_unreadable(account=account, raw=raw, problem=parsed.reason)
        return _refuse(account, parsed.refused, parsed.reason)
    _store(account, parsed, raw)
    return HttpResponse(parsed.ack_body, status=parsed.ack_status, content_type="application/json")


def _store(account: ProviderAccount, parsed: ParsedWebhook, raw: RawRequest) -> None:
    if parsed.verdict == Verdict.DEFERRED:
        receive_deferred(account=account, raw=raw, needs=parsed.needs)
    else:
        receive_all(account=account, events=parsed.events, raw=raw)


def _read(request: HttpRequest) -> bytes | None:
    """The exact bytes, or None where there are too many; never more of them than that in memory.

    Raises UnreadablePostError where the client goes away before their end.
    """
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > WEBHOOK_BYTES:
        return None
    try:
        body = _stream(request).read(WEBHOOK_BYTES + 1)
    except OSError as error:
        raise UnreadablePostError(*error.args) from error
    return body if len(body) <= WEBHOOK_BYTES else None


def _stream(request: HttpRequest) -> HttpRequest | BufferedIOBase:
    """The body; without a Content-Length the server itself, where it knows the end (chunks)."""
    chunked = not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated")
    stream: HttpRequest | BufferedIOBase = request.META["wsgi.input"] if chunked else request
    return stream


def _refuse(account: ProviderAccount, refused: Refused, reason: str) -> HttpResponse:
    logger.warning("webhook for %s refused: %s", account.code, reason)
    count_refusal(account, refused)
    return _answer(reason, 413 if refused == Refused.TOO_LARGE else 400)


def _later(reason: str) -> HttpResponse:
    answer = _answer(reason, 503)
    answer["Retry-After"] = RETRY_AFTER
    return answer


def _answer(reason: str, status: int) -> HttpResponse:
    return HttpResponse(reason, status=status, content_type="text/plain")
