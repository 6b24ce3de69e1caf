"""What the pay page says, offers and has chosen for who comes back without having paid."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from orders.models import Order
from payments.models import Attempt, ProviderAccount, SavedMethod
from payments.providers.base import Failure, Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.open import try_again
from tests.factories import UserFactory, an_account, an_order, seen

pytestmark = pytest.mark.django_db(transaction=True)
REASONS = {
    ("qr", "declined"): "This payment was declined.",
    ("wallet", "declined"): "This payment was declined.",
    ("bank_debit", "declined"): "This payment was declined.",
    ("bank_debit", "insufficient_funds"): "There is not enough money for this payment.",
    ("wallet", "lost_card"): "This payment was declined.",
    ("wallet", "limit_exceeded"): "This payment is over your limit.",
    ("qr", "processing_error"): "Your bank could not process this payment.",
}


@pytest.fixture
def order() -> Order:
    """An order at a bank that does not answer."""
    cache.clear()
    an_account(base_url="http://127.0.0.1:9")
    return an_order()


def page_of(order: Order) -> str:
    return f"/payments/pay/{order.payment.token}/"


def ended(
    order: Order,
    method: str,
    code: str = "declined",
    *,
    status: Status = Status.DECLINED,
    saved: SavedMethod | None = None,
) -> Attempt:
    account = ProviderAccount.objects.get()
    option = PaymentOption(account.pk, account.code, method, saved=saved)
    attempt, _fresh = try_again(payment_id=order.payment.pk, option=option)
    told = seen(attempt, status, error=Failure(code))
    return apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")


def chosen(client: Client, order: Order) -> str:
    """The last that is marked: so do browsers choose."""
    radios: list[str] = re.findall(r'value="([^"]+)"[^>]* checked', client.get(page_of(order)).text)
    return radios[-1]


@pytest.mark.parametrize("case", REASONS, ids=" ".join)
def test_who_paid_without_a_card_hears_of_none(
    client: Client, order: Order, case: tuple[str, str]
) -> None:
    ended(order, *case)

    page = client.get(page_of(order))

    assert f"{REASONS[case]} You have not been charged." in page.text


@pytest.mark.parametrize("method", ["card", "qr", "wallet", "bank_debit"])
def test_after_a_decline_the_way_of_the_shopper_stays_chosen(
    client: Client, order: Order, method: str
) -> None:
    ended(order, method)

    assert chosen(client, order) == f"sandbox/{method}"


def test_after_a_declined_card_on_file_the_next_way_is_chosen(client: Client, order: Order) -> None:
    alice = UserFactory.create()
    Order.objects.update(user_id=alice.pk)
    client.force_login(alice)
    account = ProviderAccount.objects.get()
    first, second = (
        SavedMethod.objects.create(
            account=account, user=alice, method="card", provider_id=name, brand="Visa", last4="4242"
        )
        for name in ("older", "newer")
    )
    ended(order, "card", saved=second)

    assert chosen(client, order) == f"sandbox/card/{first.token}"


@pytest.mark.parametrize("code", ["amount_refused", "provider_down", "provider_refused"])
def test_after_a_refusal_of_the_whole_account_a_way_of_another_one_is_chosen(
    client: Client, order: Order, code: str
) -> None:
    ended(order, "card", code)
    an_account(code="second", base_url="http://127.0.0.1:9")

    assert chosen(client, order) == "second/card"


@pytest.mark.parametrize("after", [("amount_refused", "wallet"), ("provider_down", "card")])
def test_where_there_is_no_other_account_only_what_is_hopeless_is_left(
    client: Client, order: Order, after: tuple[str, str]
) -> None:
    code, way = after
    ended(order, "card", code)

    assert chosen(client, order) == f"sandbox/{way}"


def test_a_wrong_way_sent_after_a_cancel_is_told_as_what_went_wrong(
    client: Client, order: Order
) -> None:
    ended(order, "card", "cancelled", status=Status.VOIDED)

    page = client.post(page_of(order), {"method": "bank/gold"})

    assert "The payment did not go through" in page.text
    assert 'role="alert"><p>This way to pay is not on offer.' in page.text
    assert "You have not paid yet" not in page.text


def test_who_pays_too_often_finds_the_way_back(
    client: Client, order: Order, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "rate_limits": {"pay": "1/h"}}
    client.post(page_of(order), {"method": "bank/gold"})

    page = client.post(page_of(order), {"method": "bank/gold"})

    assert f'<a class="button" href="{page_of(order)}">Back to the payment</a>' in page.text


def test_an_address_that_leads_to_no_payment_leads_to_the_shop(client: Client, db: None) -> None:
    page = client.get("/payments/pay/nobodyknowsthistoken12/")

    assert '<a class="button" href="/">Back to the shop</a>' in page.text
    assert "Nothing was charged" not in page.text


def test_an_address_that_has_run_out_leads_to_the_shop(client: Client, order: Order) -> None:
    Order.objects.update(link_expires_at=order.placed_at)

    page = client.get(page_of(order))

    assert page.status_code == 410
    assert '<a class="button" href="/">Back to the shop</a>' in page.text
