"""A payment that the provider did not know a moment ago may be made a moment later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.models import Attempt, Payment, SavedMethod
from payments.services.poll import poll_due
from payments.states import AttemptStatus
from tests.factories import UserFactory, an_account, an_attempt, an_order, later
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.wire import a_payment_body

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_creation_that_took_longer_at_the_bank_than_we_waited_is_found(
    fake_bank: FakeBank,
) -> None:
    """Our call timed out; the bank was still at it when it was asked, and its webhook is lost."""
    account = an_account(base_url=fake_bank.account.base_url, merchant_id="mer_1")
    attempt = an_attempt(an_order(), account)
    Attempt.objects.update(sent_at=now(), status=AttemptStatus.UNKNOWN, next_poll_at=now())
    fake_bank.says = {"data": []}
    with later(timedelta(seconds=20)):
        poll_due()
    fake_bank.says = {"data": [a_payment_body(attempt)]}

    for hours in (1, 7, 31, 24 * 15):
        with later(timedelta(hours=hours)):
            poll_due()

    assert Payment.objects.get().captured == 6000
    assert Attempt.objects.get().error_code == ""


def by_a_kept_card(bank: FakeBank) -> Attempt:
    """One whose charge got no answer, at a bank that does not list it."""
    account = an_account(base_url=bank.account.base_url, merchant_id="mer_1")
    card = SavedMethod.objects.create(
        account=account, user=UserFactory.create(), method="card", provider_id="kept_1"
    )
    attempt = an_attempt(an_order(), account)
    Attempt.objects.update(
        sent_at=now(), status=AttemptStatus.UNKNOWN, next_poll_at=now(), saved_method=card
    )
    bank.says = {"data": []}
    return attempt


@pytest.mark.parametrize(
    ("seconds", "status"), [(20, AttemptStatus.UNKNOWN), (121, AttemptStatus.DECLINED)]
)
def test_a_charge_of_a_kept_card_was_never_made_only_once_none_can_be_under_way(
    fake_bank: FakeBank, seconds: int, status: AttemptStatus
) -> None:
    attempt = by_a_kept_card(fake_bank)

    with later(timedelta(seconds=seconds)):
        poll_due()

    attempt.refresh_from_db()
    assert attempt.status == status
