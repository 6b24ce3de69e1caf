"""An answer that is not about this attempt: what the person who looks at it reads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orders.money import Money
from payments.models import Review
from payments.models.account import Mode
from payments.models.records import ReviewKind
from payments.providers.base import Status
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
