"""Saved cards: kept once captured, charged without a page, and gone when they are deleted."""

import pytest

from tests.payments.sandbox.cast import Shop, Shopper, a_shop, an_order, at_once


def test_a_card_is_kept_once_its_payment_is_captured(quick: Shop) -> None:
    payment = quick.finished("tok_approve_mastercard", save_card=True)
    card = payment["saved_card"]
    assert card["id"].startswith("card_")
    assert (card["brand"], card["last4"]) == ("Mastercard", "4444")


def test_a_card_that_is_captured_later_is_kept_then(quick: Shop) -> None:
    payment = quick.finished("tok_late_success_after_void", save_card=True)
    assert quick.once(payment, "captured")["saved_card"]["last4"] == "6105"


@pytest.mark.parametrize(
    ("token", "wish"), [("tok_approve", False), ("tok_decline_lost_card", True)]
)
def test_without_wish_or_capture_no_card_is_kept(quick: Shop, token: str, *, wish: bool) -> None:
    assert quick.finished(token, save_card=wish)["saved_card"] is None


def test_the_page_says_that_the_card_will_be_kept(quick: Shop) -> None:
    page = Shopper(quick.payment(save_card=True)["checkout_url"]).page
    assert "will keep this card" in page.text


def test_a_saved_card_is_charged_without_a_page(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved())
    assert (payment["status"], payment["captured"]) == ("captured", 1234)
    assert quick.events(payment) == ["payment.captured"]
    assert "This payment is done" in Shopper(payment["checkout_url"]).page.text


def test_a_saved_card_that_needs_its_issuer_is_asked_again(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved("tok_3ds"))
    assert payment["status"] == "requires_action"
    assert payment["checkout_url"].endswith("/challenge/")
    answer = Shopper(payment["checkout_url"]).posts(action="approve")
    assert (answer.status_code, answer.headers["Location"]) == (303, payment["return_url"])
    assert quick.get(f"/v1/payments/{payment['id']}")["status"] == "captured"


def test_who_leaves_the_issuer_of_a_saved_card_cancels(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved("tok_3ds"))
    shopper = Shopper(payment["checkout_url"])
    assert [shopper.cancels().headers["Location"] for _ in range(2)] == [payment["return_url"]] * 2
    assert quick.get(f"/v1/payments/{payment['id']}")["status"] == "cancelled"


def test_the_page_of_a_saved_card_offers_no_other(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved("tok_3ds"))
    page = Shopper(payment["checkout_url"].removesuffix("challenge/")).page
    assert (page.status_code, page.headers["Location"]) == (
        303,
        payment["checkout_url"].removeprefix(quick.bank),
    )


def test_a_saved_card_that_times_out_is_charged_and_says_so_the_next_time(quick: Shop) -> None:
    payment = quick.payment(save_card=True)
    Shopper(payment["checkout_url"]).finishes("tok_timeout_captured")
    card = quick.get(f"/v1/payments/{payment['id']}")["saved_card"]["id"]
    order = an_order(saved_card=card)
    lost = quick.send("POST", "/v1/payments", order, key="k1")
    told = quick.send("POST", "/v1/payments", order, key="k1")
    assert (lost.status_code, lost.json()["error"]["code"]) == (504, "")
    assert (told.status_code, told.json()["captured"]) == (201, 1234)


def test_some_cards_work_only_once(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved("tok_saved_declines"))
    assert (payment["status"], payment["decline_code"]) == ("declined", "insufficient_funds")


def test_a_saved_card_of_the_clockwork_settles_later(quick: Shop) -> None:
    payment = quick.payment(saved_card=quick.saved("tok_late_success_after_void"))
    assert payment["status"] == "processing"
    assert quick.once(payment, "captured")["captured"] == 1234


def test_a_deleted_card_cannot_be_charged(quick: Shop) -> None:
    card = quick.saved()
    answers = [quick.send("DELETE", f"/v1/saved_cards/{card}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json() == {"id": card, "deleted": True}
    refused = quick.send("POST", "/v1/payments", an_order(saved_card=card))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "saved_card_gone")


def test_the_card_of_another_shop_does_not_exist(quick: Shop, quick_bank: str) -> None:
    card, stranger = quick.saved(), a_shop(quick_bank)
    assert stranger.send("DELETE", f"/v1/saved_cards/{card}").status_code == 404
    assert stranger.send("POST", "/v1/payments", an_order(saved_card=card)).status_code == 422
    assert quick.payment(saved_card=card)["status"] == "captured"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"method": "wallet", "save_card": True}, "save_card"),
        ({"method": "qr", "saved_card": "card_1"}, "saved_card"),
        ({"save_card": True, "saved_card": "card_1"}, "saved_card"),
    ],
)
def test_only_a_card_is_saved_and_only_once(
    quick: Shop, changes: dict[str, object], param: str
) -> None:
    answer = quick.send("POST", "/v1/payments", an_order(**changes))
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_deleting_against_charging_has_one_order(either_bank: str) -> None:
    shop = a_shop(either_bank)
    card = shop.saved()
    acts = (
        lambda: shop.send("POST", "/v1/payments", an_order(saved_card=card)).status_code,
        lambda: shop.send("DELETE", f"/v1/saved_cards/{card}").status_code,
    )
    charged, deleted = at_once(2, lambda number: acts[number]())
    assert charged in {201, 422}
    assert deleted == 200
