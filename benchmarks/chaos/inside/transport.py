"""The wire to the bank, on which a call can be lost on its way there or back."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import httpx

from benchmarks.chaos.faults import Strike
from benchmarks.chaos.inside.doom import doom

TROUBLE = "X-Trouble"
"""The header in which a request asks the bank for trouble."""
KEY: Final = "Idempotency-Key"
TROUBLES: Final = {
    Strike.BANK_500_BEFORE: "before",
    Strike.BANK_500_AFTER: "after",
    Strike.RATE_LIMITED: "rate_limit",
    Strike.KEY_IN_USE: "key_in_use",
    Strike.KEY_BURNT: "key_burnt",
}
NEXT_KEY: Final = re.compile(r":\d+$")
"""How the next key of the same write ends."""
ONCE: Final = re.compile(r"/(capture|cancel|expire)$|/v1/disputes/")
"""What Stripe does not do twice, unless it is a capture of a part."""
PART: Final = b"final_capture=false"
_send = httpx.HTTPTransport.handle_request


def lay_wire() -> None:
    """Let every call of this process go through here, whichever provider makes it."""
    httpx.HTTPTransport.handle_request = _doomed  # type: ignore[method-assign]  # the seam


def _doomed(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
    key = NEXT_KEY.sub("", request.headers.get(KEY, ""))
    if doom.spares(f"{request.method} {request.url.path}", key):
        return _send(self, request)
    doom.kill(Strike.KILL_BEFORE_CALL)
    if doom.strikes(Strike.TIMEOUT_BEFORE):
        raise httpx.ReadTimeout("lost on its way there", request=request)
    if doom.strikes(Strike.LINE_RESET):
        raise httpx.ReadError("connection reset by peer", request=request)
    if way := doom.strikes(*_troubles(request)):
        request.headers[TROUBLE] = TROUBLES[way]
    answer = _send(self, request)
    doom.kill(Strike.KILL_AFTER_CALL)
    if doom.strikes(Strike.TIMEOUT_AFTER):
        answer.close()
        raise httpx.ReadTimeout("lost on its way back", request=request)
    return answer


def _troubles(request: httpx.Request) -> Collection[Strike]:
    """What an answer can be in the place of the true one; only a write has a key."""
    cannot = set() if request.method == "POST" else {Strike.KEY_IN_USE, Strike.KEY_BURNT}
    if PART in request.content or not ONCE.search(request.url.path):
        cannot.add(Strike.KEY_BURNT)
    return [way for way in TROUBLES if way not in cannot]
