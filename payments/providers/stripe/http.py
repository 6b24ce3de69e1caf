"""The SDK's way out: over our own HTTP, which ends in time as a whole, and keeps its connection.

Nothing is sent twice in a call. What got no answer is sent again by a worker, with its stored key.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import Any, Final

import httpx
import stripe

from payments.providers.deadline import http_client, send
from payments.providers.errors import KeyRefusal, NotAuthorized, ProviderDown
from payments.providers.wire import answered

VERSION: Final = "2026-10-28.endive"
"""The version of Stripe's API that all of this is written for."""
API: Final = "https://api.stripe.com"
FILES: Final = "https://files.stripe.com"
logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs what is asked and said
KEPT: Final = 64
"""Of so many accounts the client is kept in a process."""
WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
NOT_NOW: Final = {
    httpx.codes.UNAUTHORIZED,
    httpx.codes.FORBIDDEN,
    httpx.codes.TOO_MANY_REQUESTS,
}
PERMISSION: Final = re.compile(r"'(rak_[a-z_]{1,60})'")
REPLAYED: Final = "Idempotent-Replayed"
"""The header of an answer that Stripe gives again, since it is kept for the key."""


class KeyBurnt(ProviderDown):
    """An error of Stripe's own that it keeps: what went out with this key is over for good."""


class Transport(stripe.HTTPClient):
    """HTTP for the SDK. What is no answer of Stripe's raises ProviderDown, by what it proves."""

    name = "till"

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__()
        self._http = http_client(base_url, timeout)

    def request(  # noqa: PLR0917  # the SDK's signature
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        request = self._http.build_request(
            method.upper(), url, headers=dict(headers or {}), content=post_data
        )
        answer = answered(partial(send, self._http, request))
        return _checked(answer), answer.status_code, answer.headers


def _checked(answer: httpx.Response) -> str:
    """The text of an answer that is Stripe's own: a JSON object that says what it is."""
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        replayed = answer.headers.get(REPLAYED) == "true"
        down = KeyBurnt if replayed else ProviderDown
        raise down(f"answered {answer.status_code}{' again' * replayed}", sent=True)
    told = _json(answer)
    if answer.status_code in NOT_NOW:  # also where a gateway says so, on a page of its own
        raise _not_now(answer, told)
    if told is None:
        raise ProviderDown("the answer is not JSON", sent=True)
    expected = "error" if answer.is_error else "object"
    if not isinstance(told, dict) or not told.get(expected):
        raise ProviderDown(f"answered {answer.status_code}, but not as Stripe does", sent=True)
    return answer.text


def _json(answer: httpx.Response) -> object:
    """The JSON of an answer; None where it has none."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def _not_now(answer: httpx.Response, told: object) -> NotAuthorized:
    """With what it says of the key; its text is not repeated, since it quotes a part of that."""
    said = f"answered {answer.status_code} {reason_in(told)}".rstrip()
    error = told.get("error") if isinstance(told, dict) else None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS or not isinstance(error, dict):
        return NotAuthorized(said)
    named = PERMISSION.search(str(error.get("message")))
    lacks = named[1] if named else ""
    code, restricted = _word(error, "code"), answer.status_code == httpx.codes.FORBIDDEN
    refusal = KeyRefusal(code, restricted, lacks=lacks)
    return NotAuthorized(f"{said}: the key lacks {lacks}" if lacks else said, refusal)


def reason_in(told: object) -> str:
    """Stripe's own word for why it refuses, as in "api_key_expired"; never the text beside it."""
    error = told.get("error") if isinstance(told, dict) else None
    return (_word(error, "code") or _word(error, "type")) if isinstance(error, dict) else ""


def _word(error: Mapping[str, object], field: str) -> str:
    value = error.get(field)
    return value if isinstance(value, str) and WORD.fullmatch(value) else ""


@lru_cache(maxsize=KEPT)
def stripe_client(key: str, base_url: str, timeout: float) -> stripe.StripeClient:
    """The SDK for one key; `base_url` is "" for Stripe itself."""
    url = base_url or API
    addresses: Any = {"api": url, "files": base_url or FILES}
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses=addresses,
        max_network_retries=0,
        http_client=Transport(url, timeout),
    )
