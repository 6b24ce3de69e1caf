"""The wire makes the trouble that it promises, and none else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.contract import faults
from tests.contract.faults import Fault
from tests.contract.proxy import Wire
from tests.payments.sandbox.cast import Receiver


@pytest.fixture
def there() -> Iterator[Receiver]:
    """Somebody who counts what arrives, and answers nothing with 200."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def wire(there: Receiver) -> Iterator[Wire]:
    wire = Wire(there.url.partition("/hooks")[0], spared=("/token",))
    yield wire
    wire.close()


def send(wire: Wire, path: str = "/v1/payments") -> httpx.Response:
    return httpx.post(wire.url + path, content=b"{}", trust_env=False, timeout=0.4)


def test_a_wire_without_trouble_passes_all_on(wire: Wire, there: Receiver) -> None:
    there.statuses = [201]

    assert send(wire).status_code == 201
    assert [body for _, body in there.received] == [b"{}"]


@pytest.mark.parametrize(
    ("fault", "error", "arrived"),
    [
        (faults.TIMEOUT_BEFORE, httpx.ReadTimeout, 0),
        (faults.TIMEOUT_AFTER, httpx.ReadTimeout, 1),
        (faults.LATE, httpx.ReadTimeout, 1),
        (faults.CUT_BEFORE, httpx.RemoteProtocolError, 0),
        (faults.CUT_AFTER, httpx.RemoteProtocolError, 1),
        (faults.TRUNCATED, httpx.RemoteProtocolError, 1),
        (faults.WRONGLY_PACKED, httpx.DecodingError, 1),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_what_breaks_on_the_wire_has_arrived_or_not(
    *, wire: Wire, there: Receiver, fault: Fault, error: type[Exception], arrived: int
) -> None:
    with wire.trouble(fault) as sent, pytest.raises(error):
        send(wire)

    assert (len(there.received), len(sent)) == (arrived, 1)


@pytest.mark.parametrize(
    ("fault", "status", "arrived"),
    [
        (faults.TWICE, 200, 2),
        (faults.SERVER_ERROR, 500, 1),
        (faults.SERVER_ERROR_BEFORE, 500, 0),
        (faults.TOO_MANY, 429, 0),
        (faults.HTML_PAGE, 200, 1),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_who_stands_in_between_answers_in_their_place(
    *, wire: Wire, there: Receiver, fault: Fault, status: int, arrived: int
) -> None:
    with wire.trouble(fault):
        answer = send(wire)

    assert (answer.status_code, len(there.received)) == (status, arrived)


def test_what_is_spared_meets_no_trouble(wire: Wire, there: Receiver) -> None:
    with wire.trouble(faults.CUT_BEFORE):
        assert send(wire, "/token").status_code == 200


def test_trouble_ends_where_it_ends(wire: Wire) -> None:
    with wire.trouble(faults.CUT_BEFORE), pytest.raises(httpx.RemoteProtocolError):
        send(wire)

    assert send(wire).status_code == 200


def test_who_is_not_there_is_a_closed_connection(wire: Wire) -> None:
    wire.target = "http://127.0.0.1:9"

    with pytest.raises(httpx.RemoteProtocolError):
        send(wire)
