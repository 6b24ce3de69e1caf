"""Whatever word a provider has for a brand of cards, people read the name that they know."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from orders.money import Money
from payments.brands import brand_name
from payments.models import SavedMethod
from payments.registry import label_of, payment_options
from tests.factories import UserFactory, an_account

AMEX = {"brand": "amex", "last4": "0005"}


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("visa", "Visa"),
        ("mastercard", "Mastercard"),
        ("amex", "American Express"),
        ("unionpay", "UnionPay"),
        ("diners", "Diners Club"),
        ("jcb", "JCB"),
        ("MasterCard", "Mastercard"),
        ("link", "Link"),
        ("unknown", "Card"),
        ("", "Card"),
        ("Girocard", "Girocard"),
    ],
)
def test_a_brand_has_its_name(word: str, name: str) -> None:
    assert str(brand_name(word)) == name


@pytest.fixture
def alice(db: None) -> User:
    user: User = UserFactory.create()
    return user


def kept(user: User) -> SavedMethod:
    account = an_account()
    return SavedMethod.objects.create(account=account, user=user, method="card", **AMEX)


def test_a_kept_card_is_offered_by_its_name(alice: User) -> None:
    kept(alice)

    first = payment_options(Money(6000, "GBP"), alice.pk)[0]

    assert first.label == "American Express ···· 0005"


def test_what_shows_no_digits_is_named_without(client: Client, alice: User) -> None:
    one = SavedMethod.objects.create(account=an_account(), user=alice, method="card", brand="link")
    client.force_login(alice)

    page = client.get("/payments/saved/").content.decode()

    assert (one.face, str(one)) == ("Link", "Link")
    assert 'Remove<span class="visually-hidden"> Link</span>' in page
    assert "····" not in page


def test_the_page_of_kept_cards_names_them(client: Client, alice: User) -> None:
    kept(alice)
    client.force_login(alice)

    page = client.get("/payments/saved/").content.decode()

    assert "American Express ···· 0005" in page
    assert "American Express ending in 0005" in page
    assert "amex" not in page


def test_a_card_of_which_nothing_is_kept_any_more_is_a_card() -> None:
    assert str(label_of("card", SavedMethod())) == "Card"


def test_staff_read_the_name_of_a_kept_card(alice: User) -> None:
    assert str(kept(alice)) == "American Express 0005"
