"""Whose order it is between the end of its time and the question what became of its payment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django import Settings

from orders.clock import now
from orders.models import Order
from orders.states import OrderState
from payments.services import expire
from tests.factories import later
from tests.payments.adapters import AskMe
from tests.payments.asking import an_attempt_to_ask_about

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_begins_to_pay_as_the_time_ends_is_not_closed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_attempt_to_ask_about(settings, monkeypatch)
    claim = expire._claim

    def claim_too_late(order: Order) -> object:
        until = claim(order)
        Order.objects.update(expires_at=now() + timedelta(minutes=15))
        return until

    monkeypatch.setattr(expire, "_claim", claim_too_late)

    with later(timedelta(minutes=31)):
        expire.expire_due()

    assert AskMe.asked == []
    assert Order.objects.get().state == OrderState.OPEN
