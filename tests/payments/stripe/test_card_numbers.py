"""No card number and no security code comes to us: not into a row, a page or a log (PCI SAQ A)."""

from __future__ import annotations

import json
import logging
import re
from typing import Final

import httpx
import pytest
from django.apps import apps

from orders.models import Order
from payments.services.feed import read_feeds
from payments.services.inbox import drain_inbox
from tests.contract.faults import Answer, saying
from tests.payments.flows.cast import books, work
from tests.payments.stripe.cast import PAID, Shop
from tests.shop.cast import filled_in, put_in_cart

pytestmark = pytest.mark.django_db
VISA, DECLINED, ASKED = "4242424242424242", "4000000000009995", "4000002760003184"
CODE: Final = "code-from-the-back"
"""Typed where a security code belongs: three digits are in any row."""
SECRET: Final = re.compile(
    "|".join([CODE, *("[ -]?".join(number) for number in (VISA, DECLINED, ASKED))])
)
CARD: Final = {"number": VISA, "card_number": VISA, "cvc": CODE, "expiry": "12 / 34"}


def kept() -> str:
    """Every row of every table, as text."""
    rows = (row for model in apps.get_models() for row in model._default_manager.values_list())
    return "\n".join(map(_text, rows))


def _text(row: tuple[object, ...]) -> str:
    plain = (bytes(each) if isinstance(each, memoryview) else each for each in row)
    return " ".join(map(str, plain))


def types_at_stripe(shop: Shop, number: str) -> None:
    """On the hosted page, as a browser sends its form."""
    url = shop.attempt.redirect_url
    spaced = " ".join(number[at : at + 4] for at in range(0, 16, 4))
    form = {"pay_with": "card", "number": spaced, "cvc": CODE, "expiry": "12 / 34"}
    assert httpx.post(url, data=form, trust_env=False).status_code < 400


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_a_number_in_a_row_would_be_noticed(shop: Shop) -> None:
    shop.orders()
    Order.objects.update(email=f"{VISA[:4]} {VISA[4:]}@example.com")

    assert SECRET.search(kept())


def test_what_is_typed_at_stripe_is_in_no_row_page_or_log(
    shop: Shop, log: pytest.LogCaptureFixture
) -> None:
    shop.orders()
    pages = []
    for number in (DECLINED, ASKED, VISA):
        types_at_stripe(shop, number)
        pages.append(shop.page())
    for body, headers in shop.letters():
        shop.hears(body, headers)
    read_feeds()
    drain_inbox()
    work()
    pages.append(shop.staff_read())

    assert books() == PAID
    assert not SECRET.search(kept())
    assert not SECRET.search(log.text)
    assert not SECRET.search(" ".join(pages))


def test_a_number_that_is_sent_to_our_own_pages_is_not_kept(
    shop: Shop, log: pytest.LogCaptureFixture
) -> None:
    put_in_cart(shop.shopper, shop.product)
    shop.shopper.post("/checkout/", {**filled_in(shop.shopper, method="stripe/card"), **CARD})
    address = f"/payments/pay/{shop.payment.token}/"
    shop.shopper.post(address, {"method": "stripe/card", **CARD})
    shop.shopper.get(f"{address}return/", CARD)
    shop.hears(json.dumps(CARD).encode(), {"Stripe-Signature": "t=1,v1=00"})

    assert not SECRET.search(kept())
    assert not SECRET.search(log.text)


@pytest.mark.parametrize("status", [400, 401, 402, 409, 429, 500])
def test_a_number_that_stripe_quotes_in_an_error_is_not_kept(
    shop: Shop, log: pytest.LogCaptureFixture, status: int
) -> None:
    error = {"type": "card_error", "code": "card_declined", "message": f"{VISA} {CODE}: declined"}
    body = json.dumps({"error": error, "message": f"{VISA} {CODE}"}).encode()

    with shop.wire.trouble(saying("quoting", Answer(status, body=body))):
        shop.orders()
        work()

    assert not SECRET.search(kept())
    assert not SECRET.search(log.text)
    assert not SECRET.search(shop.page(""))


@pytest.mark.parametrize("own_page", [False, True], ids=["their page", "our page"])
def test_no_page_of_ours_has_a_field_for_a_card(shop: Shop, *, own_page: bool) -> None:
    shop.account.own_page = own_page
    shop.account.save()
    put_in_cart(shop.shopper, shop.product)
    checkout = shop.shopper.get("/checkout/").content.decode()
    leads_to = shop.orders()
    address = f"/payments/pay/{shop.payment.token}/"
    ours = [shop.shopper.get(address + page).content.decode() for page in ("", "?another")]
    if own_page:
        ours.append(shop.shopper.get(leads_to).content.decode())

    for page in [checkout, *ours]:
        assert not re.search(r'<input[^>]*(cc-number|cc-csc|cvc|"number"|card_number)', page)
