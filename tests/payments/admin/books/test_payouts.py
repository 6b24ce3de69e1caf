"""Payouts: what was sent, what its lines come to, what arrived, and what differs."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from payments.models import Entry, Payout, SettlementFile
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileState
from payments.services.post import Draft, post
from payments.states import EntryKind
from tests.payments.admin.books.cast import SEE, page_of
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_bank_line, a_discrepancy, a_payout

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_payout_changelist")
LEDGER = reverse("admin:payments_entry_changelist")
SEE_PAYOUTS, SEE_LEDGER = "payments.view_payout", "payments.view_entry"


def payout_page(payout: Payout) -> str:
    return reverse("admin:payments_payout_change", args=[payout.pk])


def an_entry(payout: Payout) -> Entry:
    entry = Entry(key=f"payout:{payout.pk}:1", kind=EntryKind.PAYOUT, payout=payout)
    post([Draft(entry, {("provider:sandbox", "GBP"): -9500, ("bank", "GBP"): 9500})])
    return entry


def words(client: Client) -> str:
    """What the list says, without its tags."""
    return strip_tags(client.get(LIST).content.decode())


def test_the_list_says_what_was_sent_what_came_and_what_differs() -> None:
    a_payout("po_7", arrived=9000)

    page = words(staff(SEE_PAYOUTS))

    for shown in ("po_7", "£95.00", "£100.00", "£90.00", "paid out -£5.00, arrived -£5.00"):
        assert shown in page


def test_what_has_not_arrived_yet_is_no_difference() -> None:
    a_payout(amount=10000)

    assert "arrived -" not in words(staff(SEE_PAYOUTS))


def test_a_payout_whose_file_was_taken_back_says_so() -> None:
    a_payout("po_7", amount=None, sent_at=None, lines_net=0)

    assert "no report has it any more" in words(staff(SEE_PAYOUTS))


def test_what_is_not_paid_out_yet_has_no_reference() -> None:
    a_payout("", amount=None, sent_at=None)

    assert "not paid out yet" in staff(SEE_PAYOUTS).get(LIST).content.decode()


def test_the_page_has_its_discrepancies_bank_lines_and_entries() -> None:
    payout = a_payout()
    a_bank_line(payout)
    row = a_discrepancy(DiscrepancyKind.PAYOUT_TOTAL, payout=payout, ours=10000, theirs=9500)
    entry = an_entry(payout)

    page = staff(SEE_PAYOUTS, SEE, SEE_LEDGER).get(payout_page(payout)).content.decode()

    assert page_of(row) in page
    assert reverse("admin:payments_entry_change", args=[entry.pk]) in page
    assert "SANDBOX PAYMENTS" in page


def test_a_line_of_a_statement_that_was_taken_back_is_shown_nowhere() -> None:
    payout = a_payout()
    SettlementFile.objects.filter(pk=a_bank_line(payout).file_id).update(state=FileState.REPLACED)
    row = a_discrepancy(DiscrepancyKind.BANK_TOTAL, about="payout", payout=payout)
    clerk = staff(SEE_PAYOUTS, SEE)

    for address in (payout_page(payout), page_of(row)):
        assert "SANDBOX PAYMENTS" not in clerk.get(address).content.decode()


def test_without_the_permissions_there_are_no_links() -> None:
    payout = a_payout()
    row = a_discrepancy(DiscrepancyKind.PAYOUT_TOTAL, payout=payout)

    page = staff(SEE_PAYOUTS).get(payout_page(payout)).content.decode()

    assert page_of(row) not in page
    assert "1 discrepancy, which you may not see." in page


def test_nobody_sees_payouts_without_the_permission() -> None:
    payout, clerk = a_payout(), staff(SEE)

    assert clerk.get(LIST).status_code == 403
    assert clerk.get(payout_page(payout)).status_code == 403


def test_the_ledger_finds_the_entries_of_a_payout_by_its_reference() -> None:
    entry = an_entry(a_payout("po_9"))
    an_entry(a_payout("po_8"))

    found = staff(SEE_LEDGER).get(LEDGER, {"q": "po_9"}).context["cl"].result_list

    assert list(found) == [entry]


def test_the_list_takes_as_many_statements_for_many_payouts(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(27):
        a_payout(f"po_{number}")
    clerk = staff(SEE_PAYOUTS)

    with django_assert_num_queries(7):  # four of the clerk; accounts, currencies, rows
        clerk.get(LIST)
