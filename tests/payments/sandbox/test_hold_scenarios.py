"""Each token does with held money what docs/sandbox.md says of it."""

import pytest

from tests.payments.sandbox.cast import Receiver, Shop, Shopper, an_order
from tests.payments.sandbox.test_holds import facts, now, refusal


def test_some_holds_lapse_whatever_was_asked(quick: Shop) -> None:
    payment = quick.held("tok_hold_lapses", hold_seconds=604_800)
    assert facts(quick.once(payment, "expired")) == ("expired", 1234, 0, 1234)


def test_some_captures_are_refused_and_the_hold_stays(shop: Shop) -> None:
    payment = shop.held("tok_capture_fails")
    answers = [shop.capture(payment, 100) for _ in range(2)]
    assert [refusal(answer) for answer in answers] == [(422, "capture_refused", None)] * 2
    assert facts(shop.void(payment).json()) == ("cancelled", 1234, 0, 1234)


def test_a_capture_that_times_out_is_made_and_says_so_the_next_time(shop: Shop) -> None:
    payment = shop.held("tok_capture_times_out")
    lost = shop.capture(payment, 1000, key="k1", reference="C1", final=False)
    assert (lost.status_code, lost.json()["error"]["code"]) == (504, "")
    assert facts(now(shop, payment)) == ("authorized", 1234, 1000, 0)
    told = shop.capture(payment, 1000, key="k1", reference="C1", final=False)
    assert (told.status_code, facts(told.json())) == (201, ("authorized", 1234, 1000, 0))
    assert shop.capture(payment, 234).status_code == 504


def test_a_refusal_does_not_time_out(shop: Shop) -> None:
    payment = shop.held("tok_capture_times_out")
    assert refusal(shop.capture(payment, 9999)) == (422, "amount_too_large", "amount")


@pytest.mark.parametrize("token", ["tok_hold_lapses", "tok_capture_fails", "tok_capture_times_out"])
def test_captured_at_once_these_cards_simply_pay(shop: Shop, token: str) -> None:
    assert facts(shop.finished(token)) == ("captured", 1234, 1234, 0)


def test_in_the_test_currency_the_amount_chooses(shop: Shop) -> None:
    payment = shop.held(currency="XTS", amount=700_81)
    assert refusal(shop.capture(payment, 1)) == (422, "capture_refused", None)


def test_a_timeout_holds_the_money_and_shows_no_way_back(shop: Shop) -> None:
    payment = shop.payment(capture="manual")
    shopper = Shopper(payment["checkout_url"])
    pages = [shopper.pays("tok_timeout_captured") for _ in range(2)]
    assert [page.status_code for page in pages] == [504, 504]
    assert facts(now(shop, payment)) == ("authorized", 1234, 0, 0)


@pytest.mark.parametrize("token", ["wal_slow", "tok_late_success_after_void"])
def test_what_takes_time_is_processing_and_then_held(quick: Shop, token: str) -> None:
    payment = quick.held(token)
    assert facts(quick.once(payment, "authorized")) == ("authorized", 1234, 0, 0)
    assert quick.events(payment) == ["payment.processing", "payment.authorized"]


def test_late_success_after_a_void_is_held_until_the_next_void(quick: Shop) -> None:
    payment = quick.held("tok_late_success_after_void")
    assert quick.void(payment).json()["status"] == "cancelled"
    quick.once(payment, "authorized")
    assert facts(quick.void(payment).json()) == ("cancelled", 1234, 0, 1234)
    assert quick.events(payment)[1:] == [
        "payment.cancelled",
        "payment.authorized",
        "payment.cancelled",
    ]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("tok_partial_capture", ("captured", 1234, 500, 734)),
        ("tok_wrong_amount", ("captured", 1234, 990, 244)),
    ],
)
def test_some_captures_take_less_than_was_asked(
    shop: Shop, token: str, expected: tuple[object, ...]
) -> None:
    payment = shop.held(token)
    assert facts(payment) == ("authorized", 1234, 0, 0)
    assert facts(shop.capture(payment, 1000).json()) == expected


def test_half_of_a_part_leaves_the_rest_held(shop: Shop) -> None:
    payment = shop.held("tok_partial_capture")
    after = shop.capture(payment, 1234, final=False).json()
    assert facts(after) == ("authorized", 1234, 617, 0)


def test_wrong_mode_says_that_the_held_money_is_real(quick: Shop, receiver: Receiver) -> None:
    payment = quick.held("tok_wrong_mode")
    event = receiver.wait_for(1)[0]
    assert (payment["mode"], event["type"], event["mode"]) == ("live", "payment.authorized", "live")


def test_reordered_webhooks_of_a_hold_arrive_in_the_wrong_order(
    quick: Shop, receiver: Receiver
) -> None:
    quick.held("tok_webhook_reordered")
    types = [event["type"] for event in receiver.wait_for(2)]
    assert types == ["payment.authorized", "payment.processing"]


def test_a_repeated_webhook_of_a_capture_comes_three_times(quick: Shop, receiver: Receiver) -> None:
    quick.capture(quick.held("tok_webhook_repeated"), 1234)
    types = [event["type"] for event in receiver.wait_for(6)]
    assert sorted(types) == ["payment.authorized"] * 3 + ["payment.captured"] * 3


def test_a_lost_webhook_of_a_capture_is_never_sent(quick: Shop, receiver: Receiver) -> None:
    quick.capture(quick.held("tok_webhook_lost"), 1234)
    told = quick.held()
    receiver.wait_for(1)
    assert [event["data"]["id"] for event in receiver.events] == [told["id"]]


def test_a_dispute_is_over_what_was_captured_first(quick: Shop) -> None:
    payment = quick.held("tok_dispute_lost")
    quick.capture(payment, 1000, final=False)
    lost = quick.when(payment, lambda seen: [d["status"] for d in seen["disputes"]] == ["lost"])
    quick.capture(payment, 234)
    assert lost["disputes"][0]["amount"] == 1000
    assert quick.refund(payment, 234).status_code == 201
    assert quick.refund(payment, 1).status_code == 422


def test_two_captures_bring_one_dispute(quick: Shop) -> None:
    payment = quick.held("tok_dispute_won")
    for amount in (1000, 234):
        quick.capture(payment, amount, final=False)
    quick.when(payment, lambda seen: [d["status"] for d in seen["disputes"]] == ["won"])
    assert quick.events(payment).count("dispute.opened") == 1


def test_a_held_card_is_kept_once(shop: Shop) -> None:
    payment = shop.held(save_card=True)
    card = payment["saved_card"]
    assert card["last4"] == "4242"
    assert shop.capture(payment, 1234).json()["saved_card"] == card


def test_a_saved_card_is_held_without_a_page(shop: Shop) -> None:
    payment = shop.payment(saved_card=shop.saved(), capture="manual")
    assert facts(payment) == ("authorized", 1234, 0, 0)
    assert facts(shop.capture(payment, 1234).json()) == ("captured", 1234, 1234, 0)


def test_a_saved_card_that_times_out_is_held(shop: Shop) -> None:
    payment = shop.payment(save_card=True)
    Shopper(payment["checkout_url"]).finishes("tok_timeout_captured")
    order = an_order(saved_card=now(shop, payment)["saved_card"]["id"], capture="manual")
    lost, told = (shop.send("POST", "/v1/payments", order, key="k1") for _ in range(2))
    assert (lost.status_code, told.status_code, facts(told.json())) == (
        504,
        201,
        ("authorized", 1234, 0, 0),
    )
