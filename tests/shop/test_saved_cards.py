"""What the checkout says of cards that were kept for a shopper."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from payments.models import ProviderAccount, SavedMethod
from tests.factories import UserFactory
from tests.shop.cast import read

pytestmark = pytest.mark.django_db
NEXT_PAGE = "You pay on the next page. Your order is placed when you press the button."


@pytest.fixture
def alice() -> User:
    user: User = UserFactory.create()
    return user


@pytest.fixture
def visa(deaf_bank: ProviderAccount, alice: User) -> SavedMethod:
    return SavedMethod.objects.create(
        account=deaf_bank, user=alice, method="card", provider_id="v", brand="visa", last4="4242"
    )


@pytest.fixture
def signed_in(shopper: Client, alice: User) -> Client:
    """Alice, with one teapot in the cart."""
    shopper.force_login(alice)
    return shopper


def checkout(client: Client) -> str:
    return read(client.get("/checkout/")).text


@pytest.mark.usefixtures("visa")
def test_with_a_kept_card_the_button_is_said_to_pay(signed_in: Client) -> None:
    text = checkout(signed_in)

    assert "Saved card: nothing to type. You pay when you press the button." in text
    assert "With a saved card it also pays; any other way you pay on the next page." in text
    assert NEXT_PAGE not in text


def test_without_one_the_next_page_is_where_one_pays(signed_in: Client) -> None:
    assert NEXT_PAGE in checkout(signed_in)
