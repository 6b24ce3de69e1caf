"""Sending, asking and refunding against the real bank, with crashes in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from config.ports import free_port
from orders.clock import now
from orders.money import Money
from orders.states import OrderState
from payments.errors import NoAccount, NotPayable
from payments.models import Attempt, Payment, ProviderAccount, ProviderCall
from payments.models.records import CallResult
from payments.providers.base import Failure, Outcome, Status
from payments.registry import PaymentOption, option_by_key, payment_options, provider_for
from payments.services.accounts import connect_sandbox
from payments.services.apply import apply_outcome
from payments.services.ask import ask, ask_if_waiting
from payments.services.open import try_again
from payments.services.poll import poll_due
from payments.services.start import submit_attempt
from payments.states import AttemptStatus, PaymentStatus
from tests.factories import GBP, an_account, an_attempt, an_order, later
from tests.payments.services.cast import at_bank, bought
from tests.payments.shopper import pay_at_bank

pytestmark = pytest.mark.django_db


def test_connecting_twice_keeps_the_account(account: ProviderAccount, bank: str) -> None:
    again = connect_sandbox(bank_url=bank, hooks_base_url="http://127.0.0.1:9")

    assert (again.pk, again.merchant_id) == (account.pk, account.merchant_id)


def test_a_bank_that_lost_its_data_is_signed_up_with_anew(
    account: ProviderAccount, bank: str
) -> None:
    account.set_secrets({"api_key": "forgotten", "webhook_secret": "forgotten"})
    account.save()

    again = connect_sandbox(bank_url=bank, hooks_base_url="http://127.0.0.1:9")

    assert again.pk == account.pk
    assert again.merchant_id != account.merchant_id


def test_a_sent_attempt_leads_to_the_banks_page(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))

    assert attempt.status == AttemptStatus.REQUIRES_ACTION
    assert attempt.redirect_url.startswith(account.base_url)
    assert attempt.next_poll_at is not None


def test_sending_twice_is_one_payment_at_the_bank(account: ProviderAccount) -> None:
    attempt = an_attempt(account=account)

    submit_attempt(attempt)
    submit_attempt(attempt)

    assert len(at_bank(account, attempt.our_ref)) == 1


def test_a_shopper_who_paid_is_seen_when_we_ask(account: ProviderAccount) -> None:
    attempt = bought(account)

    assert attempt.status == AttemptStatus.CAPTURED
    assert Payment.objects.get().order.state == OrderState.CONFIRMED


def test_a_shopper_who_waits_is_asked_for_at_most_once_in_three_seconds(
    account: ProviderAccount,
) -> None:
    attempt = submit_attempt(an_attempt(account=account))

    ask_if_waiting(attempt)
    ask_if_waiting(attempt)

    assert ProviderCall.objects.filter(verb="query").count() == 1


def test_a_bank_that_is_down_ends_the_attempt_at_once_and_frees_the_amount() -> None:
    account = an_account(base_url=f"http://127.0.0.1:{free_port()}")

    attempt = submit_attempt(an_attempt(account=account))

    assert (attempt.status, attempt.error_code) == (AttemptStatus.DECLINED, "provider_down")
    assert Payment.objects.get().reserved == 0
    assert ProviderCall.objects.get().result == CallResult.TECHNICAL


def test_an_attempt_that_died_before_the_call_ends_by_asking(account: ProviderAccount) -> None:
    attempt = an_attempt(account=account)

    with later(timedelta(minutes=1)):
        poll_due()

    attempt.refresh_from_db()
    assert (attempt.status, attempt.error_code) == (AttemptStatus.DECLINED, "not_sent")
    assert Payment.objects.get().reserved == 0


def test_an_attempt_that_died_after_the_call_is_found_again(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url)
    attempt.provider_objects.all().delete()
    long_ago = now() - timedelta(minutes=1)
    Attempt.objects.update(status=AttemptStatus.SUBMITTING, next_poll_at=long_ago)

    poll_due()

    assert Payment.objects.get().status == PaymentStatus.PAID
    assert len(at_bank(account, attempt.our_ref)) == 1


def test_nothing_is_asked_that_is_not_due(account: ProviderAccount) -> None:
    an_attempt(account=account)

    assert poll_due() == 0


def test_paying_again_while_an_attempt_is_in_flight_is_the_same_attempt(
    account: ProviderAccount,
) -> None:
    attempt = an_attempt(account=account)
    option = option_by_key("sandbox/card", attempt.payment.due)

    again, fresh = try_again(payment_id=attempt.payment_id, option=option)

    assert (again.pk, fresh) == (attempt.pk, False)


def test_only_who_opens_an_attempt_is_told_to_send_it(account: ProviderAccount) -> None:
    payment = Payment.objects.get(order=an_order())
    option = PaymentOption(account.pk, account.code, "card")

    calls = [try_again(payment_id=payment.pk, option=option) for _ in range(2)]

    assert [fresh for _attempt, fresh in calls] == [True, False]


def test_a_sender_that_slept_until_the_attempt_was_given_up_sends_nothing(
    account: ProviderAccount,
) -> None:
    attempt = an_attempt(account=account)
    with later(timedelta(minutes=1)):
        poll_due()

    submit_attempt(attempt)

    assert at_bank(account, attempt.our_ref) == []


def test_after_a_decline_a_new_attempt_is_made(account: ProviderAccount) -> None:
    declined = bought(account, "tok_decline_generic")
    option = option_by_key("sandbox/card", Money(6000, GBP))

    again, _fresh = try_again(payment_id=declined.payment_id, option=option)

    assert again.pk != declined.pk
    assert Payment.objects.get().reserved == 6000


def test_a_paid_order_takes_no_second_payment(account: ProviderAccount) -> None:
    paid = bought(account)
    option = option_by_key("sandbox/card", Money(6000, GBP))

    with pytest.raises(NotPayable):
        try_again(payment_id=paid.payment_id, option=option)
    assert Attempt.objects.count() == 1


def test_a_question_that_gets_no_answer_changes_nothing(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    ProviderAccount.objects.update(base_url=f"http://127.0.0.1:{free_port()}")

    ask(attempt.pk, source="test")

    attempt.refresh_from_db()
    assert (attempt.status, attempt.reserved) == (AttemptStatus.REQUIRES_ACTION, 6000)


def test_what_is_only_concluded_does_not_end_an_attempt_the_bank_has_told_of(
    account: ProviderAccount,
) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    late = Outcome(status=Status.DECLINED, error=Failure("not_sent"), inferred=True)

    apply_outcome(attempt_id=attempt.pk, outcome=late, source="poll")

    attempt.refresh_from_db()
    assert (attempt.status, attempt.reserved) == (AttemptStatus.REQUIRES_ACTION, 6000)


def test_absence_proves_nothing_while_the_call_may_still_be_on_its_way(
    account: ProviderAccount,
) -> None:
    attempt = an_attempt(account=account)
    apply_outcome(attempt_id=attempt.pk, outcome=Outcome(status=Status.UNKNOWN), source="test")

    asked = ask(attempt.pk, source="return")

    assert (asked.status, asked.reserved) == (AttemptStatus.UNKNOWN, 6000)


def test_no_provider_is_called_inside_a_transaction(account: ProviderAccount) -> None:
    attempt = an_attempt(account=account)

    with transaction.atomic(), pytest.raises(RuntimeError):
        submit_attempt(attempt)
    assert not ProviderCall.objects.exists()


def test_unreadable_secrets_send_nothing_and_are_said_to_the_shopper(
    account: ProviderAccount,
) -> None:
    ProviderAccount.objects.update(sealed_secrets="broken")

    attempt = submit_attempt(an_attempt(account=account))

    assert (attempt.status, attempt.error_code) == (AttemptStatus.DECLINED, "provider_down")


def test_a_test_account_is_not_offered_on_a_live_site(
    account: ProviderAccount, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "live": True}

    assert payment_options(Money(6000, GBP)) == []


def test_a_live_account_is_not_used_on_a_site_that_is_not_live(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(mode="live")

    assert payment_options(Money(6000, GBP)) == []
    with pytest.raises(NoAccount):
        provider_for(ProviderAccount.objects.get())
