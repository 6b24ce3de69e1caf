"""The check names refunds on their way that do not agree."""

from __future__ import annotations

import pytest

from payments.models import Attempt, Payment
from payments.services.check_ledger import faults
from tests.factories import a_payment
from tests.payments.refunding import a_refund

pytestmark = pytest.mark.django_db


def test_a_refund_on_its_way_that_no_refund_explains_is_named() -> None:
    a_payment(amount=6000)
    Attempt.objects.update(refund_pending=1000)
    Payment.objects.update(refund_pending=1000)

    assert list(faults())


def test_a_refund_on_its_way_that_nobody_set_aside_is_named() -> None:
    payment = a_payment(amount=6000)
    a_refund(payment, 6000, request_key="k")
    Attempt.objects.update(refund_pending=0)
    Payment.objects.update(refund_pending=0)

    assert list(faults())
