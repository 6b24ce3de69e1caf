"""A browser reduced to what a measurement needs: few instructions beside those it measures."""

import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import responses
from urllib.parse import urlencode, urlsplit

from config.ports import HOST

SECONDS = 30.0
_COOKIE = re.compile(rb"\r\nset-cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
_LOCATION = re.compile(rb"\r\nlocation: ([^\r]*)", re.IGNORECASE)
_HIDDEN = re.compile(rb'<input type="hidden" name="([^"]+)" value="([^"]*)"')
Pairs = Sequence[tuple[str, str]]


class WireError(Exception):
    """An answer is not the one that the figure is about; the message says what came instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came, read to its end."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        found = _LOCATION.search(self.head)
        return found[1].decode() if found else ""

    def hidden(self) -> list[tuple[str, str]]:
        """The hidden fields of the page's forms."""
        return [(name.decode(), value.decode()) for name, value in _HIDDEN.findall(self.body)]


def send(port: int, request: bytes, *, expect: int, or_else: int = 0) -> Answer:
    """One request on a connection of its own, as sync workers serve them; or WireError."""
    with socket.create_connection((HOST, port), timeout=SECONDS) as connection:
        connection.sendall(request)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    answer = Answer(int(head[9:12] or b"0"), head, body)
    if answer.status not in {expect, or_else}:
        line = request.partition(b"\r\n")[0].decode()
        said = responses.get(answer.status, "nothing readable")
        raise WireError(f"{line} was answered {answer.status} ({said}), not {expect}")
    return answer


def request(method: str, path: str, port: int, *, head: str = "", body: bytes = b"") -> bytes:
    """The bytes of one request; `head` are further header lines, each with its end."""
    lines = f"{method} {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n{head}"
    if method == "POST":
        lines += f"Content-Length: {len(body)}\r\n"
    return f"{lines}\r\n".encode() + body


class Browser:
    """Someone with a new browser: cookies, and the token that guards forms against forgery."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._token = secrets.token_hex(16)
        self._cookies = {"csrftoken": self._token, "bank_csrftoken": self._token}

    def get(self, path: str, *, port: int = 0) -> Answer:
        """The page, also where it has moved: a payment may be booked while its page is made."""
        port = port or self._port
        sent = request("GET", path, port, head=self._head())
        answer = self._keep(send(port, sent, expect=200, or_else=302))
        return self.get(local(answer.location)[1], port=port) if answer.location else answer

    def post(self, path: str, typed: Pairs, *, expect: int, port: int = 0) -> Answer:
        """Send a form; an answer of another status than expected is a WireError."""
        port = port or self._port
        body = urlencode([*typed, ("csrfmiddlewaretoken", self._token)]).encode()
        head = f"{self._head()}Content-Type: application/x-www-form-urlencoded\r\n"
        sent = request("POST", path, port, head=head, body=body)
        return self._keep(send(port, sent, expect=expect))

    def _head(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return f"Cookie: {cookies}\r\nAccept-Language: en\r\n"

    def _keep(self, answer: Answer) -> Answer:
        for name, value in _COOKIE.findall(answer.head):
            self._cookies[name.decode()] = value.decode()
        return answer


def local(url: str) -> tuple[int, str]:
    """Port and path of an absolute address on this machine."""
    at = urlsplit(url)
    return at.port or 80, at.path
