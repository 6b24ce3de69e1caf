"""Nobody is led to pay what is being closed: its order is cancelled, or another way was chosen."""

from __future__ import annotations

import pytest

from payments.providers.actions import Redirect
from payments.providers.base import Status
from payments.services.cancel import cancel_order
from payments.views.stage import next_page
from tests.factories import an_account, an_attempt, seen
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def test_who_pays_while_the_order_is_cancelled_is_not_sent_to_the_bank() -> None:
    attempt = an_attempt(account=an_account(base_url="http://127.0.0.1:9"))
    cancel_order(payment_id=attempt.payment_id, actor="clerk", reason="", requested_by=None)
    page = Redirect("http://127.0.0.1:9/pay/")
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION, next_action=page))

    attempt.refresh_from_db()
    assert next_page(attempt) == f"/payments/pay/{attempt.payment.token}/return/"
