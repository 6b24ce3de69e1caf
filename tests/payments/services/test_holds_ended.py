"""A hold of an order that has ended."""

from __future__ import annotations

import pytest

from payments.models import Payment
from payments.queries import held_for
from payments.services.cancel import cancel_order
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def test_a_hold_of_a_cancelled_order_is_shown_until_the_bank_lets_go() -> None:
    hold = a_hold()
    apply(hold, held(hold))
    cancel_order(payment_id=hold.payment_id, actor="clerk", reason="gone", requested_by=None)

    assert held_for(Payment.objects.get()).amount == 6000
