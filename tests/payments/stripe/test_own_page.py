"""The page with Stripe's fields: what its headers let a wallet's window do, and no other page."""

from __future__ import annotations

from typing import Final

import pytest

from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
OPENER: Final = "Cross-Origin-Opener-Policy"


@pytest.fixture
def own(shop: Shop) -> Shop:
    shop.account.own_page = True
    shop.account.save()
    shop.orders()
    return shop


def address(shop: Shop, path: str) -> str:
    return f"/payments/pay/{shop.payment.token}/{path}"


def test_a_window_of_a_wallet_may_answer_the_page_with_the_fields(own: Shop) -> None:
    page = own.shopper.get(address(own, "fields/"))

    assert page.status_code == 200
    assert page.headers[OPENER] == "same-origin-allow-popups"


def test_every_other_page_keeps_the_opener_policy_of_the_site(own: Shop) -> None:
    page = own.shopper.get(address(own, ""))

    assert page.status_code == 200
    assert page.headers[OPENER] == "same-origin"
