"""Cancelling lets go of what a bank has only authorized, also where nobody asked it to hold."""

from __future__ import annotations

import pytest

from payments.models import Operation
from payments.providers.base import Status
from payments.services.cancel import cancel_order
from payments.states import OperationKind
from tests.factories import an_attempt, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def test_what_is_only_authorized_of_a_cancelled_order_is_let_go_at_once() -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.AUTHORIZED, authorized=6000))

    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="", requested_by=None)

    assert Operation.objects.get().kind == OperationKind.VOID
