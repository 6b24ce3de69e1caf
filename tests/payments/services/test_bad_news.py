"""Whom we tell that a payment has failed: nobody whose money a bank holds."""

from __future__ import annotations

import pytest

from orders.models import Mail
from payments.models import Attempt
from payments.providers.base import Status
from tests.factories import an_attempt, seen
from tests.payments.services.cast import a_hold, apply, held

pytestmark = pytest.mark.django_db


def mails() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("kind", flat=True))


def on_its_way(attempt: Attempt) -> Attempt:
    apply(attempt, seen(attempt, Status.PROCESSING))
    return attempt


def test_a_payment_that_its_bank_will_charge_yet_has_not_failed() -> None:
    attempt = on_its_way(an_attempt())

    apply(attempt, seen(attempt, Status.AUTHORIZED, authorized=6000))

    assert mails() == []


def test_a_payment_that_its_bank_did_not_charge_after_all_has_failed() -> None:
    attempt = on_its_way(an_attempt())
    apply(attempt, seen(attempt, Status.AUTHORIZED, authorized=6000))

    apply(attempt, seen(attempt, Status.VOIDED, authorized=6000, released=6000))

    assert mails() == ["payment_failed"]


def test_a_hold_that_lapses_is_told_once() -> None:
    attempt = on_its_way(a_hold())
    apply(attempt, held(attempt))

    apply(attempt, seen(attempt, Status.EXPIRED, authorized=6000, released=6000))

    assert mails() == ["confirmation", "hold_lapsed"]


def test_a_payment_that_is_held_in_part_has_not_failed() -> None:
    attempt = on_its_way(a_hold())

    apply(attempt, held(attempt, authorized=4000))

    assert mails() == []


def test_a_payment_that_was_declined_has_failed() -> None:
    attempt = on_its_way(an_attempt())

    apply(attempt, seen(attempt, Status.DECLINED))

    assert mails() == ["payment_failed"]
