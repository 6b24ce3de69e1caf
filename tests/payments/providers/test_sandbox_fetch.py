"""A report is fetched as a stream into a file, whole, or not at all."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Thread

import httpx
import pytest

from config.ports import HOST
from orders.money import Money
from payments.providers.base import Account, Outcome
from payments.providers.deadline import Limits
from payments.providers.errors import NotAuthorized, ProviderDown, ProviderError
from payments.providers.reports import LineKind, ReportLine, ReportRefused, Reports
from payments.providers.sandbox import SandboxProvider, client
from tests.payments.providers.test_sandbox import a_request, an_account_at, pay

PAST = date(2020, 1, 1)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n"


@pytest.fixture
def account(bank: str) -> Account:
    return an_account_at(bank)


def paid(provider: SandboxProvider) -> Outcome:
    created = provider.create(a_request(Money(1234, "GBP")))
    pay(created)
    return created


def close_today(account: Account) -> date:
    day = datetime.now(UTC).date()
    key = {"Authorization": f"Bearer {account.secrets['api_key']}"}
    url = f"{account.base_url}/v1/reports/days"
    httpx.post(url, json={"day": str(day)}, headers=key, trust_env=False).raise_for_status()
    return day


def test_the_adapter_has_reports(account: Account) -> None:
    assert isinstance(SandboxProvider(account), Reports)


def test_a_report_is_fetched_and_read(account: Account) -> None:
    provider = SandboxProvider(account)
    sold = paid(provider)
    day = close_today(account)

    with provider.fetch_report(day) as file:
        report = provider.parse_report(iter(io.TextIOWrapper(file, "utf-8", newline="")))
        lines = list(report.lines())

    header = report.header
    assert (header.merchant_id, header.mode) == (account.merchant_id, "test")
    assert (header.first_day, header.last_day) == (day, day)
    capture, payout = lines
    assert isinstance(capture, ReportLine)
    assert isinstance(payout, ReportLine)
    assert (capture.kind, capture.our_ref, capture.gross) == (LineKind.CAPTURE, sold.our_ref, 1234)
    assert capture.provider_ref == sold.objects[0].id
    assert (payout.kind, payout.gross) == (LineKind.PAYOUT, round(capture.fee - capture.gross))


def test_a_report_of_a_day_without_money_is_one(account: Account) -> None:
    provider = SandboxProvider(account)

    with provider.fetch_report(PAST) as file:
        lines = file.read().decode().splitlines()

    assert list(provider.parse_report(iter(lines)).lines()) == []


def test_a_report_that_is_not_ready_is_an_error_of_the_provider(account: Account) -> None:
    with pytest.raises(ProviderError, match="report_not_ready"):
        SandboxProvider(account).fetch_report(datetime.now(UTC).date() + timedelta(days=1))


def test_a_key_that_is_not_known_gets_no_report(bank: str) -> None:
    stranger = Account("sandbox", "test", "mer_1", bank, {"api_key": "k", "webhook_secret": "s"})

    with pytest.raises(NotAuthorized):
        SandboxProvider(stranger).fetch_report(PAST)


class Said:
    """A bank that answers every request with these bytes, and hangs up."""

    def __init__(self) -> None:
        self.bytes = b""
        self.server = socket.create_server((HOST, 0))
        Thread(target=self._run, daemon=True).start()

    @property
    def provider(self) -> SandboxProvider:
        url = f"http://{HOST}:{self.server.getsockname()[1]}"
        account = Account("sandbox", "test", "mer_1", url, {"api_key": "k", "webhook_secret": "s"})
        return SandboxProvider(account)

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self.bytes)


@pytest.fixture
def said() -> Iterator[Said]:
    said = Said()
    yield said
    said.server.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        HEAD + b"Content-Length: 4000\r\n\r\n#Sandbox",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n8\r\n#Sandbox\r\n",
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 302 Found\r\nLocation: /elsewhere/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nhtml",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_what_is_no_whole_answer_is_no_report(said: Said, answer: bytes) -> None:
    said.bytes = answer

    with pytest.raises(ProviderDown):
        said.provider.fetch_report(PAST)


def test_a_report_without_a_length_that_breaks_off_is_refused_when_it_is_read(said: Said) -> None:
    said.bytes = HEAD + b"Connection: close\r\n\r\n#Sandbox settlement report\n#merchant_id,mer_1\n"
    provider = said.provider

    with provider.fetch_report(PAST) as file, pytest.raises(ReportRefused, match="breaks off"):
        provider.parse_report(iter(file.read().decode().splitlines()))


def test_a_report_that_never_ends_is_given_up(said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "REPORTS", Limits(seconds=8, size=1000))
    said.bytes = HEAD + b"\r\n" + b"x" * 100_000

    with pytest.raises(ProviderDown, match="ReadError"):
        said.provider.fetch_report(PAST)
