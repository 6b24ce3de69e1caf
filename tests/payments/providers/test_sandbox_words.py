"""What the adapter makes of answers that the real bank gives rarely, or never should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from orders.money import Money
from payments.providers.base import CaptureRequest, OurRef, ProviderRef, Status
from payments.providers.errors import BadAnswer
from payments.providers.sandbox import SandboxProvider
from tests.contract.cast import LONG_AGO
from tests.payments.providers.fake_bank import FakeBank, a_payment


@pytest.fixture(scope="module")
def fake_bank() -> Iterator[FakeBank]:
    """One for all: the adapter keeps a connection pool for each of the last few banks only."""
    bank = FakeBank()
    yield bank
    bank.server.shutdown()
    bank.server.server_close()


def test_a_lapsed_hold_has_expired_and_is_released(fake_bank: FakeBank) -> None:
    fake_bank.says = a_payment(status="expired", authorized=1000, released=1000)

    told = SandboxProvider(fake_bank.account).query(ProviderRef("pay_1"))

    assert (told.status, told.captured, told.released) == (Status.EXPIRED, 0, 1000)
    assert told.error is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "held"},
        {"capture_before": "soon"},
        {"capture_before": "2026-03-01T12:00:00"},
        {"capture_before": "0001-01-01T00:00:00Z"},
        {"capture_before": "9999-12-31T23:59:59Z"},
        {"captures": [{"id": 7}]},
        {"captures": "some"},
        {"refunds": [5]},
        {"card": "Visa"},
        {"mode": 7},
        {"captured": -1},
        {"released": "1000"},
    ],
)
def test_a_malformed_answer_to_a_capture_decides_nothing(
    fake_bank: FakeBank, wrong: dict[str, object]
) -> None:
    fake_bank.says = a_payment(**wrong)
    request = CaptureRequest(
        ProviderRef("pay_1"), "C1", Money(1000, "GBP"), "C1:capture", final=True
    )

    with pytest.raises(BadAnswer, match="malformed") as down:
        SandboxProvider(fake_bank.account).capture(request)
    assert down.value.sent


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"data": [], "has_more": "no"},
        {"data": [], "has_more": True},
        {"data": [5], "has_more": True},
        {"data": {"id": "evt_1"}, "has_more": False},
        {"data": None, "has_more": False},
    ],
)
def test_a_malformed_page_of_events_is_no_page(fake_bank: FakeBank, said: object) -> None:
    fake_bank.says = said

    with pytest.raises(BadAnswer, match="malformed") as down:
        SandboxProvider(fake_bank.account).list_events("", LONG_AGO)
    assert down.value.sent


def test_an_event_that_cannot_be_read_keeps_its_id_and_none_of_the_others_back(
    fake_bank: FakeBank, caplog: pytest.LogCaptureFixture
) -> None:
    event = {"id": "evt_3", "type": "payment.authorized", "data": a_payment()}
    broken = {"id": "evt_2", "type": "payment.captured"}
    fake_bank.says = {"data": [5, broken, event], "has_more": False}

    page = SandboxProvider(fake_bank.account).list_events("evt_1", LONG_AGO)

    assert [each.event_id for each in page.events] == ["", "evt_2", "evt_3"]
    assert page.cursor == "evt_3"
    assert "event ? of the feed" in caplog.text
    assert "event evt_2 of the feed" in caplog.text


@pytest.mark.parametrize("answer", [{}, {"data": 5}, {"data": {"id": 1}}, {"data": [None]}])
def test_a_malformed_list_of_payments_decides_nothing(fake_bank: FakeBank, answer: object) -> None:
    fake_bank.says = answer

    with pytest.raises(BadAnswer, match="malformed"):
        SandboxProvider(fake_bank.account).query(OurRef("A1"))
