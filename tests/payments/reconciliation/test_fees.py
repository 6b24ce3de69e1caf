"""The fee that was agreed, where it is settled in another currency than it was sold in."""

from __future__ import annotations

import pytest

from payments.models import Discrepancy, FeeRule, ProviderAccount
from payments.reconciliation.run import reconcile
from tests.payments.reconciliation.books import (
    Theirs,
    a_sale,
    at_noon,
    found,
    posted,
    resolved,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    """With 1 % and 20 pence agreed of what is settled in GBP, and 2 % and 10 cents in EUR."""
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=1, fixed=20, tolerance=1)
    FeeRule.objects.create(account=account, currency="EUR", percent=2, fixed=10, tolerance=1)
    return account


def settled_in_euro(account: ProviderAccount, *, fee: str) -> None:
    """A sale of 60.00 GBP for 70.00 EUR."""
    sale = a_sale(account)
    Theirs(account).sale(sale, fee=fee, settled_currency="EUR", settled_gross=7000).comes()
    reconcile(account)


def test_a_fee_as_agreed_for_the_currency_of_settlement_is_posted(account: ProviderAccount) -> None:
    settled_in_euro(account, fee="150")
    assert found(account) == []
    assert posted("fee")["fees:sandbox", "EUR"] == 150


def test_a_fee_is_judged_by_what_was_settled_and_the_agreed_part_posted(
    account: ProviderAccount,
) -> None:
    settled_in_euro(account, fee="3000")
    row = Discrepancy.objects.get()
    assert (row.kind, row.currency, row.ours, row.theirs) == ("fee", "EUR", 150, 3000)
    assert posted("fee")["fees:sandbox", "EUR"] == 150


def test_such_a_fee_is_adjusted_in_the_currency_of_settlement(account: ProviderAccount) -> None:
    settled_in_euro(account, fee="3000")
    resolved(Discrepancy.objects.get(), "adjusted")
    assert posted("adjustment") == {
        ("fees:sandbox", "EUR"): 2850,
        ("provider:sandbox", "EUR"): -2850,
    }


def test_without_a_rule_for_the_currency_of_settlement_every_fee_is_posted(
    account: ProviderAccount,
) -> None:
    account.fee_rules.filter(currency="EUR").delete()
    settled_in_euro(account, fee="3000")
    assert found(account) == []
    assert posted("fee")["fees:sandbox", "EUR"] == 3000


@pytest.mark.parametrize(("fee", "asked"), [("173.90", []), ("171.10", [(173, 171)])])
def test_a_fee_of_whole_percents_is_judged_to_the_fraction(
    fee: str, asked: list[tuple[int, int]]
) -> None:
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=3, fixed=20, tolerance=1)
    Theirs(account).sale(a_sale(account, 5099), fee=fee, payout="po_1").comes()

    reconcile(account)

    assert list(Discrepancy.objects.values_list("ours", "theirs")) == asked
