"""A shopper whose browser asks for Chinese reads no English, from the shelf to the mail."""

from __future__ import annotations

import httpx
import pytest
from django.test import Client

from demo.models import Product
from orders.clock import now
from orders.emails import render_mail
from orders.models import Mail, Order
from payments.models import Payment, ProviderAccount
from tests.english import english_in
from tests.factories import an_order
from tests.payments.shopper import pay_at_bank
from tests.shop.cast import check_out, filled_in, local, put_in_cart

pytestmark = pytest.mark.django_db
CHINESE = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.fixture
def client() -> Client:
    return Client(headers=CHINESE)


@pytest.fixture
def at_bank(client: Client, real_bank: ProviderAccount, teapot: Product) -> str:
    put_in_cart(client, teapot, 2)
    return check_out(client)["Location"]


def english(client: Client, path: str, status: int = 200) -> list[str]:
    answer = client.get(path, follow=True)
    assert (answer.status_code, answer["Content-Language"]) == (status, "zh-hans")
    return english_in(answer.content.decode())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=Teapot",
        "/?q=x9",
        "/?sort=newest",
        "/mail/",
        "/terms/",
        "/accounts/login/",
        "/accounts/sign-up/",
    ],
)
def test_the_shelves_and_what_stands_around_them(
    client: Client, teapot: Product, path: str
) -> None:
    assert not english(client, path)


def test_a_product_that_runs_out(client: Client, teapot: Product) -> None:
    Product.objects.update(stock=2)
    assert not english(client, teapot.get_absolute_url())


def test_a_page_that_is_not_there(client: Client, db: None) -> None:
    assert not english(client, "/no-such-page/", 404)


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/sign-up/"])
def test_what_is_wrong_with_an_account(client: Client, db: None, path: str) -> None:
    nobody = {"username": "no body", "password": "x", "password1": "1", "password2": "2"}
    assert not english_in(client.post(path, nobody).content.decode())


@pytest.mark.parametrize("path", ["/cart/", "/checkout/"])
def test_the_cart_and_the_checkout(shopper: Client, path: str) -> None:
    assert not english(shopper, path)


@pytest.mark.parametrize("quantity", ["0", "-1", "much", "11", "1000"])
def test_a_quantity_that_cannot_be(shopper: Client, teapot: Product, quantity: str) -> None:
    answer = put_in_cart(shopper, teapot, quantity)

    assert answer.status_code == 400
    assert not english_in(answer.content.decode())


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "", "name": "", "line1": "", "city": "", "postcode": "", "country": ""},
        {"email": "alice", "country": "XX", "method": "cash", "name": "A" * 500},
        {"seen_total": "1"},
    ],
    ids=["nothing", "nonsense", "another total"],
)
def test_what_is_wrong_with_a_form(shopper: Client, typed: dict[str, str]) -> None:
    answer = check_out(shopper, filled_in(shopper) | typed)

    assert not english_in(answer.content.decode())
    assert not Order.objects.exists()


def test_the_page_of_the_bank_and_its_thanks(at_bank: str) -> None:
    before = httpx.get(at_bank, headers=CHINESE, trust_env=False).text
    pay_at_bank(at_bank)
    after = httpx.get(at_bank, headers=CHINESE, trust_env=False).text

    assert english_in(before) == english_in(after) == []
    assert "付款已完成" in after


def test_the_result_and_the_order(client: Client, at_bank: str) -> None:
    assert not english(client, local(pay_at_bank(at_bank)))

    order = Order.objects.get()
    assert order.language == "zh-hans"
    assert not english(client, f"/order/{order.link_token}/")


def test_a_refusal_and_the_way_to_pay_again(client: Client, at_bank: str) -> None:
    back = pay_at_bank(at_bank, "tok_decline_insufficient_funds")

    assert not english(client, local(back))


def test_what_is_waited_for(client: Client, at_bank: str) -> None:
    token = Payment.objects.get().token

    assert not english(client, f"/payments/pay/{token}/return/")
    assert not english(client, f"/payments/pay/{token}/?another")


@pytest.mark.parametrize("kind", ["confirmation", "expired", "payment_failed", "link", "refund"])
def test_a_mail(db: None, kind: str) -> None:
    order = an_order(language="zh-hans")
    mail = Mail(order=order, kind=kind, language="zh-hans", context={"amount": 6000})
    mail.created_at = now()

    subject, body = render_mail(mail)

    assert order.number in subject
    assert english_in(subject) == english_in(body) == []


def test_the_switch_turns_the_page_and_is_remembered(client: Client, teapot: Product) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/cart/"}, follow=True)

    assert answer.redirect_chain == [("/cart/", 302)]
    assert "Your cart is empty" in answer.content.decode()
    assert client.get("/")["Content-Language"] == "en"


def test_the_switch_never_leads_off_the_site(client: Client, teapot: Product) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "https://example.com/"})

    assert answer["Location"] == "/"


def test_a_page_that_answers_a_form_has_no_switch(shopper: Client, teapot: Product) -> None:
    """The address of such a page takes no GET, and what was typed would be lost."""
    assert b'"next"' not in put_in_cart(shopper, teapot, 1000).content
