"""The wire to the bank, on which a call can be lost on its way there or back."""

from __future__ import annotations

import httpx

from benchmarks.chaos.faults import Strike
from benchmarks.chaos.inside.doom import doom

TROUBLE = "X-Trouble"
_send = httpx.HTTPTransport.handle_request


def lay_wire() -> None:
    """Let every call of this process go through here, whichever provider makes it."""
    httpx.HTTPTransport.handle_request = _doomed  # type: ignore[method-assign]  # the seam


def _doomed(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
    if doom.spares(request.url.path):
        return _send(self, request)
    doom.kill(Strike.KILL_BEFORE_CALL)
    if doom.strikes(Strike.TIMEOUT_BEFORE):
        raise httpx.ReadTimeout("lost on its way there", request=request)
    if way := doom.strikes(Strike.BANK_500_BEFORE, Strike.BANK_500_AFTER):
        request.headers[TROUBLE] = "before" if way == Strike.BANK_500_BEFORE else "after"
    answer = _send(self, request)
    doom.kill(Strike.KILL_AFTER_CALL)
    if doom.strikes(Strike.TIMEOUT_AFTER):
        answer.close()
        raise httpx.ReadTimeout("lost on its way back", request=request)
    return answer
