"""What the checkout says of cards that were kept for a shopper."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from payments.models import Payment, ProviderAccount, SavedMethod
from tests.factories import UserFactory, an_order
from tests.shop.cast import check_out, filled_in, nothing_happened, read

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


def test_a_card_removed_in_another_tab_is_said_to_be_gone(
    signed_in: Client, visa: SavedMethod
) -> None:
    typed = filled_in(signed_in, method=f"sandbox/card/{visa.token}")
    signed_in.post("/payments/saved/", {"token": visa.token})

    answer = check_out(signed_in, typed)

    assert answer.status_code == 400
    text = read(answer).text
    assert "Payment method: This saved card is no longer there. Please choose another way." in text
    assert nothing_happened()
    assert "4242" not in text


def test_the_pay_page_says_so_too(client: Client, alice: User, visa: SavedMethod) -> None:
    payment = Payment.objects.get(order=an_order(user_id=alice.pk))
    client.force_login(alice)
    client.post("/payments/saved/", {"token": visa.token})

    answer = client.post(
        f"/payments/pay/{payment.token}/", {"method": f"sandbox/card/{visa.token}"}
    )

    assert answer.status_code == 400
    assert "This saved card is no longer there. Please choose another way." in read(answer).text
