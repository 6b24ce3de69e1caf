"""Webhooks: signed, prompt, sent until acknowledged, also after a crash."""

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

import pytest

from payments.sandbox.webhooks.retries import PAUSES, next_try
from tests.payments.sandbox.cast import BankProcess, Receiver, Shop, Shopper, a_shop, eventually

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_event_is_signed_over_time_and_raw_body(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    shop.paid()
    receiver.wait_for(1)
    headers, body = receiver.received[0]
    at, signature = (part.partition("=")[2] for part in headers["Sandbox-Signature"].split(","))
    secret = shop.merchant["webhook_secret"].encode()
    assert signature == hmac.new(secret, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    assert abs(time.time() - int(at)) < 5


def test_an_event_carries_the_payment_as_it_was(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    paid = shop.paid()
    event = receiver.wait_for(1)[0]
    assert (event["type"], event["mode"]) == ("payment.captured", "test")
    assert (event["merchant_id"], event["data"]) == (shop.merchant["merchant_id"], paid)


def test_each_fact_has_its_event(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    shop.refund(shop.paid(), 34)
    Shopper(shop.payment()["checkout_url"]).pays("tok_decline_lost_card")
    Shopper(shop.payment()["checkout_url"]).cancels()
    shop.send("POST", f"/v1/payments/{shop.payment()['id']}/void")
    events = receiver.wait_for(5)
    assert sorted(event["type"] for event in events) == [
        "payment.cancelled",
        "payment.cancelled",
        "payment.captured",
        "payment.declined",
        "refund.succeeded",
    ]


def test_a_refused_fact_has_no_event(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    paid = shop.paid()
    shop.refund(paid, 9999)
    receiver.wait_for(1)
    assert len(shop.get(f"/v1/events?payment={paid['id']}")["data"]) == 1


@pytest.mark.parametrize("status", [500, 302, 404])
def test_only_a_2xx_is_an_acknowledgement(bank: str, receiver: Receiver, status: int) -> None:
    receiver.statuses[:] = [status]
    shop = a_shop(bank, receiver.url)
    paid = shop.paid()
    first, second = receiver.wait_for(2)
    assert first == second

    def acknowledged() -> bool:
        delivery = shop.get(f"/v1/events?payment={paid['id']}")["data"][0]
        return delivery["delivered_at"] is not None and delivery["tries"] == 2

    assert eventually(acknowledged)


def test_each_try_is_signed_anew(bank: str, receiver: Receiver) -> None:
    receiver.statuses[:] = [503]
    a_shop(bank, receiver.url).paid()
    receiver.wait_for(2)
    first, second = (headers["Sandbox-Signature"] for headers, _ in receiver.received)
    assert first != second


def test_a_slow_shop_does_not_hold_up_another(bank: str, receiver: Receiver) -> None:
    receiver.hold.clear()
    slow = a_shop(bank, receiver.url)
    for _ in range(5):
        slow.paid()
    receiver.wait_for(2)
    quick = Receiver()
    try:
        a_shop(bank, quick.url).paid()
        quick.wait_for(1, seconds=2)
        assert len(receiver.received) == 2
    finally:
        receiver.hold.set()
        quick.close()
    receiver.wait_for(5)


def test_events_wait_for_an_address(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank)
    shop.paid()
    shop.send("PATCH", "/v1/merchants/me", {"webhook_url": receiver.url})
    assert receiver.wait_for(1)[0]["type"] == "payment.captured"


def test_what_was_not_acknowledged_survives_kill_9(
    own_bank: BankProcess, receiver: Receiver
) -> None:
    receiver.hold.clear()
    shop = a_shop(own_bank.url, receiver.url)
    payments = {shop.paid()["id"] for _ in range(5)}
    receiver.wait_for(2)
    own_bank.kill()
    receiver.hold.set()
    own_bank.start()
    events = receiver.wait_for(7)
    assert {event["data"]["id"] for event in events} == payments


def test_a_shop_that_was_down_is_told_when_it_is_back(bank: str, shop: Shop) -> None:
    gone = Receiver()
    shop.send("PATCH", "/v1/merchants/me", {"webhook_url": gone.url})
    gone.close()
    paid = shop.paid()
    events = f"/v1/events?payment={paid['id']}"
    assert eventually(lambda: "refused" in shop.get(events)["data"][0]["last_result"])
    back = Receiver()
    shop.send("PATCH", "/v1/merchants/me", {"webhook_url": back.url})
    back.wait_for(1)
    back.close()


def test_pauses_grow_and_end_after_three_days() -> None:
    pauses = []
    for tries in range(1, len(PAUSES) + 3):
        at = next_try(created=NOON, tries=tries, now=NOON)
        assert at is not None
        pauses.append((at - NOON).total_seconds())
    assert pauses == [1, 2, 5, 10, 30, 60, 300, 900, 3600, 3600, 3600]
    assert next_try(created=NOON, tries=80, now=NOON + timedelta(days=3)) is None
