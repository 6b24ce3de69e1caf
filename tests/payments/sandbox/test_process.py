"""The bank's process: what it refuses to start with, and how it stops."""

import signal
from pathlib import Path

import httpx
import pytest

from config.ports import free_port
from payments.sandbox.checks import at_a_pace_that_is_one, not_where_money_is_real
from tests.payments.sandbox.cast import BankProcess, a_shop, eventually


def test_a_taken_port_is_a_clear_error(own_bank: BankProcess) -> None:
    second = own_bank.manage("sandbox_bank", f"--port={own_bank.port}")
    assert second.wait(timeout=90) == 1
    last = own_bank.log.read_text().splitlines()[-1]
    assert f"cannot listen on 127.0.0.1:{own_bank.port}: Address already in use" in last


def test_without_tables_it_says_what_to_run(tmp_path: Path) -> None:
    bank = BankProcess(tmp_path, port=free_port())
    assert bank.manage("sandbox_bank", f"--port={bank.port}").wait(timeout=90) == 1
    assert "run migrate" in bank.log.read_text().splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(own_bank: BankProcess, number: signal.Signals) -> None:
    assert own_bank.process is not None
    with httpx.Client(trust_env=False) as idle:
        idle.get(f"{own_bank.url}/health/")
        own_bank.process.send_signal(number)
        assert own_bank.process.wait(timeout=10) == 0
    assert "Traceback" not in own_bank.log.read_text()


def test_only_failed_requests_are_logged(own_bank: BankProcess) -> None:
    httpx.get(f"{own_bank.url}/health/", trust_env=False)
    httpx.get(f"{own_bank.url}/v1/merchants/me", trust_env=False)

    def logged() -> list[str]:
        return own_bank.log.read_text().splitlines()[1:]

    assert eventually(lambda: bool(logged()))  # the line follows the answer
    assert len(logged()) == 1
    assert '"GET /v1/merchants/me HTTP/1.1" 401' in logged()[0]


def test_head_is_answered_at_once(bank: str) -> None:
    answer = httpx.head(f"{bank}/health/", timeout=5, trust_env=False)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize(("payments", "errors"), [({"live": True}, ["sandbox.E001"]), ({}, [])])
def test_it_is_refused_where_money_is_real(
    settings: pytest.FixtureRequest, payments: dict[str, bool], errors: list[str]
) -> None:
    settings.PAYMENTS = payments  # type: ignore[attr-defined]  # the fixture takes any name
    assert [error.id for error in not_where_money_is_real()] == errors


@pytest.mark.parametrize("pace", ["", "quick", "0", "-1", "nan", "101", None])
def test_a_pace_that_is_none_is_refused(settings: pytest.FixtureRequest, pace: object) -> None:
    settings.SANDBOX_PACE = pace  # type: ignore[attr-defined]  # the fixture takes any name
    assert [error.id for error in at_a_pace_that_is_one()] == ["sandbox.E002"]


@pytest.mark.parametrize("pace", ["0.02", "1", 100])
def test_a_pace_is_a_number(settings: pytest.FixtureRequest, pace: object) -> None:
    settings.SANDBOX_PACE = pace  # type: ignore[attr-defined]  # the fixture takes any name
    assert at_a_pace_that_is_one() == []


def test_a_wrong_pace_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    bank = BankProcess(tmp_path, pace=-1, port=free_port())
    assert bank.manage("sandbox_bank", f"--port={bank.port}").wait(timeout=90) == 1
    assert "The pace of the sandbox bank is not a number" in bank.log.read_text()


def test_started_with_the_settings_of_a_site_it_is_the_bank_still(tmp_path: Path) -> None:
    bank = BankProcess(tmp_path, settings="config.settings")
    bank.start()
    try:
        assert a_shop(bank.url).paid()["status"] == "captured"
        assert "Latest payments" in httpx.get(f"{bank.url}/", trust_env=False).text
    finally:
        bank.kill()
