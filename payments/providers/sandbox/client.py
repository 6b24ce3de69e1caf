"""HTTP to the sandbox bank: JSON in, JSON out, errors as the provider seam names them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import Any

import httpx

from payments.providers.base import Account, Failure
from payments.providers.deadline import IN_MEMORY, REPORTS, http_client, receive, send
from payments.providers.errors import (
    BadAnswer,
    NotAuthorized,
    NotFound,
    ProviderDown,
    ProviderError,
    ProviderRejected,
)
from payments.providers.sandbox.mapping import REFUSALS
from payments.providers.told import Told
from payments.providers.wire import answered

NOT_NOW = {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN, httpx.codes.TOO_MANY_REQUESTS}


@dataclass(frozen=True, slots=True)
class Signed:
    """What the bank gives a new merchant."""

    merchant_id: str
    api_key: str
    webhook_secret: str


def sign_up(base_url: str, *, name: str, webhook_url: str, timeout: float = 8.0) -> Signed:
    """Become a merchant of a sandbox bank; raises ProviderDown or ProviderRejected."""
    http = http_client(base_url, timeout)
    body = {"name": name, "webhook_url": webhook_url}
    given = _send(http, http.build_request("POST", "/v1/merchants", json=body))
    return Signed(*map(given.text, ("merchant_id", "api_key", "webhook_secret")))


class SandboxClient:
    """The bank's API for one merchant."""

    def __init__(self, account: Account, *, timeout: float = 8.0) -> None:
        self._http = http_client(account.base_url, timeout)
        self._auth = {"Authorization": f"Bearer {account.secrets['api_key']}"}

    def get(self, path: str, **params: str) -> Told:
        request = self._http.build_request("GET", path, headers=self._auth, params=params)
        return _send(self._http, request)

    def post(self, path: str, body: dict[str, Any], *, key: str) -> Told:
        headers = {**self._auth, "Idempotency-Key": key}
        request = self._http.build_request("POST", path, json=body, headers=headers)
        return _send(self._http, request)

    def delete(self, path: str, *, key: str) -> None:
        headers = {**self._auth, "Idempotency-Key": key}
        _send(self._http, self._http.build_request("DELETE", path, headers=headers))

    def download(self, path: str, **params: str) -> SpooledTemporaryFile[bytes]:
        """Fetch a file, which whoever asked closes; raises ProviderError, then nothing is kept."""
        request = self._http.build_request("GET", path, headers=self._auth, params=params)
        file = SpooledTemporaryFile[bytes](max_size=IN_MEMORY)
        try:
            answer = answered(partial(receive, self._http, request, into=file, limits=REPORTS))
            if not answer.is_success:
                _read(answer, path)
                raise ProviderDown(f"answered {answer.status_code}", sent=True)
        except ProviderError:
            file.close()
            raise
        file.seek(0)
        return file

    def set_webhook_url(self, url: str) -> None:
        path, body = "/v1/merchants/me", {"webhook_url": url}
        request = self._http.build_request("PATCH", path, json=body, headers=self._auth)
        _send(self._http, request)


def _send(http: httpx.Client, request: httpx.Request) -> Told:
    return _read(answered(partial(send, http, request)), request.url.path)


def _read(answer: httpx.Response, path: str) -> Told:
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        raise ProviderDown(f"answered {answer.status_code}", sent=True)
    if answer.status_code in NOT_NOW:  # also where a gateway says so, on a page of its own
        raise NotAuthorized(f"answered {answer.status_code}")
    given = _json(answer)
    if answer.is_error:
        raise _refusal(given, answer.status_code, path)
    return given


def _json(answer: httpx.Response) -> Told:
    try:
        given = answer.json()
    except (ValueError, RecursionError) as error:
        raise ProviderDown("the answer is not JSON", sent=True) from error
    if not isinstance(given, dict):
        raise ProviderDown("the answer is not an object", sent=True)
    return Told(given, "answer")


def _refusal(given: Told, status: int, path: str) -> ProviderError:
    """A refusal that settles the request by its code; any other leaves it open.

    A 404 without the bank's own word is some gateway's, and proves no absence.
    """
    try:
        raw = given.row("error").text("code")
    except BadAnswer:
        raw = ""
    if raw == "not_found":
        return NotFound(path)
    if raw in REFUSALS:
        return ProviderRejected(Failure(REFUSALS[raw], raw))
    return ProviderDown(f"answered {status} {raw}"[:80], sent=True)
