"""Odd lines: two currencies under one name, strange names, two runs at once, files that fail."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from orders.errors import Unforeseen
from payments.models import Discrepancy, Match, ProviderAccount
from payments.reconciliation import candidates, follow
from payments.reconciliation.claim import LEASE, LostRun, Run, claimed
from payments.reconciliation.match import match
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import (
    Theirs,
    a_sale,
    at_noon,
    found,
    posted,
    refunded_by_them,
    resolved,
    the_account,
)

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def test_two_currencies_under_one_name_are_two_questions(account: ProviderAccount) -> None:
    theirs = Theirs(account, opening={"GBP": 0, "EUR": 0})
    theirs.line("adjustment", id="reserve", gross=500)
    theirs.line("adjustment", id="reserve", gross=700, currency="EUR").comes()
    assert reconcile(account) == 2
    rows = Discrepancy.objects.values_list("currency", "theirs")
    assert sorted(rows) == [("EUR", 700), ("GBP", 500)]


def test_two_currencies_under_one_name_are_found_again_once(account: ProviderAccount) -> None:
    theirs = Theirs(account, opening={"GBP": 0, "EUR": 0})
    theirs.line("adjustment", id="reserve", gross=500)
    theirs.line("adjustment", id="reserve", gross=700, currency="EUR").comes()
    reconcile(account)
    first = found(account)
    reconcile(account)
    assert found(account) == first


def test_a_refund_beside_a_second_line_is_asked_about_once(account: ProviderAccount) -> None:
    sale = refunded_by_them(a_sale(account), 1000)
    Theirs(account).sale(sale).sale(sale, reference="").comes()
    reconcile(account)
    missing = Discrepancy.objects.get(kind="missing_in_provider")
    assert (missing.ours, missing.theirs) == (-1000, None)


def test_two_payments_under_a_name_that_is_not_ours_are_told_apart(
    account: ProviderAccount,
) -> None:
    first, second = a_sale(account, 6000), a_sale(account, 2500)
    theirs = Theirs(account).sale(first, reference="ORDER-7")
    theirs.sale(second, reference="ORDER-7").comes()
    reconcile(account)
    assert found(account) == []


def test_a_sale_is_missing_once_the_stray_line_it_stood_in_was_taken_back(
    account: ProviderAccount,
) -> None:
    sale = a_sale(account)
    wrong = Theirs(account).sale(sale, mode="live").comes()
    reconcile(account)
    take_back(wrong.pk, by=None)
    Theirs(account).comes("corrected.csv")
    reconcile(account)
    assert found(account) == [("missing_in_provider", f"capture:{sale.our_ref}")]


def test_a_sale_is_missing_once_its_stray_line_is_ignored(account: ProviderAccount) -> None:
    sale = a_sale(account)
    Theirs(account).sale(sale, mode="live").comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "ignored")
    reconcile(account)
    assert found(account) == [("missing_in_provider", f"capture:{sale.our_ref}")]


def test_a_run_that_lost_its_claim_ends_nothing(account: ProviderAccount) -> None:
    a_sale(account)
    Theirs(account).comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "adjusted")
    with claimed(account) as slow, later(LEASE + timedelta(minutes=1)):
        assert slow is not None
        reconcile(account)
        with pytest.raises(LostRun):
            candidates.write(slow)
    assert posted("adjustment")["provider:sandbox", "GBP"] == -6000


def test_while_one_compares_no_other_does(account: ProviderAccount) -> None:
    Theirs(account).comes()
    with claimed(account):
        assert reconcile(account) is None


def test_an_account_that_fails_holds_up_no_other(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = the_account(code="other", merchant_id="mer_other")
    for each in (account, other):
        Theirs(each).comes()
    monkeypatch.setattr("payments.reconciliation.run.match", partial(_fails, account))
    with pytest.raises(Unforeseen):
        follow.import_and_compare()
    assert Match.objects.get(account=other).ended_at is not None


def _fails(account: ProviderAccount, run: Run) -> int:
    if run.account == account:
        raise RuntimeError("broken")
    return match(run)


def test_what_is_found_again_does_not_say_why_it_had_ended(account: ProviderAccount) -> None:
    theirs = Theirs(account).line("capture", id="pay_x", gross=500)
    first = theirs.comes()
    reconcile(account)
    take_back(first.pk, by=None)
    reconcile(account)
    assert Discrepancy.objects.get().state == "resolved"

    theirs.comes()
    reconcile(account)

    row = Discrepancy.objects.get()
    assert (row.state, row.resolution, row.reason) == ("open", "", "")
