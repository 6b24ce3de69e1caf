"""An answer, or a dispute in it, that is not about this attempt: what a person reads of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.money import Money
from payments.models import Dispute, Review
from payments.models.account import Mode
from payments.models.records import ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundSeen, RefundStatus, Status
from payments.reviews import guide_of
from payments.services.check_ledger import faults
from tests.factories import an_account, an_attempt, captured, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def words() -> str:
    return Review.objects.get(kind=ReviewKind.MISMATCH).seen


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (Mode.LIVE, Mode.TEST, "they speak of test money, and our account is a live one"),
        (Mode.TEST, Mode.LIVE, "they speak of real money, and our account is a test one"),
    ],
)
def test_who_speaks_of_the_other_kind_of_money_is_said(ours: Mode, theirs: Mode, said: str) -> None:
    attempt = an_attempt(account=an_account(mode=ours))

    apply(attempt, replace(seen(attempt, Status.DECLINED), mode=theirs))

    assert words() == said


def test_what_they_have_taken_is_said_in_their_currency() -> None:
    attempt = an_attempt()

    apply(attempt, replace(captured(attempt), amount=Money(6000, "EUR")))

    assert words().endswith("captured there: €60.00")


FOREIGN = DisputeSeen("dp_1", Money(7000, "USD"), DisputeStatus.OPEN, "fraudulent")


def test_beside_a_dispute_in_another_currency_all_else_is_booked() -> None:
    attempt = an_attempt()
    refund = RefundSeen("re_1", "", attempt.money(1000), RefundStatus.SUCCEEDED)

    payment = apply(attempt, captured(attempt, refunds=(refund,), disputes=(FOREIGN,)))

    assert (payment.captured, payment.refunded, payment.disputed) == (6000, 1000, 0)
    assert not Dispute.objects.exists()
    assert list(faults()) == []


def test_a_dispute_in_another_currency_is_shown_to_a_person_once() -> None:
    attempt = an_attempt()

    apply(attempt, *[captured(attempt, disputes=(FOREIGN,))] * 2)

    assert words() == "a dispute of $70.00, another currency than the payment's"
    assert "own site" in str(guide_of(Review.objects.get()).todo)


def test_beside_a_dispute_in_another_currency_one_in_ours_is_booked() -> None:
    attempt = an_attempt()
    ours = replace(FOREIGN, provider_id="dp_2", amount=attempt.money(2000))

    payment = apply(attempt, captured(attempt, disputes=(FOREIGN, ours)))

    assert payment.disputed == 2000


def test_a_dispute_that_comes_to_be_in_another_currency_stays_as_it_is_booked() -> None:
    attempt = an_attempt()
    ours = replace(FOREIGN, amount=attempt.money(2000))

    payment = apply(
        attempt, captured(attempt, disputes=(ours,)), captured(attempt, disputes=(FOREIGN,))
    )

    assert (payment.disputed, Dispute.objects.get().amount) == (2000, 2000)
    assert words().startswith("a dispute of $70.00")
