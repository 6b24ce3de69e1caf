"""The hosted page: what the shopper sees, and what each choice does."""

import re

import httpx
import pytest

from payments.sandbox.cards import CARDS, TROUBLESOME_CARDS
from tests.payments.sandbox.cast import RETURN_URL, Shop, Shopper

DECLINES = {
    "tok_decline_generic": "generic_decline",
    "tok_decline_insufficient_funds": "insufficient_funds",
    "tok_decline_expired_card": "expired_card",
    "tok_decline_incorrect_cvc": "incorrect_cvc",
    "tok_decline_lost_card": "lost_card",
    "tok_decline_stolen_card": "stolen_card",
    "tok_decline_do_not_honor": "do_not_honor",
    "tok_decline_limit_exceeded": "limit_exceeded",
    "tok_decline_processing_error": "processing_error",
}


def test_the_page_says_who_is_paid_how_much_and_that_it_is_a_test(shop: Shop) -> None:
    page = Shopper(shop.payment()["checkout_url"]).page
    words = re.sub(r"<[^>]+>|\s+", " ", page.text)
    assert page.status_code == 200
    for text in ("Corner Shop", "£12.34", "Order 4F7K2", "no real money moves", "4242"):
        assert text in words


def test_the_page_offers_every_card_and_no_script(shop: Shop) -> None:
    page = Shopper(shop.payment()["checkout_url"]).page.text
    offered = re.findall(r'name="card" value="(\w+)"', page)
    assert offered == [card.token for card in (*CARDS, *TROUBLESOME_CARDS)]
    assert not re.search(r"<script|<style|style=|onclick", page)


def test_the_page_comes_with_its_style(bank: str, shop: Shop) -> None:
    page = Shopper(shop.payment()["checkout_url"]).page.text
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert httpx.get(f"{bank}{path}", trust_env=False).status_code == 200


def test_the_form_may_only_go_to_the_bank_and_back_to_the_shop(shop: Shop) -> None:
    page = Shopper(shop.payment()["checkout_url"]).page
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' http://127.0.0.1:9" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("token", ["tok_approve", "tok_approve_mastercard"])
def test_an_approved_card_captures_and_leads_back(shop: Shop, token: str) -> None:
    payment = shop.payment()
    answer = Shopper(payment["checkout_url"]).pays(token)
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN_URL)
    after = shop.get(f"/v1/payments/{payment['id']}")
    assert (after["status"], after["authorized"], after["captured"]) == ("captured", 1234, 1234)


@pytest.mark.parametrize("token", DECLINES)
def test_each_decline_says_why_and_leads_back(shop: Shop, token: str) -> None:
    payment = shop.payment()
    answer = Shopper(payment["checkout_url"]).pays(token)
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN_URL)
    after = shop.get(f"/v1/payments/{payment['id']}")
    assert (after["status"], after["decline_code"]) == ("declined", DECLINES[token])
    assert (after["authorized"], after["captured"]) == (0, 0)


def test_cancel_charges_nothing_and_leads_back(shop: Shop) -> None:
    payment = shop.payment()
    answer = Shopper(payment["checkout_url"]).cancels()
    assert (answer.status_code, answer.headers["Location"]) == (303, RETURN_URL)
    assert shop.get(f"/v1/payments/{payment['id']}")["status"] == "cancelled"


def test_a_second_click_goes_back_like_the_first(shop: Shop) -> None:
    shopper = Shopper(shop.payment()["checkout_url"])
    assert [shopper.pays().status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize("token", ["tok_approve", "tok_decline_generic"])
def test_a_finished_payment_cannot_be_cancelled(shop: Shop, token: str) -> None:
    payment = shop.payment()
    shopper = Shopper(payment["checkout_url"])
    shopper.pays(token)
    before = shop.get(f"/v1/payments/{payment['id']}")
    assert shopper.cancels().status_code == 409
    assert shop.get(f"/v1/payments/{payment['id']}") == before


def test_a_declined_payment_cannot_be_paid_with_another_card(shop: Shop) -> None:
    payment = shop.payment()
    shopper = Shopper(payment["checkout_url"])
    shopper.pays("tok_decline_generic")
    shopper.pays("tok_approve")
    assert shop.get(f"/v1/payments/{payment['id']}")["captured"] == 0


@pytest.mark.parametrize(
    ("card", "words"),
    [("tok_approve", "This payment is done"), ("tok_decline_generic", "This payment was declined")],
)
def test_a_finished_page_says_so_and_links_back(shop: Shop, card: str, words: str) -> None:
    url = shop.payment()["checkout_url"]
    Shopper(url).pays(card)
    page = Shopper(url).page
    assert page.status_code == 200
    assert words in page.text
    assert f'href="{RETURN_URL}"' in page.text
    assert "<form" not in page.text


@pytest.mark.parametrize(
    "fields",
    [{"action": "pay"}, {"action": "pay", "card": "tok_x"}, {"card": "tok_approve"}],
)
def test_a_form_that_chooses_nothing_is_shown_again(shop: Shop, fields: dict[str, str]) -> None:
    payment = shop.payment()
    answer = Shopper(payment["checkout_url"]).posts(**fields)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert shop.get(f"/v1/payments/{payment['id']}") == payment


def test_a_form_from_elsewhere_pays_nothing(shop: Shop) -> None:
    payment = shop.payment()
    fields = {"card": "tok_approve", "action": "pay"}
    answer = httpx.post(payment["checkout_url"], data=fields, trust_env=False)
    assert answer.status_code == 403
    assert "This form was not accepted" in answer.text
    assert shop.get(f"/v1/payments/{payment['id']}") == payment


def test_an_unknown_link_is_a_page_that_says_so(bank: str) -> None:
    page = httpx.get(f"{bank}/pay/nothing/", trust_env=False)
    assert page.status_code == 404
    assert "There is no such page" in page.text


def test_what_a_shop_writes_cannot_become_markup(shop: Shop) -> None:
    page = Shopper(shop.payment(description="<b onclick=x>")["checkout_url"]).page
    assert "&lt;b onclick=x&gt;" in page.text
