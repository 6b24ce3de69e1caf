"""The front page: what developers see of the latest payments."""

import httpx

from tests.payments.sandbox.cast import BankProcess, Receiver, Shop, a_shop, eventually


def front(bank: str) -> httpx.Response:
    return httpx.get(f"{bank}/", trust_env=False)


def test_an_empty_book_says_what_to_do(own_bank: BankProcess) -> None:
    page = front(own_bank.url)
    assert page.status_code == 200
    assert "No shop has asked for a payment yet" in page.text


def test_the_latest_payments_stand_first_with_their_links(shop: Shop) -> None:
    card, code = shop.payment(), shop.payment(method="qr", amount=99)
    page = front(shop.bank).text
    assert page.index(code["reference"]) < page.index(card["reference"])
    for text in (card["checkout_url"], code["qr_content"], "£0.99", "requires_action"):
        assert text in page


def test_the_front_page_sends_nothing_anywhere(bank: str) -> None:
    policy = front(bank).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'none'" in policy


def test_deliveries_say_how_they_went(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    shop.paid()
    assert eventually(lambda: "delivered at the first try" in front(bank).text)
