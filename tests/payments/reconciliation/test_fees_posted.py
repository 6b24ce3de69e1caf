"""A fee is posted as it was agreed, once for its payout, and any other is one question."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from payments.models import Posting, ProviderAccount
from payments.reconciliation.run import reconcile
from tests.payments.reconciliation.books import (
    Theirs,
    a_sale,
    at_noon,
    found,
    paid,
    posted,
    with_agreed_fee,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return with_agreed_fee()


def held(name: str) -> int:
    sums = Posting.objects.filter(account=name).aggregate(held=Sum("amount"))
    return sums["held"] or 0


def test_a_fee_as_agreed_is_posted(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    reconcile(account)
    assert posted("fee") == {("fees:sandbox", "GBP"): 80, ("provider:sandbox", "GBP"): -80}


def test_a_fee_of_parts_of_a_penny_is_rounded_once_for_the_payout(account: ProviderAccount) -> None:
    theirs = Theirs(account)
    for _ in range(3):
        theirs.sale(a_sale(account, 6000), fee="80.4", payout="po_1")
    theirs.comes()
    reconcile(account)
    assert posted("fee")["fees:sandbox", "GBP"] == 241


def test_of_a_fee_that_was_not_agreed_only_the_agreed_part_is_posted(
    account: ProviderAccount,
) -> None:
    paid(account, 5900, fee="100").comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["fee"]
    assert posted("fee")["fees:sandbox", "GBP"] == 80


def test_a_fee_of_our_amount_is_asked_about_with_the_amount_only(account: ProviderAccount) -> None:
    Theirs(account).sale(a_sale(account, 6000), gross=5000, fee=80, payout="po_1").comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["amount"]
    assert posted("fee")["fees:sandbox", "GBP"] == 80


def test_a_fee_of_neither_amount_is_asked_about_too(account: ProviderAccount) -> None:
    Theirs(account).sale(a_sale(account, 6000), gross=5000, fee=90, payout="po_1").comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["amount", "fee"]


def test_of_money_that_nobody_knows_the_fee_is_no_second_question(account: ProviderAccount) -> None:
    Theirs(account).line("capture", id="pay_x", gross=5000, fee=0, payout="po_1").comes()
    reconcile(account)
    assert found(account) == [("missing_in_ledger", "capture:#pay_x")]


def test_without_a_rule_every_fee_is_posted(account: ProviderAccount) -> None:
    account.fee_rules.all().delete()
    paid(account, 5900, fee="100").comes()
    reconcile(account)
    assert posted("fee")["fees:sandbox", "GBP"] == 100
