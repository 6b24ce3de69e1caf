"""The order page behind its link, and the way to a new one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from orders.clock import clock_at, now
from orders.emails import send_due_mail
from orders.models import Mail, Order
from tests.factories import UserFactory, a_payment, an_order
from tests.shop.cast import read
from tests.shop.conftest import Limit

pytestmark = pytest.mark.django_db
SENT = "If this is the address of the order, a new link is on its way to it."


@pytest.fixture
def order() -> Order:
    return a_payment().order


@pytest.fixture
def expired(order: Order) -> Iterator[Order]:
    """Ninety-one days later."""
    later = now() + timedelta(days=91)
    with clock_at(lambda: later):
        yield order


def page_of(order: Order) -> str:
    return f"/order/{order.link_token}/"


def ask(client: Client, order: Order, email: str = "alice@example.com") -> tuple[int, str]:
    answer = client.post(f"{page_of(order)}link/", {"email": email})
    return answer.status_code, read(answer).text


def test_the_page_tells_what_was_ordered_and_where_it_stands(client: Client, order: Order) -> None:
    text = read(client.get(page_of(order))).text

    assert "Teapot £60.00 each 1 £60.00" in text
    assert "Your payment has arrived and we are packing your order." in text


def test_the_page_of_an_unpaid_order_leads_to_its_payment(client: Client) -> None:
    order = an_order()

    page = read(client.get(page_of(order)))

    assert "We have not received your payment yet." in page.text
    assert f"/payments/pay/{order.payment.token}/" in page.links


def test_the_page_is_kept_by_no_cache(client: Client, order: Order) -> None:
    assert "no-store" in client.get(page_of(order))["Cache-Control"]


@pytest.mark.parametrize("token", ["x", "x" * 22, "x" * 1000])
def test_an_unknown_link_finds_nothing(client: Client, order: Order, token: str) -> None:
    answer = client.get(f"/order/{token}/")

    assert answer.status_code == 404
    assert "We cannot find this order" in read(answer).text


@pytest.mark.parametrize(
    "path", ["/order/%00/", "/order/%00/link/", "/p/%00/", "/payments/pay/%00/"]
)
def test_a_null_byte_finds_nothing(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


def test_an_order_number_is_no_link(client: Client, order: Order) -> None:
    assert client.get(f"/order/{order.number}/").status_code == 404


def test_an_expired_link_says_so_and_shows_nothing(client: Client, expired: Order) -> None:
    answer = client.get(page_of(expired))

    assert answer.status_code == 410
    assert "This link has run out" in read(answer).text
    assert not {expired.number, expired.email, "Teapot"} & set(read(answer).text.split())


def test_the_owner_needs_no_new_link(client: Client) -> None:
    alice = UserFactory.create()
    order = an_order(user_id=alice.pk)
    client.force_login(alice)
    later = now() + timedelta(days=91)

    with clock_at(lambda: later):
        assert client.get(page_of(order)).status_code == 200


def test_another_shopper_needs_a_new_link(client: Client, expired: Order) -> None:
    client.force_login(UserFactory.create())

    assert client.get(page_of(expired)).status_code == 410


@pytest.mark.parametrize("email", ["alice@example.com", " ALICE@Example.com "])
def test_the_right_address_gets_a_new_link_by_mail(
    client: Client, expired: Order, email: str
) -> None:
    Mail.objects.all().delete()
    status, text = ask(client, expired, email)
    send_due_mail()

    expired.refresh_from_db()
    assert (status, SENT in text) == (200, True)
    assert page_of(expired) in mail.outbox[0].body
    assert client.get(page_of(expired)).status_code == 200


def test_the_old_link_is_dead_once_there_is_a_new_one(client: Client, expired: Order) -> None:
    ask(client, expired)

    assert client.get(page_of(expired)).status_code == 404


def test_a_wrong_address_gets_the_same_answer_and_no_mail(client: Client, expired: Order) -> None:
    Mail.objects.all().delete()

    answers = [ask(client, expired, "eve@example.com"), ask(client, expired)]

    assert answers[0] == answers[1]
    assert Mail.objects.count() == 1


def test_a_link_of_no_order_gets_the_same_answer(client: Client, expired: Order) -> None:
    right = ask(client, expired)

    answer = client.post(f"/order/{'x' * 22}/link/", {"email": "alice@example.com"})

    assert (answer.status_code, read(answer).text) == right


@pytest.mark.parametrize("email", ["", "alice", "alice@example.com\0", "a" * 400 + "@example.com"])
def test_what_is_no_address_is_said_and_stays_typed(
    client: Client, expired: Order, email: str
) -> None:
    Mail.objects.all().delete()

    answer = client.post(f"{page_of(expired)}link/", {"email": email})

    assert answer.status_code == 400
    assert dict(read(answer).form(having="email").fields)["email"] == email
    assert not Mail.objects.exists()


def test_guessing_addresses_ends_soon_and_keeps_what_was_typed(
    client: Client, expired: Order, limit: Limit
) -> None:
    limit(order_link="1/h")
    Mail.objects.all().delete()
    ask(client, expired, "eve@example.com")

    answer = client.post(f"{page_of(expired)}link/", {"email": expired.email})

    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    assert dict(read(answer).form(having="email").fields)["email"] == expired.email
    assert not Mail.objects.exists()


def test_who_is_signed_in_finds_their_saved_cards(client: Client, order: Order) -> None:
    assert "/payments/saved/" not in read(client.get(page_of(order))).links
    client.force_login(UserFactory.create())

    assert "/payments/saved/" in read(client.get(page_of(order))).links
