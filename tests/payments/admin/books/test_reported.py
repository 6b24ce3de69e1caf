"""What reports tell of a payment and of its disputes stands on the pages of both."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import Dispute, Payout, SettlementFile
from tests.factories import a_payment, an_account
from tests.payments.admin.books.cast import SEE, SEE_FILES
from tests.payments.admin.books.cast import page_of as discrepancy_page
from tests.payments.admin.cast import SEE_ORDERS, money_url, order_url, staff
from tests.payments.disagreeing import a_discrepancy, a_file, a_line, a_payout
from tests.payments.disputing import a_dispute

pytestmark = pytest.mark.django_db
SEE_PAYOUTS = "payments.view_payout"
SEE_PAYMENTS, SEE_DISPUTES = "payments.view_payment", "payments.view_dispute"
EVERYTHING = SEE_PAYMENTS, SEE_DISPUTES, SEE_ORDERS, SEE_FILES


def pages_of(dispute: Dispute) -> tuple[str, str]:
    """Of its payment, and its own."""
    return (
        reverse("admin:payments_payment_change", args=[dispute.attempt.payment_id]),
        reverse("admin:payments_dispute_change", args=[dispute.pk]),
    )


def page_of(payout: Payout) -> str:
    return reverse("admin:payments_payout_change", args=[payout.pk])


def withdrawn(file: SettlementFile, dispute: Dispute, number: int = 7, **given: object) -> None:
    """The line of what the bank took, with £20.00 for its work."""
    line = {"kind": "dispute", "provider_ref": dispute.provider_id, "gross": -6000}
    a_line(file, number, **(line | {"fee": Decimal(2000)} | given))


@pytest.mark.parametrize("which", [0, 1], ids=["payment", "dispute"])
def test_the_page_shows_what_a_dispute_took_and_its_fee(which: int) -> None:
    dispute = a_dispute()
    withdrawn(a_file(account=dispute.account), dispute)

    page = staff(*EVERYTHING).get(pages_of(dispute)[which]).content.decode()

    assert "<dd>-£60.00</dd>" in page
    assert "<dd>£20.00</dd>" in page


@pytest.mark.parametrize("which", [0, 1], ids=["payment", "dispute"])
def test_who_may_not_see_reports_sees_no_line_of_them(which: int) -> None:
    dispute = a_dispute()
    withdrawn(a_file(account=dispute.account), dispute)

    page = staff(SEE_PAYMENTS, SEE_DISPUTES, SEE_ORDERS).get(pages_of(dispute)[which])

    assert "£20.00" not in page.content.decode()


@pytest.mark.parametrize("which", [0, 1], ids=["payment", "dispute"])
def test_a_dispute_of_the_same_name_at_another_account_is_another(which: int) -> None:
    dispute = a_dispute()
    withdrawn(a_file(account=an_account(code="other")), dispute)

    page = staff(*EVERYTHING).get(pages_of(dispute)[which]).content.decode()

    assert "£20.00" not in page


@pytest.mark.parametrize("which", [0, 1], ids=["payment", "dispute"])
def test_a_line_leads_to_its_payout(which: int) -> None:
    dispute = a_dispute()
    withdrawn(a_file(account=dispute.account), dispute)
    payout = a_payout("po_1", account=dispute.account)
    address = pages_of(dispute)[which]

    page = staff(*EVERYTHING, SEE_PAYOUTS).get(address).content.decode()

    assert page_of(payout) in page
    assert page_of(payout) not in staff(*EVERYTHING, name="other").get(address).content.decode()


@pytest.mark.parametrize(
    ("stray", "other"),
    [("", {"currency": "EUR"}), ("", {"ref": "po_2"}), ("live", {})],
    ids=["another currency", "another name", "a line of another mode"],
)
def test_another_payout_is_not_led_to(stray: str, other: dict[str, str]) -> None:
    row, payout = a_discrepancy(file=(file := a_file()), line_no=7), a_payout(**other)
    a_line(file, 7, stray=stray)

    page = staff(SEE, SEE_PAYOUTS).get(discrepancy_page(row)).content.decode()

    assert "po_1" in page
    assert page_of(payout) not in page


def test_a_discrepancy_leads_to_the_payout_of_its_line() -> None:
    row, payout = a_discrepancy(file=(file := a_file()), line_no=7), a_payout()
    a_line(file, 7)

    page = staff(SEE, SEE_PAYOUTS).get(discrepancy_page(row)).content.decode()

    assert page_of(payout) in page


def test_the_order_and_its_money_lead_to_the_payment() -> None:
    payment = a_payment()
    see = SEE_ORDERS, "payments.view_entry"
    address = reverse("admin:payments_payment_change", args=[payment.pk])
    clerk, other = staff(*see, SEE_PAYMENTS), staff(*see, name="other")

    for page in (order_url(payment.order), money_url(payment.order)):
        assert address in clerk.get(page).content.decode()
        assert address not in other.get(page).content.decode()


@pytest.mark.parametrize("given", [{"state": "replaced"}, {"state": "refused"}])
def test_a_file_that_does_not_count_tells_nothing(given: dict[str, str]) -> None:
    dispute = a_dispute()
    withdrawn(a_file(account=dispute.account, **given), dispute)
    clerk = staff(*EVERYTHING)

    for address in pages_of(dispute):
        assert "£20.00" not in clerk.get(address).content.decode()


@pytest.mark.parametrize(("which", "statements"), [(0, 10), (1, 8)], ids=["payment", "dispute"])
@pytest.mark.parametrize("reported", [1, 9])
def test_the_page_costs_the_same_however_much_is_reported(
    django_assert_num_queries: DjangoAssertNumQueries, *, reported: int, which: int, statements: int
) -> None:
    dispute = a_dispute()
    file = a_file(account=dispute.account)
    for number in range(reported):
        withdrawn(file, dispute, number)
    address, clerk = pages_of(dispute)[which], staff(*EVERYTHING)
    clerk.get(address)  # what Django keeps from then on

    with django_assert_num_queries(statements):
        clerk.get(address)
