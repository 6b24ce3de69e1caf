"""A card that was kept is charged again without its number."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from orders.money import Money
from payments.models import Attempt, Payment, ProviderAccount, SavedMethod
from payments.registry import PaymentOption, option_by_key, payment_options
from payments.services.forget_method import forget_removed_methods
from payments.views.stage import next_page
from tests.factories import GBP, UserFactory, an_order
from tests.payments.flows.cast import (
    A_MINUTE,
    FAILED,
    IN_FLIGHT,
    OPEN,
    PAID,
    a_held_order,
    ask_bank,
    books,
    go_on,
    pay,
    work,
)
from tests.payments.shopper import answer_issuer, pay_at_bank, press

pytestmark = pytest.mark.django_db
AMOUNT = Money(6000, GBP)


@pytest.fixture
def alice() -> User:
    user: User = UserFactory.create()
    return user


def keep(account: ProviderAccount, user: User, token: str) -> None:
    """An earlier purchase by card, kept; and forgotten but for the card."""
    earlier = Payment.objects.get(order=an_order(user_id=user.pk))
    card = option_by_key(f"{account.code}/card", AMOUNT, user.pk).saving()
    ask_bank(pay(go_on(earlier, card), token))
    assert SavedMethod.objects.count() == 1


def saved_option(user: User) -> PaymentOption:
    return payment_options(AMOUNT, user.pk)[0]


def pay_again(user: User) -> Attempt:
    """A new order, paid with the card on file."""
    order = a_held_order(user_id=user.pk)
    return go_on(Payment.objects.get(order=order), saved_option(user))


@pytest.mark.parametrize("wishes", [(True, False), (False, True)])
def test_the_last_wish_decides_whether_a_card_is_kept(
    account: ProviderAccount, alice: User, wishes: tuple[bool, bool]
) -> None:
    payment = Payment.objects.get(order=a_held_order(user_id=alice.pk))
    card = option_by_key(f"{account.code}/card", AMOUNT, alice.pk)
    attempts = [go_on(payment, card.saving() if wish else card) for wish in wishes]

    ask_bank(pay(attempts[-1], "tok_approve"))

    assert (books().payment, SavedMethod.objects.exists()) == ("paid", wishes[-1])


def test_a_saved_card_pays_without_a_page(account: ProviderAccount, alice: User) -> None:
    keep(account, alice, "tok_approve")

    attempt = pay_again(alice)

    assert books() == PAID
    assert next_page(attempt).endswith("/return/")


def test_a_saved_card_may_ask_its_issuer_again(account: ProviderAccount, alice: User) -> None:
    keep_challenged(account, alice)
    attempt = pay_again(alice)
    assert books() == IN_FLIGHT

    answer_issuer(next_page(attempt))
    work()

    assert books() == PAID


def keep_challenged(account: ProviderAccount, user: User) -> None:
    earlier = Payment.objects.get(order=an_order(user_id=user.pk))
    card = option_by_key(f"{account.code}/card", AMOUNT, user.pk).saving()
    attempt = go_on(earlier, card)
    answer_issuer(account.base_url + pay_at_bank(attempt.redirect_url, "tok_3ds"))
    ask_bank(attempt)


def test_a_saved_card_that_is_cancelled_at_its_issuer_leaves_the_order_payable(
    account: ProviderAccount, alice: User
) -> None:
    keep_challenged(account, alice)
    answer_issuer(next_page(pay_again(alice)), "cancel")
    work()
    assert books() == OPEN

    pay(go_on(Payment.objects.latest("pk"), option_by_key(f"{account.code}/card", AMOUNT)))
    work(after=5 * A_MINUTE)

    assert books() == PAID


def test_a_saved_card_whose_answer_is_lost_is_found_and_charged_once(
    account: ProviderAccount, alice: User
) -> None:
    keep_timed_out(account, alice)
    attempt = pay_again(alice)
    assert (attempt.status, books()) == ("unknown", IN_FLIGHT)

    work()

    assert books() == PAID


def keep_timed_out(account: ProviderAccount, user: User) -> None:
    earlier = Payment.objects.get(order=an_order(user_id=user.pk))
    card = option_by_key(f"{account.code}/card", AMOUNT, user.pk).saving()
    attempt = go_on(earlier, card)
    press(attempt.redirect_url, card="tok_timeout_captured", action="pay")
    ask_bank(attempt)


def test_a_saved_card_may_be_declined_and_another_way_taken(
    account: ProviderAccount, alice: User
) -> None:
    keep(account, alice, "tok_saved_declines")
    attempt = pay_again(alice)
    assert (attempt.error_code, books()) == ("insufficient_funds", FAILED)

    pay(go_on(Payment.objects.latest("pk"), option_by_key(f"{account.code}/card", AMOUNT)))
    work()

    assert books() == PAID


def test_a_saved_card_that_the_bank_knows_no_more_is_a_refusal_that_says_so(
    account: ProviderAccount, alice: User
) -> None:
    keep(account, alice, "tok_approve")
    SavedMethod.objects.update(provider_id="card_unknown")

    attempt = pay_again(alice)

    assert (attempt.error_code, books()) == ("saved_card_gone", FAILED)


def test_a_saved_card_that_the_bank_knows_no_more_is_offered_no_more_and_goes(
    account: ProviderAccount, alice: User
) -> None:
    keep(account, alice, "tok_approve")
    SavedMethod.objects.update(provider_id="card_unknown")

    pay_again(alice)
    offered = saved_option(alice).saved
    forget_removed_methods()

    assert offered is None
    assert SavedMethod.objects.get().forgotten_at


def test_a_saved_card_that_is_declined_is_offered_again(
    account: ProviderAccount, alice: User
) -> None:
    keep(account, alice, "tok_saved_declines")

    pay_again(alice)

    assert saved_option(alice).saved


def test_a_second_purchase_with_the_same_card_keeps_it_once(
    account: ProviderAccount, alice: User
) -> None:
    keep(account, alice, "tok_approve")

    pay_again(alice)

    assert SavedMethod.objects.count() == 1


def test_nobody_is_offered_the_card_of_another(account: ProviderAccount, alice: User) -> None:
    keep(account, alice, "tok_approve")

    bob: User = UserFactory.create()

    assert [option for option in payment_options(AMOUNT, bob.pk) if option.saved] == []
