"""Somebody's browser: keeps cookies, sends forms, follows nothing by itself."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

from benchmarks.chaos.faults import Strike

PATIENCE: Final = 60.0
CSRF: Final = "csrftoken"


class Gone(Exception):
    """The connection broke before there was an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    text: str
    where: str = ""
    """Where the answer leads, as it says it."""
    retry_after: str = ""


class Browser:
    """One browser with its cookies. `manual`: the shop it visits lets banks hold money first."""

    def __init__(self, *, manual: bool = False) -> None:
        self._cookies = {CSRF: secrets.token_hex(16)}
        self._manual = manual

    def get(self, url: str, strikes: Collection[Strike] = ()) -> Reply:
        return self._send("GET", url, b"", strikes)

    def post(self, url: str, form: Mapping[str, str], strikes: Collection[Strike] = ()) -> Reply:
        body = urlencode({**form, "csrfmiddlewaretoken": self._cookies[CSRF]}).encode()
        return self._send("POST", url, body, strikes)

    def _send(self, verb: str, url: str, body: bytes, strikes: Collection[Strike]) -> Reply:  # noqa: PLR0917  # what a request is made of
        at = urlsplit(url)
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Doom": " ".join(strikes),
            "X-Capture": "manual" if self._manual else "automatic",
        }
        line = HTTPConnection(at.netloc, timeout=PATIENCE)
        try:
            line.request(verb, at.path + (f"?{at.query}" if at.query else ""), body, headers)
            answer = line.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (HTTPException, ConnectionError) as error:
            raise Gone(str(error)) from error
        finally:
            line.close()
        self._keep(answer.headers.get_all("Set-Cookie") or [])
        told = answer.headers
        return Reply(answer.status, text, told.get("Location", ""), told.get("Retry-After", ""))

    def _keep(self, cookies: list[str]) -> None:
        for line in cookies:
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
