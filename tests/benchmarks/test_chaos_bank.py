"""The bank of a chaos run keeps a book that can be trusted."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from benchmarks.chaos.bank import instruments
from benchmarks.chaos.bank.book import Payment
from benchmarks.chaos.bank.errors import Refused
from benchmarks.chaos.bank.server import Bank
from benchmarks.chaos.clock import Clock
from payments.providers.sandbox.mapping import read_payment
from payments.providers.told import Told

WANTED = {
    "reference": "A1",
    "amount": 1000,
    "currency": "GBP",
    "return_url": "http://127.0.0.1/back/",
    "method": "card",
    "description": "4F7K2",
}


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def bank(clock: Clock) -> Iterator[Bank]:
    bank = Bank(clock.now)
    yield bank
    bank.http.server_close()


def a_payment(bank: Bank, token: str = "tok_approve", **asked: Any) -> Payment:
    """A payment that the shopper has paid by `token`."""
    _, told = bank.post("/v1/payments", WANTED | asked, f"key {len(bank.payments)}")
    payment = bank.payments[str(told["id"])]
    instruments.pay(bank, payment, token)
    return payment


def pass_time(bank: Bank, clock: Clock, by: timedelta) -> datetime:
    clock.move_on(by)
    bank.catch_up()
    return clock.now()


def test_the_same_key_is_one_payment(bank: Bank) -> None:
    first = bank.post("/v1/payments", WANTED, "key")
    assert bank.post("/v1/payments", WANTED, "key") == first
    assert len(bank.payments) == 1


def test_the_same_key_for_something_else_is_refused(bank: Bank) -> None:
    bank.post("/v1/payments", WANTED, "key")
    status, _ = bank.post("/v1/payments", WANTED | {"amount": 1}, "key")
    assert status == 409


def test_another_key_is_another_refund(bank: Bank) -> None:
    payment = a_payment(bank)
    for key in ("one", "two"):
        asked = {"reference": "R1", "amount": 400}
        bank.post(f"/v1/payments/{payment.id}/refunds", asked, key)
    assert payment.refunded == 800


def test_more_than_was_captured_is_not_refunded(bank: Bank) -> None:
    payment = a_payment(bank)
    with pytest.raises(Refused):
        bank.refund(payment, "R1", 1001)
    assert payment.refunds == []


def test_a_refund_that_fails_later_has_come_back(bank: Bank, clock: Clock) -> None:
    payment = a_payment(bank, "tok_refund_fails_later")
    instruments.refund(bank, payment, reference="R1", amount=1000)
    pass_time(bank, clock, instruments.FAILS_AFTER)
    assert (payment.refunded, payment.kept) == (0, 1000)


def test_money_comes_although_the_payment_was_cancelled(bank: Bank, clock: Clock) -> None:
    payment = a_payment(bank, "tok_late_success_after_void")
    bank.void(payment)
    pass_time(bank, clock, instruments.LATE)
    assert (payment.captured, payment.spurned) == (1000, True)


@pytest.mark.parametrize(
    ("token", "captured"),
    [("tok_wrong_amount", 990), ("tok_partial_capture", 500), ("tok_captures_more", 1010)],
)
def test_some_cards_capture_another_amount(bank: Bank, token: str, captured: int) -> None:
    assert a_payment(bank, token).captured == captured


def test_an_issuer_is_answered_before_money_comes(bank: Bank) -> None:
    payment = a_payment(bank, "tok_3ds")
    assert (payment.status, payment.challenged) == ("requires_action", True)
    bank.press(payment.page, {"action": "approve"})
    assert payment.status == "captured"


def test_who_does_not_know_of_it_is_not_charged(bank: Bank) -> None:
    payment = a_payment(bank, "tok_3ds")
    bank.press(payment.page, {"action": "refuse"})
    assert (payment.status, payment.decline_code) == ("declined", "authentication_failed")


def test_a_saved_card_pays_at_once(bank: Bank) -> None:
    kept = a_payment(bank, save_card=True).saved_card
    _, told = bank.post("/v1/payments", WANTED | {"reference": "A2", "saved_card": kept}, "again")
    assert told["status"] == "captured"


def test_a_card_that_nobody_saved_is_refused(bank: Bank) -> None:
    status, _ = bank.post("/v1/payments", WANTED | {"saved_card": "card_0"}, "key")
    assert (status, bank.payments) == (422, {})


def test_of_a_silent_payment_nothing_is_told(bank: Bank, clock: Clock) -> None:
    payment = bank.payments[str(bank.post("/v1/payments", WANTED, "key")[1]["id"])]
    bank.fall_silent(payment.page)
    pass_time(bank, clock, timedelta(days=2))
    assert bank.post(f"/v1/payments/{payment.id}/void", {}, "V1:void")[0] == 500
    assert (bank.events, payment.unheeded) == ([], {"V1"})


def test_a_mode_is_told_wrongly_for_a_while(bank: Bank, clock: Clock) -> None:
    payment = a_payment(bank, "tok_wrong_mode")
    assert bank.describe(payment)["mode"] == "live"
    pass_time(bank, clock, instruments.MISTOLD_FOR)
    assert bank.describe(payment)["mode"] == "test"


def test_a_hold_lapses_after_a_week(bank: Bank, clock: Clock) -> None:
    payment = a_payment(bank, capture="manual")
    pass_time(bank, clock, timedelta(days=7))
    assert (payment.status, payment.held, payment.lapsed) == ("expired", 0, 1000)


def test_a_lost_dispute_takes_its_money(bank: Bank, clock: Clock) -> None:
    payment = a_payment(bank, "tok_dispute_lost")
    pass_time(bank, clock, timedelta(days=3))
    assert payment.kept == 0


def test_a_dispute_is_answered_once(bank: Bank) -> None:
    dispute = bank.open_dispute(a_payment(bank))
    assert dispute
    path, texts = f"/v1/disputes/{dispute.id}/evidence", {"statement": "They have it."}
    first = bank.post(path, texts, "key1")

    assert bank.post(path, texts, "key1") == first
    assert bank.post(path, texts, "key2")[0] == 409


def test_a_dispute_that_is_decided_takes_no_answer(bank: Bank) -> None:
    payment = a_payment(bank)
    dispute = bank.open_dispute(payment)
    assert dispute
    bank.close_dispute(payment, dispute, "lost")

    assert bank.post(f"/v1/disputes/{dispute.id}/evidence", {}, "key1")[0] == 409


def test_the_list_of_events_goes_on_where_it_was_left(bank: Bank) -> None:
    payment = a_payment(bank, "wal_slow", method="wallet")
    bank.succeed(payment)
    first = bank.events[0].id
    _, told = bank.get("/v1/events", {"after": first})
    assert told == {"data": [bank.event_told(bank.events[1])], "has_more": False}


def test_what_it_tells_is_what_the_adapter_reads(bank: Bank) -> None:
    payment = a_payment(bank)
    told = read_payment(Told(bank.describe(payment), "payment"))
    assert (told.our_ref, told.captured, told.merchant_id) == ("A1", 1000, bank.merchant)
