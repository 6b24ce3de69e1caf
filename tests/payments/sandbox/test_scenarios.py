"""Each token does what docs/sandbox.md says of it, at a bank that is in a hurry."""

from typing import Any

import pytest

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.scenarios import BY_DIGITS, Scenario, Telling
from tests.payments.sandbox.cast import Receiver, Shop, Shopper, eventually


def totals(payment: dict[str, Any]) -> list[int]:
    return [payment[name] for name in ("authorized", "captured", "released", "refunded")]


def first_event(scenario: Scenario) -> str:
    if scenario.settles_after or scenario.telling is Telling.REORDERED:
        return "payment.processing"
    return "payment.declined" if scenario.decline_code else "payment.captured"


def types(receiver: Receiver) -> list[str]:
    return [event["type"] for event in receiver.events]


@pytest.mark.parametrize("token", ["wal_approve", "qr_approve", "tok_3ds"])
def test_what_is_approved_is_captured_at_once(quick: Shop, token: str) -> None:
    assert totals(quick.finished(token)) == [1234, 1234, 0, 0]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("wal_decline", "wallet_declined"),
        ("qr_decline", "generic_decline"),
        ("tok_3ds_declined_after", "generic_decline"),
    ],
)
def test_what_is_declined_says_why(quick: Shop, token: str, code: str) -> None:
    payment = quick.finished(token)
    assert (payment["status"], payment["decline_code"]) == ("declined", code)


@pytest.mark.parametrize(
    "token", ["wal_slow", "qr_approve_late", "deb_approve", "tok_late_success_after_void"]
)
def test_what_takes_time_is_processing_and_then_captured(quick: Shop, token: str) -> None:
    payment = quick.finished(token)
    assert totals(quick.once(payment, "captured")) == [1234, 1234, 0, 0]
    assert quick.events(payment) == ["payment.processing", "payment.captured"]


def test_a_returned_debit_is_processing_and_then_declined(quick: Shop) -> None:
    payment = quick.finished("deb_return")
    assert quick.once(payment, "declined")["decline_code"] == "debit_returned"
    assert quick.events(payment) == ["payment.processing", "payment.declined"]


