"""Three legs: lines against payouts, payouts against the bank, and all of it in the ledger."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from payments.models import Discrepancy, Payout, Posting, ProviderAccount
from payments.models.discrepancy import Resolution
from payments.reconciliation.receive import take_back
from payments.reconciliation.resolve import Decision, propose
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.disagreeing import a_person
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    at_noon,
    found,
    paid,
    posted,
    resolved,
    statement,
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


def test_a_payout_of_the_sum_of_its_lines_is_no_question(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    reconcile(account)
    assert found(account) == []


def test_a_payout_of_another_sum_is_told_from_both_sides(account: ProviderAccount) -> None:
    paid(account, 5000).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("payout_total", 5920, 5000)


def test_a_payout_is_explained_by_the_line_that_is_wrong(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    theirs = Theirs(account).sale(sale, gross=5990, fee=80, payout="po_1")
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1").comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.payout) == ("amount", Payout.objects.get(ref="po_1"))


def test_a_payout_is_explained_by_the_line_that_was_left_out(account: ProviderAccount) -> None:
    a_sale(account, 1000)
    paid(account, 5920 + 970).comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.payout) == ("missing_in_provider", Payout.objects.get(ref="po_1"))


def test_a_payout_is_explained_by_the_line_that_stands_twice(account: ProviderAccount) -> None:
    sale = a_sale(account, 6000)
    theirs = Theirs(account)
    for _ in range(2):
        theirs.sale(sale, fee=80, payout="po_1")
    theirs.line("payout", id="po_1", gross=-5920, payout="po_1").comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["duplicate_in_provider"]


def test_a_payout_is_explained_by_the_line_that_cannot_be_read(account: ProviderAccount) -> None:
    sale = a_sale(account, 1000)
    theirs = paid(account, 5920 + 970)
    theirs.raw(f"capture,pay_x,{sale.our_ref},card,GBP,10x00").comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.attempt, row.payout) == ("unparseable_line", sale, Payout.objects.get())


def test_a_payout_is_explained_by_the_fee_that_only_its_line_has(account: ProviderAccount) -> None:
    paid(account, 5920, fee="180").comes()
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.payout) == ("fee", Payout.objects.get(ref="po_1"))


def test_a_difference_that_lines_explain_in_part_only_is_asked_about(
    account: ProviderAccount,
) -> None:
    a_sale(account, 1000)
    paid(account, 5920 + 970 + 5).comes()
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["missing_in_provider", "payout_total"]


def test_a_payout_that_was_put_right_is_settled_by_itself(account: ProviderAccount) -> None:
    theirs = paid(account, 5000)
    wrong = theirs.comes()
    reconcile(account)
    take_back(wrong.pk, by=None)
    theirs.rows[-1] = theirs.rows[-1].replace("-5000", "-5920")
    theirs.comes()
    reconcile(account)
    assert found(account) == []


def test_a_payout_leaves_the_provider_for_the_bank(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    reconcile(account)
    assert posted("payout") == {("bank", "GBP"): 5920, ("provider:sandbox", "GBP"): -5920}


def test_what_was_settled_in_another_currency_goes_through_fx(account: ProviderAccount) -> None:
    sale = a_sale(account, 1000, "EUR")
    Theirs(account).sale(sale, settled_currency="GBP", settled_gross=860).comes()
    reconcile(account)
    assert posted("fx") == {
        ("provider:sandbox", "EUR"): -1000,
        ("fx:sandbox", "EUR"): 1000,
        ("provider:sandbox", "GBP"): 860,
        ("fx:sandbox", "GBP"): -860,
    }


def test_a_second_run_posts_nothing_more(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    reconcile(account)
    before = posted("fee"), posted("payout")
    reconcile(account)
    assert (posted("fee"), posted("payout")) == before


def test_a_file_that_was_taken_back_posts_what_undoes_it(account: ProviderAccount) -> None:
    file = paid(account, 5920).comes()
    reconcile(account)
    take_back(file.pk, by=None)
    reconcile(account)
    assert (posted("fee"), posted("payout")) == ({}, {})


def test_a_fee_that_was_adjusted_is_taken_back_with_its_file(account: ProviderAccount) -> None:
    file = paid(account, 5900, fee="100").comes()
    reconcile(account)
    fee = Discrepancy.objects.get(kind="fee")
    propose(Decision(fee.pk, a_person(), Resolution.ADJUSTED, "they are right", "their letter"))
    take_back(file.pk, by=None)
    reconcile(account)
    assert held("provider:sandbox") == 6000


def test_a_payout_that_came_whole_is_no_question(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    assert found(account) == []
    assert Payout.objects.get(ref="po_1").arrived == 5920


def test_a_payout_of_which_the_bank_kept_some_is_told(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    statement((DAY, "50.00", "po_1"))
    reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("bank_total", 5920, 5000)


def test_the_bank_got_what_the_lines_say_and_only_the_payout_is_asked_about(
    account: ProviderAccount,
) -> None:
    paid(account, 5000).comes()
    statement((DAY, "59.20", "po_1"))
    reconcile(account)
    assert [kind for kind, _ in found(account)] == ["payout_total"]


def test_a_payout_that_is_on_its_way_is_no_question(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    statement((DAY + timedelta(days=2), "1.00", "rent"))
    reconcile(account)
    assert found(account) == []


def test_a_payout_that_never_came_is_asked_about(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    with later(timedelta(days=6)):
        statement((DAY, "1.00", "rent"), (DAY + timedelta(days=6), "1.00", "rent"))
        reconcile(account)
    row = Discrepancy.objects.get()
    assert (row.kind, row.ours, row.theirs) == ("bank_total", 5920, None)


def test_a_payout_is_known_by_a_word_of_the_banks_text(account: ProviderAccount) -> None:
    paid(account, 5920).comes()
    statement((DAY, "59.20", "EREF 77 po_1 SANDBOX"))
    reconcile(account)
    assert Payout.objects.get(ref="po_1").arrived == 5920


def test_the_ledger_of_the_provider_is_what_the_provider_has(account: ProviderAccount) -> None:
    sale = a_sale(account, 2000)
    paid(account, 5920).sale(sale, fee="40").comes()
    reconcile(account)
    kinds = "capture", "fee", "payout"
    held = sum(posted(kind).get(("provider:sandbox", "GBP"), 0) for kind in kinds)
    assert held == 2000 - 40


def test_however_many_payouts_there_are_comparing_again_takes_as_many_statements(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _days_with_payouts(account, 0, 2)
    reconcile(account)
    with CaptureQueriesContext(connection) as few:
        reconcile(account)
    _days_with_payouts(account, 2, 12)
    reconcile(account)
    with django_assert_num_queries(len(few)):
        reconcile(account)
    assert Payout.objects.count() == 24


def _days_with_payouts(account: ProviderAccount, first: int, end: int) -> None:
    for number in range(first, end):
        day = NOON + timedelta(days=number)
        theirs = Theirs(account, day.date())
        for ref in ("a", "b"):
            name = f"po_{number}{ref}"
            theirs.line("payout", id=name, gross=-5, payout=name, occurred_at=day.isoformat())
        theirs.comes()


def test_a_written_off_payout_is_undone_once_it_is_put_right(account: ProviderAccount) -> None:
    theirs = paid(account, 5000)
    wrong = theirs.comes()
    reconcile(account)
    resolved(Discrepancy.objects.get(), "written_off")
    take_back(wrong.pk, by=None)
    theirs.rows[-1] = theirs.rows[-1].replace("-5000", "-5920")
    theirs.comes()
    reconcile(account)
    assert (found(account), posted("adjustment")) == ([], {})
