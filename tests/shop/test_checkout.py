"""An order is what the shopper saw, once: else it is refused and nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client

from demo.models import Product
from orders.clock import now
from orders.models import Order
from payments.models import Attempt, ProviderAccount
from shop.models import Cart, CartLine
from tests.factories import UserFactory, a_product, an_order
from tests.shop.cast import (
    check_out,
    filled_in,
    kept,
    nothing_happened,
    put_in_cart,
    read,
    without,
)

pytestmark = pytest.mark.django_db


def test_an_order_is_what_was_typed(shopper: Client, teapot: Product) -> None:
    check_out(shopper)

    order = Order.objects.get()
    assert (order.email, order.total_amount, order.user) == ("alice@example.com", 4200, None)
    assert order.address.region == "Yorkshire"
    assert order.link_expires_at > now() + timedelta(days=89)


def test_an_order_takes_its_pieces_and_empties_the_cart(shopper: Client) -> None:
    check_out(shopper)

    assert Product.objects.get().stock == 9
    assert not CartLine.objects.exists()


def test_an_order_keeps_its_prices_when_the_catalogue_changes(shopper: Client) -> None:
    check_out(shopper)

    Product.objects.update(price=9900, name="Kettle")

    line = Order.objects.get().lines.get()
    assert (line.name, line.unit_amount) == ("Teapot", 4200)


def test_an_order_number_that_is_taken_is_drawn_again(shopper: Client) -> None:
    draws = iter([an_order().number, "0123456789"])
    typed = filled_in(shopper)

    with patch.object(Order._meta.get_field("number"), "_get_default", lambda: next(draws)):
        check_out(shopper, typed)

    assert Order.objects.filter(number="0123456789", payment__attempts__isnull=False).exists()


def test_every_cost_is_on_the_page(shopper: Client) -> None:
    text = read(shopper.get("/checkout/")).text

    assert "Goods £42.00 Delivery Free Total £42.00" in text
    assert "Order and pay £42.00" in text


def test_an_empty_cart_leads_back_to_the_cart(client: Client, teapot: Product) -> None:
    assert client.get("/checkout/")["Location"] == "/cart/"


def test_the_address_of_a_signed_in_shopper_is_filled_in(shopper: Client) -> None:
    shopper.force_login(UserFactory.create(email="bob@example.com"))

    assert kept(shopper.get("/checkout/"))["email"] == "bob@example.com"


def test_the_order_of_a_signed_in_shopper_is_theirs(shopper: Client) -> None:
    bob = UserFactory.create()
    shopper.force_login(bob)

    check_out(shopper)

    assert Order.objects.get().user == bob


def test_a_price_risen_since_is_shown_and_nothing_is_ordered(shopper: Client) -> None:
    typed = filled_in(shopper)
    Product.objects.update(price=4900)

    answer = check_out(shopper, typed)

    assert answer.status_code == 409
    assert "The total has changed from £42.00 to £49.00. Nothing was charged." in read(answer).text
    assert nothing_happened()


def test_after_a_price_has_risen_the_next_press_pays_the_new_total(shopper: Client) -> None:
    typed = filled_in(shopper)
    Product.objects.update(price=4900)
    refused = check_out(shopper, typed)

    assert without(kept(refused), "seen") == without(typed | {"seen_total": "4900"}, "seen")
    check_out(shopper, kept(refused))

    assert Order.objects.get().total_amount == 4900


def test_a_price_fallen_since_is_shown_too(shopper: Client) -> None:
    typed = filled_in(shopper)
    Product.objects.update(price=4000)

    assert check_out(shopper, typed).status_code == 409
    assert nothing_happened()


def test_a_cart_changed_in_another_tab_is_shown_and_nothing_is_ordered(
    shopper: Client, teapot: Product
) -> None:
    typed = filled_in(shopper)
    put_in_cart(shopper, teapot, 2)

    answer = check_out(shopper, typed)

    assert answer.status_code == 409
    assert "from £42.00 to £126.00" in read(answer).text
    assert nothing_happened()


def test_a_cart_emptied_in_another_tab_orders_nothing_and_keeps_what_was_typed(
    shopper: Client, teapot: Product
) -> None:
    typed = filled_in(shopper)
    shopper.post("/cart/remove/", {"sku": teapot.sku})

    answer = check_out(shopper, typed)

    assert answer.status_code == 409
    shown = ("seen", "seen_total")
    assert without(kept(answer), *shown) == without(typed, *shown, "method")
    assert nothing_happened()


def test_a_lost_session_keeps_what_was_typed_until_there_is_a_cart_again(
    shopper: Client, teapot: Product
) -> None:
    typed = filled_in(shopper)
    shopper.cookies.clear()
    empty = check_out(shopper, typed)
    put_in_cart(shopper, teapot, 2)

    answer = check_out(shopper, kept(empty))

    changed = {"seen_total": "8400", "checkout_key": Cart.objects.latest("pk").token}
    assert (empty.status_code, answer.status_code) == (409, 409)
    assert without(kept(answer), "seen") == without(typed | changed, "seen")


def test_another_cart_of_the_same_total_is_shown_and_nothing_is_ordered(
    shopper: Client, teapot: Product
) -> None:
    typed = filled_in(shopper)
    shopper.post("/cart/remove/", {"sku": teapot.sku})
    put_in_cart(shopper, a_product(name="Lamp", price=2100), 2)

    answer = check_out(shopper, typed)

    assert (answer.status_code, nothing_happened()) == (409, True)
    assert "Your cart has changed. Nothing was charged." in read(answer).text
    assert check_out(shopper, kept(answer)).status_code == 303


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"stock": 0}, "Teapot is sold out."),
        ({"active": False}, "This product is no longer for sale."),
    ],
)
def test_what_sold_out_since_is_marked_and_nothing_is_ordered(
    shopper: Client, change: dict[str, int], reason: str
) -> None:
    typed = filled_in(shopper)
    Product.objects.update(**change)

    answer = check_out(shopper, typed)

    assert answer.status_code == 409
    assert "Something in your cart can no longer be had. Nothing was charged." in read(answer).text
    assert reason in read(answer).text
    assert nothing_happened(change.get("stock", 10))


def test_fewer_left_than_wanted_is_said(shopper: Client, teapot: Product) -> None:
    put_in_cart(shopper, teapot, 4)
    typed = filled_in(shopper)
    Product.objects.update(stock=3)

    answer = check_out(shopper, typed)

    assert (answer.status_code, nothing_happened(3)) == (409, True)
    assert "Only 3 pieces of Teapot are left." in read(answer).text


def test_the_same_form_twice_makes_one_order_and_both_land_on_it(shopper: Client) -> None:
    typed = filled_in(shopper)

    first, second = check_out(shopper, typed), check_out(shopper, typed)

    assert (first.status_code, second.status_code) == (303, 303)
    assert first["Location"] == second["Location"]
    assert (Order.objects.count(), Attempt.objects.count()) == (1, 1)


def test_the_same_form_twice_leads_to_the_same_page_of_the_bank(
    client: Client, real_bank: ProviderAccount, teapot: Product
) -> None:
    put_in_cart(client, teapot)
    typed = filled_in(client)

    first, second = check_out(client, typed), check_out(client, typed)

    assert first["Location"] == second["Location"]
    assert first["Location"].startswith(f"{real_bank.base_url}/pay/")


def test_an_old_form_beside_a_new_cart_leads_to_its_own_order(
    shopper: Client, teapot: Product
) -> None:
    typed = filled_in(shopper)
    first = check_out(shopper, typed)
    put_in_cart(shopper, teapot, 2)

    second = check_out(shopper, typed)

    assert second["Location"] == first["Location"]
    assert (Order.objects.count(), CartLine.objects.get().quantity) == (1, 2)
