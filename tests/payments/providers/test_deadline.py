"""A bank that answers a byte at a time keeps nobody longer than a call may last."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import httpx
import pytest

from config.ports import HOST
from payments.providers.base import Account, ProviderRef
from payments.providers.deadline import http_client, send
from payments.providers.errors import ProviderDown
from payments.providers.sandbox import SandboxProvider

SECONDS = 0.6
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b" " * 4096 + b"\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as server:
        yield server


def answers(listener: socket.socket, talk: Callable[[socket.socket], None]) -> str:
    """The address of a bank that talks so to whoever connects first."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            talk(connection)

    Thread(target=serve, daemon=True).start()
    return f"http://{HOST}:{listener.getsockname()[1]}"


def trickle(data: bytes, after: bytes = b"") -> Callable[[socket.socket], None]:
    """Says `after` at once, and then a byte of `data` ten times a second."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(after)
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(0.1)

    return talk


def flood(connection: socket.socket) -> None:
    """Says without end, and without a pause."""
    connection.sendall(CHUNKS)
    while True:
        connection.sendall(CHUNK)


@pytest.mark.parametrize(
    "talk",
    [trickle(HEAD), trickle(b" " * 4000, after=HEAD), flood],
    ids=["head", "body", "without end"],
)
def test_an_answer_that_trickles_is_given_up_in_time(
    listener: socket.socket, talk: Callable[[socket.socket], None]
) -> None:
    account = Account("sandbox", "test", "mer_1", answers(listener, talk), {"api_key": "k"})
    began = time.monotonic()

    with pytest.raises(ProviderDown) as down:
        SandboxProvider(account, timeout=SECONDS).query(ProviderRef("pay_1"))

    assert down.value.sent
    assert SECONDS * 0.9 < time.monotonic() - began < SECONDS * 2


def test_an_answer_that_is_slow_but_in_time_is_read(listener: socket.socket) -> None:
    http = http_client(answers(listener, trickle(b"{}", after=ANSWER[:-2])), SECONDS)

    answer = send(http, http.build_request("GET", "/"))

    assert answer.text == "{}"


def test_a_connection_that_is_used_again_has_its_time_anew(listener: socket.socket) -> None:
    def twice(connection: socket.socket) -> None:
        connection.sendall(ANSWER)
        connection.recv(65536)
        connection.sendall(ANSWER)

    http = http_client(answers(listener, twice), SECONDS)
    first = send(http, http.build_request("GET", "/"))
    time.sleep(SECONDS)

    second = send(http, http.build_request("GET", "/"))

    assert [first.status_code, second.status_code] == [httpx.codes.OK] * 2
