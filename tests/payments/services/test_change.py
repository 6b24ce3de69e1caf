"""Another way to pay: the first attempt is closed, or left behind after five seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.states import OrderState
from payments.errors import NotPayable
from payments.models import Attempt, Operation, Payment, ProviderAccount
from payments.providers.actions import Redirect
from payments.providers.base import Status
from payments.registry import PaymentOption
from payments.services.apply import apply_outcome
from payments.services.choose import choose_method
from payments.states import AttemptStatus, PaymentStatus
from tests.factories import an_account, an_attempt, an_order, captured, later, seen

pytestmark = pytest.mark.django_db(transaction=True)
SIX_SECONDS = timedelta(seconds=6)


@pytest.fixture
def account() -> ProviderAccount:
    """An account whose bank does not answer."""
    return an_account(base_url="http://127.0.0.1:9")


def option(account: ProviderAccount, method: str) -> PaymentOption:
    return PaymentOption(account.pk, account.code, method)


@pytest.fixture
def begun(account: ProviderAccount) -> Attempt:
    """An attempt by card whose shopper has left the bank's page."""
    attempt = an_attempt(an_order())
    sent = seen(attempt, Status.REQUIRES_ACTION, next_action=Redirect("http://127.0.0.1:9/pay/"))
    return apply_outcome(attempt_id=attempt.pk, outcome=sent, source="test")


def choose(begun: Attempt, account: ProviderAccount, method: str) -> Attempt:
    return choose_method(payment_id=begun.payment_id, option=option(account, method))[0]


def test_the_same_way_again_goes_on_with_the_same_attempt(
    begun: Attempt, account: ProviderAccount
) -> None:
    assert choose(begun, account, "card").pk == begun.pk
    assert not Operation.objects.exists()


def test_another_way_asks_the_bank_to_close_the_first(
    begun: Attempt, account: ProviderAccount
) -> None:
    going_on = choose(begun, account, "wallet")

    assert going_on.pk == begun.pk
    assert going_on.closing_at is not None
    assert Operation.objects.get().kind == "void"


def test_a_silent_bank_holds_nobody_up_for_longer_than_five_seconds(
    begun: Attempt, account: ProviderAccount
) -> None:
    choose(begun, account, "wallet")

    with later(SIX_SECONDS):
        second = choose(begun, account, "wallet")

    assert (second.method, second.status) == ("wallet", AttemptStatus.SUBMITTING)
    begun.refresh_from_db()
    assert begun.superseded_at is not None
    assert begun.reserved == 0
    assert begun.next_poll_at is not None


def superseded(begun: Attempt, account: ProviderAccount) -> Attempt:
    """The attempt that took the place of the one begun."""
    choose(begun, account, "wallet")
    with later(SIX_SECONDS):
        return choose(begun, account, "wallet")


def test_only_one_attempt_reserves_the_amount(begun: Attempt, account: ProviderAccount) -> None:
    superseded(begun, account)

    assert Payment.objects.get().reserved == 6000


def test_money_from_the_attempt_that_was_left_is_surplus(
    begun: Attempt, account: ProviderAccount
) -> None:
    superseded(begun, account)

    apply_outcome(attempt_id=begun.pk, outcome=captured(begun), source="test")

    payment = Payment.objects.get()
    assert (payment.surplus, payment.status) == (6000, PaymentStatus.PROCESSING)
    assert payment.order.state == OrderState.OPEN
    assert Operation.objects.get(kind="refund").amount == 6000


@pytest.mark.parametrize("first_told", [0, 1])
def test_the_order_of_two_captures_does_not_matter(
    begun: Attempt, account: ProviderAccount, first_told: int
) -> None:
    attempts = [begun, superseded(begun, account)]

    for attempt in (attempts[first_told], attempts[1 - first_told]):
        apply_outcome(attempt_id=attempt.pk, outcome=captured(attempt), source="test")

    payment = Payment.objects.get()
    assert (payment.status, payment.surplus) == (PaymentStatus.PAID, 6000)
    assert Operation.objects.get(kind="refund").attempt_id == begun.pk


def test_a_decline_of_the_attempt_that_was_left_changes_nothing_for_the_next(
    begun: Attempt, account: ProviderAccount
) -> None:
    superseded(begun, account)

    apply_outcome(attempt_id=begun.pk, outcome=seen(begun, Status.DECLINED), source="test")

    assert Payment.objects.get().status == PaymentStatus.PROCESSING


def test_a_payment_that_has_come_in_meanwhile_is_not_paid_again(
    begun: Attempt, account: ProviderAccount
) -> None:
    apply_outcome(attempt_id=begun.pk, outcome=captured(begun), source="test")

    with pytest.raises(NotPayable):
        choose(begun, account, "wallet")


def test_after_a_decline_the_first_attempt_counts_no_more(
    begun: Attempt, account: ProviderAccount
) -> None:
    apply_outcome(attempt_id=begun.pk, outcome=seen(begun, Status.DECLINED), source="test")

    second = choose(begun, account, "card")

    begun.refresh_from_db()
    assert second.pk != begun.pk
    assert begun.superseded_at is not None
