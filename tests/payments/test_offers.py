"""Which ways to pay are on offer: what the account has, less what staff withhold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from orders.money import Money
from payments.models import ProviderAccount, SavedMethod
from payments.registry import payment_options
from tests.factories import UserFactory, an_account

pytestmark = pytest.mark.django_db
EVERYTHING: dict[str, list[str]] = {
    "card": [],
    "alipay": ["CNY", "GBP"],
    "wechat_pay": ["CNY", "GBP"],
}


def at_stripe(**given: Any) -> ProviderAccount:
    return an_account(code="stripe", provider="stripe", **given)


def offered(amount: int = 6000, currency: str = "GBP") -> list[str]:
    return [option.method for option in payment_options(Money(amount, currency))]


def test_an_account_that_nobody_asked_about_has_what_every_account_has() -> None:
    at_stripe()

    assert offered() == ["card"]


@pytest.mark.parametrize(
    ("currency", "methods"),
    [
        ("GBP", ["card", "alipay", "wechat_pay"]),
        ("CNY", ["card", "alipay", "wechat_pay"]),
        ("USD", ["card"]),
        ("SEK", ["card"]),
    ],
)
def test_a_wallet_of_china_is_offered_in_the_currencies_of_the_account(
    currency: str, methods: list[str]
) -> None:
    at_stripe(methods=EVERYTHING)

    assert offered(currency=currency) == methods


def test_what_the_account_has_not_is_not_offered() -> None:
    at_stripe(methods={"alipay": ["CNY", "GBP"]})

    assert offered() == ["alipay"]


def test_what_our_adapter_does_not_know_is_not_offered() -> None:
    at_stripe(methods={"card": [], "carrier_pigeon": []})

    assert offered() == ["card"]


def test_what_staff_withhold_is_not_offered() -> None:
    at_stripe(methods=EVERYTHING, withheld=["card", "wechat_pay"])

    assert offered() == ["alipay"]


def test_the_same_way_of_two_accounts_is_told_apart_by_their_codes() -> None:
    at_stripe(methods={"card": [], "alipay": ["GBP"]})
    an_account(code="stripe-us", provider="stripe", merchant_id="acct_us")

    labels = [str(option.label) for option in payment_options(Money(6000, "GBP"))]

    assert labels == ["Card · stripe", "Alipay", "Card · stripe-us"]


def test_a_kept_card_is_known_by_its_digits_alone() -> None:
    account = at_stripe()
    an_account(code="stripe-us", provider="stripe", merchant_id="acct_us")
    alice = UserFactory.create()
    card = {"method": "card", "brand": "visa", "last4": "4242"}
    SavedMethod.objects.create(account=account, user=alice, **card)

    options = payment_options(Money(6000, "GBP"), alice.pk)

    assert options[0].label == "Visa ···· 4242"


def test_less_than_the_least_that_stripe_takes_can_be_paid_by_nothing() -> None:
    at_stripe(methods=EVERYTHING)

    assert offered(29) == []
    assert offered(30) == ["card", "alipay", "wechat_pay"]


def test_an_account_at_the_sandbox_offers_all_that_its_bank_can() -> None:
    an_account()

    assert offered() == ["card", "wallet", "qr", "bank_debit"]


@pytest.mark.parametrize("method", EVERYTHING)
def test_each_way_has_a_picture(method: str) -> None:
    style = Path(finders.find("payments/pay.css") or "").read_text(encoding="utf-8")

    assert f'.option-icon-{method} {{ mask-image: url("{method}.svg")' in style
    assert finders.find(f"payments/{method}.svg")
