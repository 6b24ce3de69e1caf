"""What is still held beside a part that went back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Attempt, Payment
from payments.queries import held_for
from payments.services.cancel import cancel_order

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def test_a_hold_of_a_cancelled_order_is_shown_until_the_bank_lets_go(hold: Attempt) -> None:
    cancel_order(payment_id=hold.payment_id, actor="clerk", reason="gone", requested_by=None)

    assert held_for(Payment.objects.get()).amount == 6000
