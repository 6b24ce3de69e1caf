"""The checkout form: what is wrong is said, and nothing typed is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import Settings

from demo.models import Product
from orders.models import Order
from payments.models import ProviderAccount
from shop.forms import CountrySelect
from tests.factories import UserFactory, an_account
from tests.shop.cast import (
    ALICE,
    check_out,
    filled_in,
    kept,
    nothing_happened,
    put_in_cart,
    read,
    token,
    without,
)
from tests.shop.conftest import Limit

pytestmark = pytest.mark.django_db


WRONG = {
    "no e-mail": ("email", "", "E-mail: Enter your e-mail address."),
    "half an e-mail": ("email", "alice@", "Enter a valid email address."),
    "two e-mails": ("email", "a@example.com, b@example.com", "Enter a valid email address."),
    "no name": ("name", "", "Full name: Enter your full name."),
    "no street": ("line1", " ", "Address: Enter the address."),
    "no town": ("city", "", "Town or city: Enter the town or city."),
    "no postcode": ("postcode", "", "Enter the postcode."),
    "no country": ("country", "", "Country: Choose a country."),
    "no such country": ("country", "XX", "Choose a country from the list."),
    "terms": ("terms", "", "Please agree to the terms of sale."),
    "no method": ("method", "", "Choose a way to pay."),
    "no such method": ("method", "bank/gold", "Choose a way to pay."),
    "no total": ("seen_total", "", "The page arrived incomplete."),
    "a total in words": ("seen_total", "much", "The page arrived incomplete."),
    "a total below nothing": ("seen_total", "-1", "The page arrived incomplete."),
    "a total of 30 digits": ("seen_total", "9" * 30, "The page arrived incomplete."),
    "a total of 5000 digits": ("seen_total", "9" * 5000, "The page arrived incomplete."),
    "no digest of the cart": ("seen", "", "The page arrived incomplete."),
    "a long e-mail": ("email", f"{'a' * 250}@example.com", "at most 254 characters"),
    "a long name": ("name", "x" * 121, "at most 120 characters"),
    "a long street": ("line1", "x" * 121, "at most 120 characters"),
    "a long second line": ("line2", "x" * 121, "at most 120 characters"),
    "a long town": ("city", "x" * 81, "at most 80 characters"),
    "a long region": ("region", "x" * 81, "at most 80 characters"),
    "a long postcode": ("postcode", "x" * 21, "at most 20 characters"),
    "a long phone": ("phone", "x" * 33, "at most 32 characters"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_and_nothing_is_ordered(shopper: Client, case: str) -> None:
    field, value, message = WRONG[case]

    answer = check_out(shopper, filled_in(shopper, **{field: value}))

    assert answer.status_code == 400
    assert message in read(answer).text
    assert nothing_happened()


@pytest.mark.parametrize("case", sorted(case for case in WRONG if "seen" not in WRONG[case][0]))
def test_what_was_typed_is_still_there(shopper: Client, case: str) -> None:
    field, value, _message = WRONG[case]
    typed = filled_in(shopper, **{field: value})
    silent = {"country", "terms"} if case in {"no such country", "terms"} else set()
    silent |= {"method"} if "method" in case else set()

    answer = check_out(shopper, typed)

    hidden = silent & {field}
    assert without(kept(answer), *hidden) == without(typed, *hidden)


@pytest.mark.parametrize("field", sorted(ALICE))
def test_a_null_byte_is_refused(shopper: Client, field: str) -> None:
    typed = filled_in(shopper, **{field: f"{ALICE[field]}\0"})

    answer = check_out(shopper, typed)

    assert answer.status_code == (303 if field == "terms" else 400)


@pytest.mark.parametrize("key", ["\0", "x" * 23, "x" * 100_000, ""], ids=len)
def test_a_form_of_no_cart_of_ours_orders_nothing(shopper: Client, key: str) -> None:
    answer = check_out(shopper, filled_in(shopper, checkout_key=key))

    assert answer.status_code == 409
    assert nothing_happened()


def test_a_form_of_somebody_elses_cart_orders_nothing(shopper: Client, teapot: Product) -> None:
    other = Client()
    put_in_cart(other, teapot)

    answer = check_out(other, filled_in(shopper))

    assert answer.status_code == 409
    assert nothing_happened()


def test_terms_not_ticked_are_asked_for(shopper: Client) -> None:
    answer = check_out(shopper, without(filled_in(shopper), "terms"))

    assert answer.status_code == 400
    assert "Please agree to the terms of sale." in read(answer).text
    assert nothing_happened()


def test_a_country_the_shop_does_not_deliver_to_is_refused(
    shopper: Client, settings: Settings
) -> None:
    settings.SHOP = {**settings.SHOP, "countries": ["FR", "GB"]}

    answer = check_out(shopper, filled_in(shopper, country="DE"))

    assert answer.status_code == 400
    assert nothing_happened()


def test_where_no_post_code_is_used_none_is_asked_for(shopper: Client) -> None:
    answer = check_out(shopper, filled_in(shopper, country="IE", postcode=""))

    assert answer.status_code == 303


def test_without_an_account_the_page_says_that_nothing_can_be_paid(
    client: Client, teapot: Product
) -> None:
    put_in_cart(client, teapot)

    answer = check_out(client, kept(client.get("/checkout/")) | without(ALICE, "method"))

    assert answer.status_code == 400
    assert "There is no way to pay this amount at the moment." in read(answer).text
    assert nothing_happened()


def test_too_many_tries_are_refused_and_keep_what_was_typed(shopper: Client, limit: Limit) -> None:
    limit(checkout="1/h")
    typed = filled_in(shopper)
    check_out(shopper, typed | {"email": "wrong"})

    answer = check_out(shopper, typed)

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert kept(answer) == typed
    assert nothing_happened()


def test_the_same_form_again_takes_no_try_from_the_next_order(
    shopper: Client, teapot: Product, limit: Limit
) -> None:
    limit(checkout="2/h")
    typed = filled_in(shopper)
    for _ in range(4):
        check_out(shopper, typed)
    put_in_cart(shopper, teapot)

    assert check_out(shopper).status_code == 303
    assert Order.objects.count() == 2


def test_orders_are_counted_like_tries_that_fail(
    shopper: Client, teapot: Product, limit: Limit
) -> None:
    limit(checkout="1/h")
    check_out(shopper)
    put_in_cart(shopper, teapot)

    answer = check_out(shopper)

    assert (answer.status_code, Order.objects.count()) == (429, 1)
    assert "Too many tries from your connection. Wait" in read(answer).text


@pytest.mark.parametrize("fresh_cart", [False, True])
def test_a_repeat_over_the_rate_leads_to_the_order_it_has_made(
    shopper: Client, teapot: Product, limit: Limit, *, fresh_cart: bool
) -> None:
    limit(checkout="1/h")
    typed = filled_in(shopper)
    first = check_out(shopper, typed)
    if fresh_cart:
        put_in_cart(shopper, teapot)

    again = check_out(shopper, typed)

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert Order.objects.count() == 1


@pytest.fixture
def strict(teapot: Product, deaf_bank: ProviderAccount) -> Client:
    """A shopper with a teapot in the cart, whose forms must carry their tokens."""
    strict = Client(enforce_csrf_checks=True)
    form = read(strict.get(teapot.get_absolute_url())).form(having="sku")
    strict.post(form.action, dict(form.fields))
    return strict


def test_a_form_without_its_token_is_refused(strict: Client) -> None:
    answer = check_out(strict, filled_in(strict))

    assert answer.status_code == 403
    assert "Nothing was lost and nothing was charged" in read(answer).text
    assert nothing_happened()


def test_a_form_with_its_token_is_taken(strict: Client) -> None:
    answer = check_out(strict, filled_in(strict) | token(strict.get("/checkout/")))

    assert answer.status_code == 303


def test_the_list_of_countries_marks_the_chosen_one_and_escapes_names(
    settings: Settings,
) -> None:
    settings.SHOP = {**settings.SHOP, "countries": ["BA", "GG"]}

    assert CountrySelect().render("country", "BA", {"required": True}) == (
        '<select name="country" required><option value="">Choose a country</option>'
        '<option value="BA" selected>Bosnia &amp; Herzegovina</option>'
        '<option value="GG">Guernsey</option></select>'
    )


def test_a_country_not_delivered_to_is_refused(shopper: Client, settings: Settings) -> None:
    settings.SHOP = {**settings.SHOP, "countries": ["BA", "GG"]}

    answer = check_out(shopper, filled_in(shopper, country="GB"))

    assert "Choose a country from the list." in read(answer).text
    assert nothing_happened()


@pytest.mark.parametrize("again", [{"look": "on"}, {"email": "nobody"}], ids=["look", "wrong"])
def test_that_a_card_is_to_be_kept_stays_ticked(
    client: Client, teapot: Product, again: dict[str, str]
) -> None:
    an_account()
    client.force_login(UserFactory.create())
    put_in_cart(client, teapot)
    agreed = {"method": "sandbox/card", "save_method": "on", **again}

    page = client.post("/checkout/", ALICE | agreed).content.decode()

    assert re.search(r'name="save_method"[^>]* checked>', page)
