"""The issuer's page: it asks before a card is charged, and nothing there is done twice."""

from typing import Any

import pytest

from tests.payments.sandbox.cast import RETURN_URL, Shop, Shopper


def challenged(shop: Shop) -> tuple[dict[str, Any], Shopper]:
    payment = shop.payment()
    shopper = Shopper(payment["checkout_url"])
    shopper.pays("tok_3ds")
    return payment, shopper.asked()


def test_a_card_with_an_issuer_leads_to_its_page(shop: Shop) -> None:
    payment = shop.payment()
    shopper = Shopper(payment["checkout_url"])
    answers = [shopper.pays("tok_3ds") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert payment["checkout_url"].endswith(answers[1].headers["Location"][: -len("challenge/")])
    assert shop.get(f"/v1/payments/{payment['id']}")["status"] == "requires_action"


def test_the_issuer_says_who_asks_for_how_much(shop: Shop) -> None:
    page = challenged(shop)[1].page.text
    for text in ("Corner Shop", "£12.34", "3155", "Visa Card Issuer"):
        assert text in page


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [("approve", "captured", None), ("refuse", "declined", "authentication_failed")],
)
def test_an_answer_counts_once_and_leads_to_the_shop(
    shop: Shop, *, action: str, status: str, code: str | None
) -> None:
    payment, shopper = challenged(shop)
    answers = [shopper.posts(action=action) for _ in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [RETURN_URL] * 2
    after = shop.get(f"/v1/payments/{payment['id']}")
    assert (after["status"], after["decline_code"]) == (status, code)
    assert shop.events(payment) == [f"payment.{status}"]


@pytest.mark.parametrize(("first", "then"), [("approve", "refuse"), ("refuse", "approve")])
def test_an_answer_cannot_be_taken_back(shop: Shop, first: str, then: str) -> None:
    payment, shopper = challenged(shop)
    shopper.posts(action=first)
    before = shop.get(f"/v1/payments/{payment['id']}")
    assert shopper.posts(action=then).status_code == 409
    assert shop.get(f"/v1/payments/{payment['id']}") == before


def test_who_goes_back_may_choose_another_card(shop: Shop) -> None:
    payment, shopper = challenged(shop)
    back = shopper.cancels()
    assert f"{shop.bank}{back.headers['Location']}" == payment["checkout_url"]
    Shopper(payment["checkout_url"]).pays("tok_approve_mastercard")
    assert shop.get(f"/v1/payments/{payment['id']}")["card"]["last4"] == "4444"


def test_the_browser_may_go_back_and_reload(shop: Shop) -> None:
    payment, shopper = challenged(shop)
    assert shopper.http.get(payment["checkout_url"]).status_code == 200
    assert shopper.asked().page.status_code == 200
    assert shop.get(f"/v1/payments/{payment['id']}") | {"updated_at": 0} == payment | {
        "updated_at": 0
    }


def test_without_a_card_the_issuer_has_nothing_to_ask(shop: Shop) -> None:
    payment = shop.payment()
    answer = Shopper(f"{payment['checkout_url']}challenge/").page
    assert f"{shop.bank}{answer.headers['Location']}" == payment["checkout_url"]


def test_an_answer_that_is_none_is_asked_again(shop: Shop) -> None:
    assert challenged(shop)[1].posts(action="perhaps").status_code == 422


def test_a_finished_payment_says_so_at_the_issuer_too(shop: Shop) -> None:
    payment, shopper = challenged(shop)
    shop.void(payment)
    assert "This payment was cancelled" in shopper.asked().page.text


def test_an_unknown_link_to_the_issuer_is_no_page(shop: Shop) -> None:
    assert Shopper(f"{shop.bank}/pay/nothing/challenge/").page.status_code == 404
