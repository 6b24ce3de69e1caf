"""The event feed: all that happened to a shop's payments, the oldest first, each once."""

from typing import Any

import pytest

from tests.payments.sandbox.cast import Receiver, Shop, a_shop, at_once


def pages(shop: Shop, limit: int) -> list[dict[str, Any]]:
    """Everything in the feed, read page by page."""
    found: list[dict[str, Any]] = []
    more = True
    while more:
        after = f"&after={found[-1]['id']}" if found else ""
        page = shop.get(f"/v1/events?limit={limit}{after}")
        assert len(page["data"]) <= limit
        found += page["data"]
        more = page["has_more"]
    return found


def told(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["type"], event["data"]["id"]) for event in events]


def test_the_feed_tells_all_payments_in_their_order(shop: Shop) -> None:
    first, second = shop.held(), shop.paid()
    shop.capture(first, 1234)
    assert told(shop.get("/v1/events")["data"]) == [
        ("payment.authorized", first["id"]),
        ("payment.captured", second["id"]),
        ("payment.captured", first["id"]),
    ]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_page_after_page_misses_and_repeats_nothing(shop: Shop, limit: int) -> None:
    paid = [shop.paid()["id"] for _ in range(3)]
    assert [payment for _, payment in told(pages(shop, limit))] == paid


def test_after_the_last_event_there_is_nothing(shop: Shop) -> None:
    shop.paid()
    last = shop.get("/v1/events")["data"][-1]["id"]
    assert shop.get(f"/v1/events?after={last}") == {"data": [], "has_more": False}


def test_the_feed_tells_what_was_sent_word_for_word(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    shop.refund(shop.paid(), 100)
    sent = {event["id"]: event for event in receiver.wait_for(2)}
    assert {event["id"]: event for event in shop.get("/v1/events")["data"]} == sent


def test_the_feed_tells_what_no_webhook_does(shop: Shop) -> None:
    lost = shop.finished("tok_webhook_lost")
    assert told(shop.get("/v1/events")["data"]) == [("payment.captured", lost["id"])]


def test_the_feed_of_a_shop_is_its_own(shop: Shop, bank: str) -> None:
    foreign = a_shop(bank)
    foreign.paid()
    theirs = foreign.get("/v1/events")["data"][0]["id"]
    assert shop.get("/v1/events") == {"data": [], "has_more": False}
    assert shop.send("GET", f"/v1/events?after={theirs}").status_code == 404


@pytest.mark.parametrize(
    ("query", "code", "param"),
    [
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=101", "invalid_parameter", "limit"),
        ("limit=x", "invalid_parameter", "limit"),
        ("before=1", "unknown_parameter", "before"),
        ("payment=pay_1&after=evt_1", "not_found", None),
    ],
)
def test_a_wrong_question_is_refused(
    shop: Shop, *, query: str, code: str, param: str | None
) -> None:
    error = shop.send("GET", f"/v1/events?{query}").json()["error"]
    assert (error["code"], error["param"]) == (code, param)


def test_who_reads_while_others_pay_misses_nothing(either_bank: str) -> None:
    shop = a_shop(either_bank)
    holds = [shop.held() for _ in range(6)]
    seen: list[str] = []

    def act(number: int) -> None:
        if number < len(holds):
            shop.capture(holds[number], 1234)
            return
        while len(seen) < 2 * len(holds):
            after = f"?after={seen[-1]}" if seen else ""
            seen.extend(event["id"] for event in shop.get(f"/v1/events{after}")["data"])

    at_once(len(holds) + 1, act)
    assert seen == [event["id"] for event in shop.get("/v1/events")["data"]]