def test_what_is_processing_cannot_be_voided(quick: Shop) -> None:
    answer = quick.void(quick.finished("deb_approve"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "payment_processing")


def test_late_success_comes_after_an_accepted_void(quick: Shop) -> None:
    payment = quick.finished("tok_late_success_after_void")
    answer = quick.void(payment)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    assert totals(quick.once(payment, "captured")) == [1234, 1234, 0, 0]
    assert quick.events(payment)[-2:] == ["payment.cancelled", "payment.captured"]


def test_a_timeout_takes_the_money_and_leads_nobody_back_but_by_a_link(quick: Shop) -> None:
    payment = quick.payment()
    shopper = Shopper(payment["checkout_url"])
    pages = [shopper.pays("tok_timeout_captured") for _ in range(2)]
    assert [page.status_code for page in pages] == [504, 504]
    assert f'href="{payment["return_url"]}"' in pages[0].text
    assert quick.get(f"/v1/payments/{payment['id']}")["captured"] == 1234
    assert quick.events(payment) == ["payment.captured"]


def test_a_lost_webhook_is_never_sent(quick: Shop, receiver: Receiver) -> None:
    lost = quick.finished("tok_webhook_lost")
    quick.send("PATCH", "/v1/merchants/me", {"webhook_url": receiver.url})
    told = quick.paid()
    assert eventually(lambda: len(receiver.received) == 1)
    assert receiver.events[0]["data"]["id"] == told["id"]
    assert (lost["status"], quick.events(lost)) == ("captured", ["payment.captured"])


def test_a_repeated_webhook_comes_three_times(quick: Shop, receiver: Receiver) -> None:
    payment = quick.finished("tok_webhook_repeated")
    events = receiver.wait_for(3)
    assert events[0] == events[1] == events[2]
    path = f"/v1/events?payment={payment['id']}"
    assert eventually(lambda: quick.get(path)["data"][0]["next_try_at"] is None)
    assert quick.get(path)["data"][0]["tries"] == 3


def test_reordered_webhooks_arrive_in_the_wrong_order(quick: Shop, receiver: Receiver) -> None:
    payment = quick.finished("tok_webhook_reordered")
    receiver.wait_for(2)
    assert types(receiver) == ["payment.captured", "payment.processing"]
    assert quick.events(payment) == ["payment.processing", "payment.captured"]
    assert receiver.events[1]["data"]["status"] == "processing"


def test_a_late_webhook_keeps_the_shop_waiting(quick: Shop, receiver: Receiver) -> None:
    late = quick.finished("tok_webhook_late")
    prompt = quick.paid()
    ids = [event["data"]["id"] for event in receiver.wait_for(2)]
    assert ids == [prompt["id"], late["id"]]


@pytest.mark.parametrize(
    ("token", "amount", "expected"),
    [
        ("tok_partial_capture", 1235, [1235, 617, 618, 0]),
        ("tok_partial_capture", 1, [1, 1, 0, 0]),
        ("tok_wrong_amount", 1000, [1000, 990, 0, 0]),
        ("tok_wrong_amount", 50, [50, 49, 0, 0]),
        ("tok_wrong_amount", 1, [1, 1, 0, 0]),
    ],
)
def test_some_capture_less_than_was_authorized(
    quick: Shop, *, token: str, amount: int, expected: list[int]
) -> None:
    assert totals(quick.finished(token, amount=amount)) == expected


def test_wrong_mode_says_that_the_money_is_real(quick: Shop, receiver: Receiver) -> None:
    payment = quick.finished("tok_wrong_mode")
    event = receiver.wait_for(1)[0]
    assert (payment["mode"], event["mode"], event["data"]["mode"]) == ("live", "live", "live")


def test_a_pending_refund_succeeds_later(quick: Shop) -> None:
    payment = quick.finished("tok_refund_pending")
    assert quick.refund(payment, 1000).json()["status"] == "pending"
    before = quick.get(f"/v1/payments/{payment['id']}")
    assert (before["refunded"], quick.refund(payment, 235).status_code) == (0, 422)
    after = quick.when(payment, lambda now: now["refunded"] == 1000)
    assert after["refunds"][0]["status"] == "succeeded"
    assert quick.events(payment) == ["payment.captured", "refund.pending", "refund.succeeded"]


def test_a_pending_refund_that_fails_can_be_made_again(quick: Shop) -> None:
    payment = quick.finished("tok_refund_pending_then_failed")
    quick.refund(payment, 1234)
    failed = quick.when(payment, lambda now: now["refunds"][0]["status"] == "failed")
    assert (failed["refunded"], failed["refunds"][0]["failure_code"]) == (0, "account_closed")
    assert quick.refund(payment, 1234).status_code == 201
    assert quick.events(payment)[1:3] == ["refund.pending", "refund.failed"]


def test_a_refund_that_fails_later_gives_its_money_back(quick: Shop) -> None:
    payment = quick.finished("tok_refund_fails_later")
    assert quick.refund(payment, 1234).json()["status"] == "succeeded"
    failed = quick.when(payment, lambda now: now["refunds"][0]["status"] == "failed")
    assert (failed["refunded"], failed["status"]) == (0, "captured")
    assert quick.events(payment) == ["payment.captured", "refund.succeeded", "refund.failed"]


@pytest.mark.parametrize(("end", "left"), [("opened", 422), ("won", 201), ("lost", 422)])
def test_a_dispute_opens_and_ends_as_its_card_says(quick: Shop, end: str, left: int) -> None:
    payment = quick.finished(f"tok_dispute_{end}")
    status = {"opened": "open"}.get(end, end)
    after = quick.when(payment, lambda now: [d["status"] for d in now["disputes"]] == [status])
    assert after["disputes"][0]["amount"] == 1234
    assert (after["disputes"][0]["closed_at"] is None) == (end == "opened")
    assert quick.refund(payment, 1).status_code == left
    expected = ["payment.captured", "dispute.opened", f"dispute.{end}"]
    assert quick.events(payment)[:3] == expected[: 2 if end == "opened" else 3]


@pytest.mark.parametrize("digits", sorted(BY_DIGITS))
def test_in_the_test_currency_the_amount_chooses(quick: Shop, digits: int) -> None:
    by_amount = quick.finished("tok_approve", currency="XTS", amount=500_00 + digits)
    assert quick.events(by_amount)[0] == first_event(BY_DIGITS[digits])


@pytest.mark.parametrize(("currency", "digits"), [("GBP", 2), ("XTS", 0), ("XTS", 99)])
def test_elsewhere_the_instrument_chooses(quick: Shop, currency: str, digits: int) -> None:
    payment = quick.finished("tok_approve", currency=currency, amount=700_00 + digits)
    assert payment["status"] == "captured"


def test_nobody_but_a_card_is_asked_by_an_issuer(quick: Shop) -> None:
    payment = quick.finished("wal_approve", currency="XTS", amount=111)
    assert payment["status"] == "captured"


@pytest.mark.parametrize("token", sorted(BY_TOKEN))
def test_every_token_can_be_used(quick: Shop, token: str) -> None:
    assert quick.finished(token)["status"] != "requires_action"
