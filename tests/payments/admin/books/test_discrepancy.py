"""The list of what does not agree, and the page of one with both sides."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.models import Discrepancy
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import DiscrepancyState, Resolution
from payments.models.settlement import FileKind
from payments.reconciliation.guides import GUIDES
from tests.factories import a_payment, an_account
from tests.payments.admin.books.cast import SEE, page_of
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.disagreeing import (
    a_bank_line,
    a_discrepancy,
    a_file,
    a_line,
    a_payout,
    about,
    settle,
)

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_discrepancy_changelist")
EVERYTHING = (SEE, SEE_ORDERS, "payments.view_entry", "payments.view_settlementfile")


def listed(client: Client, **query: Any) -> list[Discrepancy]:
    return list(client.get(LIST, query).context["cl"].result_list)


def test_the_list_has_both_amounts_and_the_difference_newest_first() -> None:
    older = a_discrepancy(found_at=now() - timedelta(hours=1))
    newer = a_discrepancy(Kind.MISSING_IN_PROVIDER, theirs=None)
    clerk = staff(SEE)

    page = clerk.get(LIST).content.decode()

    assert listed(clerk) == [newer, older]
    for shown in ("£60.00", "£61.00", "+£1.00", "nothing", "-£60.00"):
        assert shown in page


def test_nobody_sees_it_without_the_permission() -> None:
    row, clerk = a_discrepancy(), staff(SEE_ORDERS, "payments.resolve_discrepancy")

    assert clerk.get(LIST).status_code == 403
    assert clerk.get(page_of(row)).status_code == 403


def test_the_list_is_narrowed_by_kind_state_account_and_owner() -> None:
    clerk = staff(SEE)
    me = get_user_model().objects.get(username="clerk")
    mine = a_discrepancy(owner=me, state=DiscrepancyState.INVESTIGATING)
    settled = a_discrepancy(Kind.FEE)
    settle(settled)
    other = a_discrepancy(Kind.TIMING, account=an_account(code="second"))
    banks = a_discrepancy(Kind.BANK_TOTAL, account=None)

    assert listed(clerk, owner="me") == [mine]
    assert listed(clerk, state="unsettled") == [banks, other, mine]
    assert listed(clerk, state="resolved") == [settled]
    assert listed(clerk, account="second") == [other]
    assert listed(clerk, account=str(other.account_id)) == [other]
    assert listed(clerk, account="our:bank") == [banks]
    assert listed(clerk, kind__exact="fee") == [settled]


def test_a_link_of_another_page_names_a_day_in_the_zone_of_the_account() -> None:
    account = an_account(report_zone="Asia/Shanghai")
    midnight = now().replace(hour=17, minute=0)  # 1 o'clock of the next day in Shanghai
    row = a_discrepancy(account=account, at=midnight)
    next_day = (midnight + timedelta(days=1)).date()
    clerk = staff(SEE)

    assert listed(clerk, account="sandbox", day=str(next_day)) == [row]
    assert listed(clerk, account="sandbox", day=str(midnight.date())) == []
    assert listed(clerk, day="yesterday") == []


def test_a_link_of_a_file_names_the_file() -> None:
    file = a_file()
    row, _other = a_discrepancy(file=file, line_no=3), a_discrepancy()

    assert listed(staff(SEE), file=str(file.pk)) == [row]


def test_it_names_what_the_lines_of_the_file_are_about_as_well() -> None:
    file = a_file()
    a_line(file, 7, our_ref="A77")
    a_line(file, 8, provider_ref="pay_88")
    rows = [a_discrepancy(reference="A77"), a_discrepancy(reference="pay_88")]
    a_discrepancy(reference="A78")

    assert sorted(row.pk for row in listed(staff(SEE), file=str(file.pk))) == [
        row.pk for row in rows
    ]


def test_a_link_of_a_currency_names_either_side() -> None:
    row = a_discrepancy(Kind.CURRENCY, currency="EUR", our_currency="GBP")
    a_discrepancy(currency="USD")

    assert listed(staff(SEE), currency="GBP") == listed(staff(SEE, name="b"), currency="EUR")
    assert listed(staff(SEE, name="c"), currency="EUR") == [row]


def test_each_thing_staff_have_at_hand_finds_it() -> None:
    payment = a_payment()
    attempt, payout = payment.attempts.get(), a_payout("po_77")
    row = about(attempt)
    of_payout = a_discrepancy(Kind.PAYOUT_TOTAL, payout=payout, reference="po_77")
    theirs = a_discrepancy(reference="#dp_1")
    clerk = staff(SEE)

    found = {
        term: listed(clerk, q=term)
        for term in (attempt.our_ref.lower(), payment.order.number[:6], "po_77", "dp_1", "nothing")
    }

    assert list(found.values()) == [[row], [row], [of_payout], [theirs], []]


def test_a_search_without_a_hit_says_so() -> None:
    page = staff(SEE).get(LIST, {"q": "po_9"}).content.decode()

    assert "Nothing matches “po_9”." in page


@pytest.mark.parametrize("kind", Kind)
def test_the_page_says_what_the_kind_means_and_what_to_do(kind: Kind) -> None:
    row = a_discrepancy(kind)

    page = staff(SEE).get(page_of(row)).context

    assert page["guide"] == GUIDES[kind]


def test_our_side_leads_to_the_order_and_its_ledger_entries() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    row = about(attempt)
    entry = attempt.entries.get()

    page = staff(*EVERYTHING).get(page_of(row)).content.decode()

    assert order_url(payment.order) in page
    assert attempt.our_ref in page
    assert reverse("admin:payments_entry_change", args=[entry.pk]) in page
    assert "provider:sandbox" in page


def test_without_the_permissions_the_same_stands_there_without_links() -> None:
    payment = a_payment()
    row = about(payment.attempts.get(), file=a_file(), line_no=7)

    page = staff(SEE).get(page_of(row)).content.decode()

    assert payment.order.number in page
    for hidden in ("/orders/order/", "/payments/entry/", "/payments/settlementfile/"):
        assert hidden not in page


def test_their_side_has_the_file_the_line_and_its_columns() -> None:
    file = a_file()
    a_line(file, 7, provider_ref="pay_77", fee=Decimal("105.4"))
    row = a_discrepancy(file=file, line_no=7)

    page = staff(*EVERYTHING).get(page_of(row)).content.decode()

    assert reverse("admin:payments_settlementfile_change", args=[file.pk]) in page
    for shown in ("settlement-2026-11-28.csv</a>, line 7", "pay_77", "£1.054", "£61.00"):
        assert shown in page


def test_where_no_line_is_named_those_with_the_reference_are_shown() -> None:
    file = a_file()
    a_line(file, 7, our_ref="A77")
    a_line(file, 8, our_ref="A77")
    a_line(file, 9, our_ref="A78")
    row = a_discrepancy(Kind.DUPLICATE_IN_PROVIDER, reference="A77")

    lines = staff(SEE).get(page_of(row)).context["lines"]

    assert [line.number for line in lines] == [7, 8]


def test_a_line_with_a_reference_that_is_none_of_ours_is_shown_too() -> None:
    a_line(a_file(), 7, provider_ref="pay_77", our_ref="INVOICE-7")
    row = a_discrepancy(Kind.MISSING_IN_LEDGER, reference="pay_77", ours=None)

    assert [line.number for line in staff(SEE).get(page_of(row)).context["lines"]] == [7]


def test_of_a_payout_the_bank_and_the_ledger_are_shown() -> None:
    payout = a_payout()
    a_bank_line(payout, 9000)
    row = a_discrepancy(Kind.BANK_TOTAL, payout=payout, about="payout", ours=9500, theirs=9000)

    page = staff(*EVERYTHING).get(page_of(row)).content.decode()

    for shown in ("november.xml</a>, line 12", "£90.00", "SANDBOX PAYMENTS", "-£5.00"):
        assert shown in page


def test_a_line_that_cannot_be_read_is_shown_with_its_reason() -> None:
    file = a_file(kind=FileKind.STATEMENT)
    row = a_discrepancy(
        Kind.UNPARSEABLE_LINE, file=file, line_no=1234, detail="no amount: 1,2,x", account=None
    )

    page = staff(*EVERYTHING).get(page_of(row)).content.decode()

    assert "no amount: 1,2,x" in page
    assert "line 1234" in page


def test_the_page_says_how_it_was_settled() -> None:
    row = a_discrepancy()
    settle(row, Resolution.WRITTEN_OFF)

    page = staff(*EVERYTHING).get(page_of(row)).content.decode()

    for shown in ("written off", "the provider said so by mail", "ticket 4711", "losses"):
        assert shown in page


def test_what_is_proposed_reads_as_a_proposal(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0"}}
    row = a_discrepancy()
    settle(row)

    page = staff(SEE).get(page_of(row)).content.decode()

    assert "Adjust our books." in page
    assert "our books were adjusted" not in page


def test_the_list_takes_as_many_statements_for_many_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(27):
        about(a_payment().attempts.get())
    clerk = staff(SEE, SEE_ORDERS)

    with django_assert_num_queries(6):  # session, user, two of permissions, accounts, rows
        clerk.get(LIST)


def test_the_page_takes_as_many_statements_for_many_lines(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    attempt, file = a_payment().attempts.get(), a_file()
    for number in range(15):
        a_line(file, number, our_ref=attempt.our_ref)
    row, clerk = about(attempt), staff(*EVERYTHING)

    clerk.get(page_of(row))  # what a process asks for once

    # session, user, two of permissions; row, entries, postings, their ids, lines, history
    with django_assert_num_queries(11):
        clerk.get(page_of(row))


def test_pages_follow_each_other_by_key() -> None:
    rows = [a_discrepancy() for _ in range(27)]
    clerk = staff(SEE)

    first = clerk.get(LIST).context["cl"]
    second = clerk.get(LIST + first.after).context["cl"]

    assert [row.pk for row in second.result_list] == [rows[1].pk, rows[0].pk]
