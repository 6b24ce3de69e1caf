"""The adapter against the real bank: what is its own beside the contract (tests/contract)."""

from __future__ import annotations

import re
from dataclasses import replace

import httpx
import pytest

from orders.money import Money
from payments.providers.actions import QrCode, Redirect
from payments.providers.base import Account, CreateRequest, Outcome, ProviderRef, Status
from payments.providers.errors import ProviderRejected
from payments.providers.sandbox import SandboxProvider
from payments.providers.sandbox.client import sign_up
from tests.payments.shopper import pay_at_bank

ORDINAL = iter(range(1, 10_000))


def a_ref(letter: str = "A") -> str:
    return f"{letter}{next(ORDINAL):020d}"


def an_account_at(url: str) -> Account:
    signed = sign_up(url, name="Fernhill", webhook_url="http://127.0.0.1:9/hook/")
    secrets = {"api_key": signed.api_key, "webhook_secret": signed.webhook_secret}
    return Account("sandbox", "test", signed.merchant_id, url, secrets)


@pytest.fixture
def provider(bank: str) -> SandboxProvider:
    return SandboxProvider(an_account_at(bank))


def a_request(amount: Money, our_ref: str = "") -> CreateRequest:
    ref = our_ref or a_ref()
    return CreateRequest(ref, amount, f"{ref}:create", "card", "Order", "http://127.0.0.1:9/back/")


def pay(outcome: Outcome, token: str = "tok_approve") -> None:
    assert isinstance(outcome.next_action, Redirect)
    pay_at_bank(outcome.next_action.url, token)


def payment_id(outcome: Outcome) -> ProviderRef:
    return ProviderRef(outcome.objects[0].id)


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("tok_decline_generic", "declined"),
        ("tok_decline_insufficient_funds", "insufficient_funds"),
        ("tok_decline_expired_card", "expired_card"),
        ("tok_decline_incorrect_cvc", "incorrect_cvc"),
        ("tok_decline_lost_card", "lost_card"),
        ("tok_decline_do_not_honor", "declined"),
    ],
)
def test_each_decline_has_its_code(provider: SandboxProvider, token: str, code: str) -> None:
    created = provider.create(a_request(Money(1000, "GBP")))
    pay(created, token)

    told = provider.query(payment_id(created))

    assert (told.status, told.captured) == (Status.DECLINED, 0)
    assert told.error
    assert told.error.code == code


def test_leaving_the_page_voids_the_payment(
    provider: SandboxProvider,
) -> None:
    created = provider.create(a_request(Money(1000, "GBP")))
    assert isinstance(created.next_action, Redirect)
    pay_at_bank(created.next_action.url, "tok_approve", action="cancel")

    told = provider.query(payment_id(created))

    assert told.status == Status.VOIDED
    assert told.error
    assert told.error.code == "cancelled"


def test_a_qr_payment_is_a_code_that_ends(provider: SandboxProvider) -> None:
    created = provider.create(replace(a_request(Money(1000, "GBP")), method="qr"))

    assert isinstance(created.next_action, QrCode)
    assert created.next_action.expires_at


def test_a_card_that_was_kept_is_charged_again_without_a_page(provider: SandboxProvider) -> None:
    first = provider.create(replace(a_request(Money(1000, "GBP")), save_method=True))
    pay(first)
    saved = provider.query(payment_id(first)).saved_method
    assert saved

    again = provider.create(replace(a_request(Money(700, "GBP")), saved_method=saved.provider_id))

    assert (saved.last4, again.status, again.captured) == ("4242", Status.CAPTURED, 700)
    assert again.next_action is None


def test_a_kept_card_that_is_gone_is_refused(provider: SandboxProvider) -> None:
    request = replace(a_request(Money(700, "GBP")), saved_method="card_gone")

    with pytest.raises(ProviderRejected) as refusal:
        provider.create(request)
    assert refusal.value.failure.code == "saved_card_gone"


def test_a_voided_payment_can_no_longer_be_paid(provider: SandboxProvider) -> None:
    created = provider.create(a_request(Money(1000, "GBP")))
    provider.void(payment_id(created), "void-1")
    assert isinstance(created.next_action, Redirect)

    page = httpx.get(created.next_action.url)

    assert not re.search("tok_approve", page.text)
    assert provider.query(payment_id(created)).captured == 0
