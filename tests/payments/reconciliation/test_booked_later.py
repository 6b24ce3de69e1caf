"""Money that we booked only after the day of their line: it is in both books."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments.models import Attempt, Discrepancy, ProviderAccount
from payments.models.discrepancy import Resolution
from payments.providers.base import ProviderObject
from payments.reconciliation.run import reconcile
from payments.services.apply import apply_outcome
from tests.factories import an_attempt, an_order, captured, later
from tests.payments.reconciliation.books import (
    Theirs,
    a_sale,
    at_noon,
    found,
    refunded_by_them,
    sold,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
DAYS = timedelta(days=2)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def an_unpaid(account: ProviderAccount) -> Attempt:
    return an_attempt(an_order(amount=6000), account)


def test_a_sale_that_was_booked_after_the_day_of_its_line_agrees(account: ProviderAccount) -> None:
    attempt = an_unpaid(account)
    with later(DAYS):
        sold(attempt)
    Theirs(account).sale(attempt).comes()
    assert reconcile(account) == 0


def test_what_was_missing_and_is_booked_now_is_settled_at_once(account: ProviderAccount) -> None:
    attempt = an_unpaid(account)
    Theirs(account).sale(attempt).comes()
    reconcile(account)
    with later(DAYS):
        sold(attempt)
        reconcile(account)
    assert Discrepancy.objects.get().resolution == Resolution.AUTO


def test_a_line_with_their_id_only_agrees_with_what_was_booked_later(
    account: ProviderAccount,
) -> None:
    attempt = an_unpaid(account)
    with later(DAYS):
        sold(attempt)
    Theirs(account).sale(attempt, reference="").comes()
    assert reconcile(account) == 0


def test_a_refund_that_was_booked_after_the_day_of_its_line_agrees(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    with later(DAYS):
        refunded_by_them(sale)
    ours = sale.operations.get().our_ref
    theirs = Theirs(account).sale(sale)
    theirs.line("refund", id="re_1", reference=ours, gross=-1000).comes()
    assert reconcile(account) == 0


def test_another_amount_that_was_booked_later_is_told_from_both_sides(
    account: ProviderAccount,
) -> None:
    attempt = an_unpaid(account)
    with later(DAYS):
        sold(attempt)
    Theirs(account).sale(attempt, gross=5990).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("amount", 6000, 5990)


def test_what_was_booked_later_of_the_same_sale_and_is_in_no_line_is_not_asked_for(
    account: ProviderAccount,
) -> None:
    attempt = an_unpaid(account)
    with later(DAYS):
        refunded_by_them(sold(attempt))
    Theirs(account).sale(attempt).comes()
    reconcile(account)
    assert found(account) == []


def test_of_two_parts_the_later_agrees_with_its_own_line(account: ProviderAccount) -> None:
    attempt = an_unpaid(account)
    named = (ProviderObject("payment", f"pay_{attempt.our_ref}"),)
    part = captured(attempt, 2000, objects=named)
    apply_outcome(attempt_id=attempt.pk, outcome=part, source="webhook")
    with later(DAYS):
        sold(attempt)
    Theirs(account).sale(attempt, gross=2000).sale(attempt, gross=4000).comes()
    assert reconcile(account) == 0
