"""A shopper buys through Stripe by our pages: by a wallet, or with a way on where it says no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from demo.models import Product
from orders.models import Order
from payments.models import Attempt, ProviderAccount
from payments.providers.stripe.http import stripe_client
from payments.services.connect_stripe import Keys, connect_stripe
from payments.timeline import timeline
from tests.factories import a_product
from tests.fakes.stripe.fake import Fake
from tests.shop.cast import check_out, filled_in, local, put_in_cart

pytestmark = pytest.mark.django_db(transaction=True)
wallets = pytest.mark.parametrize("method", ["alipay", "wechat_pay"])


@dataclass(frozen=True, slots=True)
class Till:
    """A shop whose money comes through Stripe, and one shopper in it."""

    client: Client
    fake: Fake
    account: ProviderAccount

    def sells(self, method: str, product: Product) -> str:
        """Where the shopper is sent who orders it."""
        put_in_cart(self.client, product)
        typed = filled_in(self.client, method=f"stripe/{method}")
        return str(check_out(self.client, typed).headers["Location"])

    def shows(self, method: str, product: Product) -> str:
        """The intent of a shopper who has chosen the wallet on Stripe's page, too."""
        assert self.sells(method, product).startswith(f"{self.fake.url}/c/pay/")
        self.fake.pay(self.session, pay_with=method)
        return str(self.fake.told(self.session)["payment_intent"])

    @property
    def session(self) -> str:
        return Attempt.objects.latest("pk").provider_objects.get(kind="payment").object_id

    def runs_out(self) -> None:
        """The page has been open for a day."""
        sdk = stripe_client(self.account.for_provider().secrets["secret_key"], self.fake.url, 8.0)
        sdk.v1.checkout.sessions.expire(self.session, {}, {"idempotency_key": self.session})


def opened(client: Client, fake: Fake, **given: str) -> Till:
    merchant = fake.open_account(**given)
    keys = Keys(merchant.key, merchant.publishable_key, fake.url)
    account = connect_stripe(keys, code="stripe", site="http://shop.test", webhook=False)
    return Till(client, fake, account)


@pytest.fixture
def till(client: Client, fake: Fake, db: None) -> Till:
    return opened(client, fake)


def pay_page() -> str:
    return f"/payments/pay/{Order.objects.get().payment.token}/"


def details() -> str:
    """What staff read of the order."""
    order = Order.objects.get()
    return "\n".join(str(each.detail) for each in timeline(order, order.payment))


@wallets
def test_a_wallet_of_china_pays_for_an_order(till: Till, teapot: Product, method: str) -> None:
    back = till.fake.answer(till.shows(method, teapot)).url

    till.client.get(local(back), follow=True)

    assert Order.objects.get().state == "confirmed"


@wallets
def test_who_turned_back_in_the_app_chooses_another_way(
    till: Till, teapot: Product, method: str
) -> None:
    first = till.shows(method, teapot)
    till.fake.answer(first, agreed=False)
    till.client.get(f"{pay_page()}?another")

    answer = till.client.post(pay_page(), {"method": "stripe/card"})

    assert answer.headers["Location"].startswith(f"{till.fake.url}/c/pay/")
    assert till.fake.told(first)["status"] == "canceled"


def test_a_code_that_ran_out_is_said_once_its_page_is_closed(till: Till, teapot: Product) -> None:
    till.fake.let_code_run_out(till.shows("wechat_pay", teapot))
    till.runs_out()

    page = till.client.get(f"{pay_page()}return/", follow=True)

    assert "The time to pay ran out before you had paid." in page.text
    assert 'value="stripe/card"' in page.text


REFUSALS: dict[str, dict[str, Any]] = {
    "card:line_items[0][price_data][currency]": {"currencies": ["eur"]},
    "alipay:allowed_payment_method_types": {"methods": ["card"]},
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_the_account_cannot_charge_leads_on_and_staff_read_why(
    till: Till, teapot: Product, refusal: str
) -> None:
    method, _, raw = refusal.partition(":")
    till.fake.limit(till.account.merchant_id, **REFUSALS[refusal])

    page = till.client.get(till.sells(method, teapot))

    assert "You have not been charged." in page.text
    assert "Please try another way to pay." in page.text
    assert 'value="stripe/card"' in page.text
    assert f"({raw})" in details()
    assert Order.objects.get().state == "open"


def test_what_comes_to_too_little_where_it_is_paid_out_leads_to_the_next_way(
    client: Client, fake: Fake, deaf_bank: ProviderAccount
) -> None:
    """Stripe counts by its own rate, which nobody knows before."""
    till = opened(client, fake, country="CH", currency="chf")

    page = client.get(till.sells("card", a_product(price=30)))

    assert "This way to pay does not take this amount." in page.text
    assert "(amount_too_small:line_items)" in details()
    chosen = re.findall(r'value="([^"]+)"[^>]* checked', page.text)
    assert chosen[-1] == f"{deaf_bank.code}/card"


def test_what_stripe_does_not_charge_is_not_offered(till: Till) -> None:
    put_in_cart(till.client, a_product(price=29))

    page = till.client.get("/checkout/")

    assert "The smallest amount that can be paid here is £0.30." in page.text
    assert 'value="stripe/' not in page.text
