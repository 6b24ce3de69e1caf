"""A kept card that was taken back is gone here and at its bank, whatever is told afterwards."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from payments.models import Attempt, Payment, ProviderAccount, SavedMethod
from payments.providers.base import CreateRequest
from payments.providers.errors import ProviderRejected
from payments.providers.protocol import ForgetsMethods
from payments.registry import option_by_key, payment_options, provider_for
from payments.services.forget_method import forget_removed_methods, remove_method
from tests.factories import UserFactory, an_order
from tests.payments.flows.cast import ask_bank, go_on, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    user: User = UserFactory.create()
    return user


@pytest.fixture
def begun(account: ProviderAccount, alice: User) -> Attempt:
    """She was asked to pay, and wants her card to be kept."""
    payment = Payment.objects.get(order=an_order(user_id=alice.pk))
    card = option_by_key(f"{account.code}/card", payment.due, alice.pk)
    return go_on(payment, card.saving())


@pytest.fixture
def old(begun: Attempt) -> Attempt:
    """She has paid, and her card is kept."""
    ask_bank(pay(begun, "tok_approve"))
    assert SavedMethod.objects.get().last4
    return begun


def removed(user: User) -> None:
    remove_method(user_id=user.pk, token=SavedMethod.objects.get().token)
    forget_removed_methods()


def is_kept_at_bank(attempt: Attempt) -> bool:
    kept = SavedMethod.objects.get().provider_id
    request = CreateRequest(
        our_ref=f"{attempt.our_ref}again",
        amount=attempt.money(attempt.amount),
        key="again",
        method="card",
        description="",
        return_url="https://shop.test/",
        saved_method=kept,
    )
    try:
        provider_for(attempt.account).create(request)
    except ProviderRejected as refusal:
        return refusal.failure.code != "saved_card_gone"
    return True


def test_a_card_that_was_removed_does_not_come_back_with_its_old_order(
    client: Client, old: Attempt, alice: User
) -> None:
    removed(alice)

    ask_bank(old)

    client.force_login(alice)
    assert payment_options(old.payment.due, alice.pk)[0].saved is None
    assert "No card is saved" in client.get("/payments/saved/").content.decode()


def test_a_card_that_its_bank_had_no_more_does_not_come_back_with_its_old_order(
    old: Attempt, alice: User
) -> None:
    forgotten_at_bank(old)
    again = Payment.objects.get(order=an_order(user_id=alice.pk))
    go_on(again, payment_options(again.due, alice.pk)[0])
    forget_removed_methods()

    ask_bank(old)

    assert payment_options(again.due, alice.pk)[0].saved is None


def forgotten_at_bank(attempt: Attempt) -> None:
    bank = provider_for(attempt.account)
    assert isinstance(bank, ForgetsMethods)
    bank.forget_method(SavedMethod.objects.get().provider_id, "elsewhere")


def test_what_was_let_go_says_nothing_of_the_card(old: Attempt, alice: User) -> None:
    SavedMethod.objects.update(fingerprint="same")

    removed(alice)

    row = SavedMethod.objects.get()
    assert (row.user, row.brand, row.last4, row.fingerprint) == (None, "", "", "")
    assert row.forgotten_at
    assert not is_kept_at_bank(old)


def test_once_its_shopper_is_deleted_a_card_is_let_go(old: Attempt, alice: User) -> None:
    alice.delete()

    forget_removed_methods()

    assert SavedMethod.objects.get().forgotten_at
    assert not is_kept_at_bank(old)


def test_who_is_deleted_while_paying_leaves_no_card_behind(begun: Attempt, alice: User) -> None:
    alice.delete()
    ask_bank(pay(begun, "tok_approve"))

    forget_removed_methods()

    assert SavedMethod.objects.get().forgotten_at
    assert not is_kept_at_bank(begun)


def test_a_second_sweep_lets_nothing_go(old: Attempt, alice: User) -> None:
    removed(alice)

    assert forget_removed_methods() == 0
