"""Wallets, codes to scan and bank debits: their pages, and the ends of their payments."""

import re
from datetime import datetime

import pytest

from tests.payments.sandbox.cast import RETURN_URL, Shop, Shopper, a_shop, at_once


@pytest.mark.parametrize(
    ("method", "field", "tokens"),
    [
        ("wallet", "wallet", ["wal_approve", "wal_slow", "wal_decline"]),
        ("bank_debit", "account", ["deb_approve", "deb_return"]),
        ("qr", "action", ["qr_approve", "qr_approve_late", "qr_decline", "cancel"]),
    ],
)
def test_a_page_offers_what_its_method_has(
    shop: Shop, *, method: str, field: str, tokens: list[str]
) -> None:
    payment = shop.payment(method=method)
    page = Shopper(payment["checkout_url"] or payment["qr_content"]).page.text
    assert re.findall(rf'name="{field}" value="(\w+)"', page)[: len(tokens)] == tokens
    assert not re.search(r"<script|<style|style=|onclick", page)


@pytest.mark.parametrize("token", ["wal_approve", "deb_approve"])
def test_a_double_click_leads_back_twice(shop: Shop, token: str) -> None:
    method = "wallet" if token == "wal_approve" else "bank_debit"
    shopper = Shopper(shop.payment(method=method)["checkout_url"])
    answers = [shopper.finishes(token) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [RETURN_URL] * 2


def test_what_is_processing_cannot_be_cancelled_on_its_page(shop: Shop) -> None:
    payment = shop.payment(method="bank_debit")
    shopper = Shopper(payment["checkout_url"])
    shopper.finishes("deb_approve")
    answer = shopper.cancels()
    assert (answer.status_code, "This payment is under way" in answer.text) == (409, True)


@pytest.mark.parametrize("method", ["wallet", "bank_debit", "qr"])
def test_a_page_takes_no_token_of_another(shop: Shop, method: str) -> None:
    payment = shop.payment(method=method)
    shopper = Shopper(payment["checkout_url"] or payment["qr_content"])
    assert shopper.posts(card="tok_approve", action="pay").status_code == 422
    assert shop.get(f"/v1/payments/{payment['id']}") == payment


def test_a_code_leads_to_the_scan_page_until_it_is_used(shop: Shop) -> None:
    payment = shop.payment(method="qr")
    assert payment["checkout_url"] is None
    assert payment["qr_content"].startswith(f"{shop.bank}/scan/")
    Shopper(payment["qr_content"]).finishes("qr_approve")
    assert shop.get(f"/v1/payments/{payment['id']}")["qr_content"] is None


@pytest.mark.parametrize(
    ("action", "words"),
    [("qr_approve", "is done"), ("qr_decline", "was declined"), ("cancel", "was cancelled")],
)
def test_a_phone_says_what_happened_and_where_it_goes_on(
    shop: Shop, action: str, words: str
) -> None:
    shopper = Shopper(shop.payment(method="qr")["qr_content"])
    assert [shopper.posts(action=action).status_code for _ in range(2)] == [303, 303]
    page = shopper.http.get(shopper.url).text
    assert f"This payment {words}" in page
    assert "Look at your other screen" in page


def test_a_phone_that_times_out_has_paid(shop: Shop) -> None:
    payment = shop.payment(method="qr", currency="XTS", amount=123)
    assert Shopper(payment["qr_content"]).finishes("qr_approve").status_code == 504
    assert shop.get(f"/v1/payments/{payment['id']}")["captured"] == 123


def test_a_second_phone_comes_too_late(shop: Shop) -> None:
    payment = shop.payment(method="qr")
    phones = [Shopper(payment["qr_content"]) for _ in range(2)]
    phones[0].finishes("qr_approve")
    late = phones[1].cancels()
    assert (late.status_code, "This payment is done" in late.text) == (409, True)


def test_two_taps_on_two_screens_are_one_payment(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.payment(method="qr")
    phones = [Shopper(payment["qr_content"]) for _ in range(8)]
    taps = ["qr_approve", "qr_decline", "cancel", "qr_approve_late"] * 2
    at_once(8, lambda number: phones[number].posts(action=taps[number]))
    assert len(shop.events(payment)) == 1


def test_a_link_of_one_method_is_no_page_of_another(shop: Shop) -> None:
    code, card = shop.payment(method="qr")["qr_content"], shop.payment()["checkout_url"]
    assert Shopper(code.replace("/scan/", "/pay/")).page.status_code == 404
    assert Shopper(card.replace("/pay/", "/scan/")).page.status_code == 404


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [({}, 86_400), ({"method": "qr"}, 300), ({"expires_in": 604_800}, 604_800)],
)
def test_each_payment_has_its_time(shop: Shop, changes: dict[str, object], seconds: int) -> None:
    payment = shop.payment(**changes)
    end, begin = (datetime.fromisoformat(payment[name]) for name in ("expires_at", "created_at"))
    assert (end - begin).total_seconds() == seconds


def test_what_has_expired_cannot_be_paid_and_says_so(quick: Shop) -> None:
    code = quick.payment(method="qr", expires_in=10)
    card = quick.payment(expires_in=10)
    shoppers = [Shopper(code["qr_content"]), Shopper(card["checkout_url"])]
    assert [quick.once(payment, "expired")["captured"] for payment in (code, card)] == [0, 0]
    answers = [shoppers[0].finishes("qr_approve"), shoppers[1].pays()]
    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in (*answers, *(shopper.http.get(shopper.url) for shopper in shoppers)):
        assert "This payment has expired" in answer.text
        assert f'href="{RETURN_URL}"' in answer.text
    assert quick.events(card) == ["payment.expired"]
    assert quick.void(card).json()["status"] == "expired"
