"""Authorize now, capture later: the adapter against the real bank."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from orders.money import Money
from payments.providers.base import CaptureRequest, CreateRequest, Outcome, ProviderRef, Status
from payments.providers.errors import NotFound, ProviderDown, ProviderRejected
from payments.providers.sandbox import SandboxProvider
from tests.payments.providers.test_sandbox import a_ref, a_request, an_account_at, pay, payment_id

TEN = Money(1000, "GBP")


@pytest.fixture
def provider(bank: str) -> SandboxProvider:
    return SandboxProvider(an_account_at(bank))


def a_hold_request(amount: Money = TEN) -> CreateRequest:
    return replace(a_request(amount), hold=True)


def held(provider: SandboxProvider, token: str = "tok_approve", amount: Money = TEN) -> Outcome:
    request = replace(a_hold_request(amount), method="wallet" if token[:3] == "wal" else "card")
    created = provider.create(request)
    pay(created, token)
    return provider.query(payment_id(created))


def a_capture(of: Outcome, amount: int = 1000, *, final: bool = True) -> CaptureRequest:
    ref, whole = a_ref("C"), of.amount
    assert whole
    money = Money(amount, whole.currency)
    return CaptureRequest(payment_id(of), ref, money, f"{ref}:capture", final)


def facts(told: Outcome) -> tuple[object, ...]:
    return told.status, told.authorized, told.captured, told.released


@pytest.mark.parametrize("token", ["tok_approve", "wal_approve"])
def test_a_hold_is_authorized_until_it_lapses(provider: SandboxProvider, token: str) -> None:
    told = held(provider, token)

    assert facts(told) == (Status.AUTHORIZED, 1000, 0, 0)
    assert told.capture_before
    week = told.capture_before - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)


def test_what_is_not_asked_to_be_held_is_captured(provider: SandboxProvider) -> None:
    created = provider.create(a_request(TEN))
    pay(created)

    told = provider.query(payment_id(created))

    assert (told.status, told.capture_before) == (Status.CAPTURED, None)


def test_what_can_be_held_says_so() -> None:
    methods = SandboxProvider.capabilities.methods

    assert {each.method for each in methods if each.can_hold} == {"card", "wallet"}


@pytest.mark.parametrize(
    "amount", [Money(500, "JPY"), Money(1234, "KWD"), Money(50, "USD")], ids=str
)
def test_a_capture_takes_the_amount_that_was_sent(provider: SandboxProvider, amount: Money) -> None:
    hold = held(provider, amount=amount)

    told = provider.capture(a_capture(hold, amount.amount))

    assert facts(told) == (Status.CAPTURED, amount.amount, amount.amount, 0)
    assert (told.amount, told.capture_before) == (amount, None)


def test_captures_add_up_and_the_final_one_releases_the_rest(provider: SandboxProvider) -> None:
    hold = held(provider)

    first = provider.capture(a_capture(hold, 300, final=False))
    last = provider.capture(a_capture(hold, 500))

    assert facts(first) == (Status.AUTHORIZED, 1000, 300, 0)
    assert facts(last) == (Status.CAPTURED, 1000, 800, 200)
    assert [each.kind for each in last.objects] == ["payment", "capture", "capture"]


def test_the_same_key_twice_is_one_capture(provider: SandboxProvider) -> None:
    hold = held(provider)
    request = a_capture(hold, 300, final=False)

    assert provider.capture(request) == provider.capture(request)
    assert provider.query(request.ref).captured == 300


def test_a_capture_whose_answer_got_lost_is_told_by_its_key_and_by_a_question(
    provider: SandboxProvider,
) -> None:
    request = a_capture(held(provider, "tok_capture_times_out"), 300, final=False)

    with pytest.raises(ProviderDown) as down:
        provider.capture(request)

    assert down.value.sent
    assert provider.query(request.ref).captured == 300
    assert provider.capture(request).captured == 300


@pytest.mark.parametrize(
    ("token", "amount", "code", "raw"),
    [
        ("tok_approve", 1001, "amount_too_large", "amount_too_large"),
        ("tok_capture_fails", 1000, "provider_refused", "capture_refused"),
    ],
)
def test_a_refused_capture_takes_nothing(
    provider: SandboxProvider, *, token: str, amount: int, code: str, raw: str
) -> None:
    hold = held(provider, token)

    with pytest.raises(ProviderRejected) as refusal:
        provider.capture(a_capture(hold, amount))

    assert (refusal.value.failure.code, refusal.value.failure.raw) == (code, raw)
    assert facts(provider.query(payment_id(hold))) == facts(hold)


def test_what_is_no_longer_held_cannot_be_captured(provider: SandboxProvider) -> None:
    hold = held(provider)
    provider.void(payment_id(hold), "void-1")

    with pytest.raises(ProviderRejected) as refusal:
        provider.capture(a_capture(hold))
    assert refusal.value.failure.raw == "payment_not_authorized"


def test_a_capture_of_an_unknown_payment_is_not_found(provider: SandboxProvider) -> None:
    with pytest.raises(NotFound):
        provider.capture(replace(a_capture(held(provider)), ref=ProviderRef("pay_never")))


def test_void_releases_all_that_is_held(provider: SandboxProvider) -> None:
    hold = held(provider)

    told = provider.void(payment_id(hold), "void-1")

    assert facts(told) == (Status.VOIDED, 1000, 0, 1000)
    assert (told.error, told.capture_before) == (None, None)


def test_void_keeps_what_was_captured(provider: SandboxProvider) -> None:
    hold = held(provider)
    provider.capture(a_capture(hold, 300, final=False))

    told = provider.void(payment_id(hold), "void-1")

    assert facts(told) == (Status.CAPTURED, 1000, 300, 700)


def test_a_kept_card_is_held_without_a_page(provider: SandboxProvider) -> None:
    first = provider.create(replace(a_hold_request(), save_method=True))
    pay(first)
    saved = provider.query(payment_id(first)).saved_method
    assert saved

    told = provider.create(replace(a_hold_request(), saved_method=saved.provider_id))

    assert facts(told) == (Status.AUTHORIZED, 1000, 0, 0)
    assert told.next_action is None


def test_the_evidence_of_a_capture_is_the_card_and_nothing_more(provider: SandboxProvider) -> None:
    told = provider.capture(a_capture(held(provider)))

    assert told.evidence == {"brand": "Visa", "last4": "4242"}
