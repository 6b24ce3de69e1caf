"""A bank that answers a byte at a time keeps nobody longer than a call may last."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from config.ports import HOST
from payments.providers.base import Account, ProviderRef
from payments.providers.deadline import http_client, send, within
from payments.providers.errors import ProviderDown
from payments.providers.sandbox import SandboxProvider
from tests.contract.faults import TIMEOUT_BEFORE
from tests.contract.proxy import Wire
from tests.payments.providers.talkers import answers, trickle

SECONDS = 0.6
LONG = 20.0
"""Far beyond what a test takes: whoever is let go sooner was let go by something else."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"1000\r\n" + b" " * 4096 + b"\r\n"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as server:
        yield server


@pytest.fixture
def silent() -> Iterator[Wire]:
    """A bank that takes in every request and never answers."""
    wire = Wire(f"http://{HOST}:9", fault=TIMEOUT_BEFORE)
    yield wire
    wire.close()


def asked(url: str, *, seconds: float = LONG) -> ProviderDown:
    """How a question to a bank that does not answer ends."""
    account = Account("sandbox", "test", "mer_1", url, {"api_key": "k"})
    with pytest.raises(ProviderDown) as down:
        SandboxProvider(account, timeout=seconds).query(ProviderRef("pay_1"))
    return down.value


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
    url = answers(listener, talk)
    began = time.monotonic()

    assert asked(url, seconds=SECONDS).sent
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
    time.sleep(SECONDS)  # until the time of the first call is over: it must not bound the second

    second = send(http, http.build_request("GET", "/"))

    assert [first.status_code, second.status_code] == [httpx.codes.OK] * 2


def test_calls_made_together_end_with_the_time_they_share(silent: Wire) -> None:
    began = time.monotonic()

    with within(SECONDS):
        down = asked(silent.url)

    assert down.sent
    assert SECONDS * 0.9 < time.monotonic() - began < LONG / 2


def test_what_finds_no_time_left_is_not_sent_and_known_as_not_sent(silent: Wire) -> None:
    with within(SECONDS):
        first, second = asked(silent.url), asked(silent.url)

    assert (first.sent, second.sent) == (True, False)
    assert len(silent.sent) == 1


def test_a_call_takes_no_longer_than_it_may_by_itself(silent: Wire) -> None:
    began = time.monotonic()

    with within(LONG):
        asked(silent.url, seconds=SECONDS)

    assert time.monotonic() - began < LONG / 2


def test_an_inner_block_gives_no_more_time_than_the_outer(silent: Wire) -> None:
    with within(0), within(LONG):
        down = asked(silent.url)

    assert (down.sent, silent.sent) == (False, [])


def test_calls_after_the_block_have_their_own_time_again(listener: socket.socket) -> None:
    http = http_client(answers(listener, lambda line: line.sendall(ANSWER)), SECONDS)

    with within(0):
        pass

    assert send(http, http.build_request("GET", "/")).status_code == httpx.codes.OK
