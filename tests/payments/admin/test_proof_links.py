"""Each difference of a day is one click away: where it is seen, or where it began."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from orders.clock import clock_at
from payments.models import ProviderAccount
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.admin.cast import staff
from tests.payments.reconciliation.books import resolved
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_discrepancy,
    a_payout,
    a_report,
    agreed,
    at,
    booked,
    of_payout,
    told,
)

pytestmark = pytest.mark.django_db
MIDNIGHT = time(23, 59)
LEDGER = "/admin/payments/entry/?account=provider%3Asandbox&currency=GBP"
DIFFERING = "/admin/payments/discrepancy/?account=sandbox"
PROOF = reverse("admin:payments_proof_day", args=["sandbox.GBP", DAY.isoformat()])
NEXT_PROOF = reverse("admin:payments_proof_day", args=["sandbox.GBP", NEXT.isoformat()])


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture
def chief() -> Client:
    pages = ("daybalance", "entry", "discrepancy", "payout")
    return staff(*(f"payments.view_{page}" for page in pages))


@pytest.fixture(autouse=True)
def _two_days_later() -> Iterator[None]:
    with clock_at(lambda: at(DAY + timedelta(days=2))):
        yield


def leads(client: Client, address: str, told_as: str) -> str:
    """Where what is told so leads; the page there is one that opens."""
    page = client.get(address).content.decode()
    found = re.search(rf'<a href="([^"]+)">{re.escape(told_as)}</a>', page)
    assert found, f"{told_as} leads nowhere"
    target = found[1].replace("&amp;", "&")
    if target.startswith("/"):
        assert client.get(target).status_code == 200
    return target


def test_a_known_difference_leads_to_those_up_to_the_day(
    account: ProviderAccount, chief: Client
) -> None:
    told(a_report(account), 2500, provider_ref="pay_1")
    a_discrepancy(account, "#pay_1", theirs=2500)

    target = leads(chief, PROOF, "Not in our books")

    assert target == (
        f"{DIFFERING}&currency=GBP&until=2026-11-10&kind__exact=missing_in_ledger&state=unsettled"
    )


@pytest.mark.parametrize(
    ("state", "told_as"),
    [
        ("unsettled", "Another fee than expected"),
        ("resolved", "Settled since, or left as it is: another fee than expected"),
    ],
)
def test_a_fee_leads_to_the_discrepancies_that_make_it_settled_or_not(
    account: ProviderAccount, chief: Client, *, state: str, told_as: str
) -> None:
    report = a_report(account)
    line = told(report, 0, kind="fee", fee=Decimal(34), payout_ref="po_1")
    about = {"kind": "fee", "about": "fee", "file": report, "line_no": line.line_no}
    row = a_discrepancy(account, "A1", ours=30, theirs=34, **about)
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(DAY))
    if state == "resolved":
        resolved(row, "adjusted")

    target = leads(chief, PROOF, told_as)

    assert list(chief.get(target).context["cl"].result_list) == [row]
    assert f"&kind__exact=fee&state={state}" in target


def test_a_list_up_to_a_day_leaves_out_what_came_after_it(
    account: ProviderAccount, chief: Client
) -> None:
    a_discrepancy(account, "#pay_1", theirs=2500)
    a_discrepancy(account, "#pay_2", theirs=100, at=at(NEXT))

    page = chief.get(f"{DIFFERING}&until=2026-11-10").content.decode()

    assert ("£25.00" in page, "£1.00" in page) == (True, False)


def test_what_we_had_first_leads_to_our_ledger_of_the_days_up_to_it(
    account: ProviderAccount, chief: Client
) -> None:
    a_report(account)
    agreed(a_report(account, NEXT), 6000, at(DAY, MIDNIGHT))

    target = leads(chief, PROOF, "In our books before midnight, in theirs after it")

    assert target == f"{LEDGER}&day=2026-11-07..2026-11-10"


def test_what_they_had_first_leads_to_our_ledger_of_the_days_after_it(
    account: ProviderAccount, chief: Client
) -> None:
    agreed(a_report(account), 6000, at(NEXT))

    target = leads(chief, PROOF, "In their books before midnight, in ours after it")

    assert target == f"{LEDGER}&day=2026-11-11..2026-11-13"


def test_what_is_not_posted_yet_leads_to_the_payouts(
    account: ProviderAccount, chief: Client
) -> None:
    told(a_report(account), 0, kind="fee", fee=Decimal(30), payout_ref="po_1")

    target = leads(chief, PROOF, "Fees that our books do not have yet")

    assert target == "/admin/payments/payout/?account=sandbox&currency=GBP"


def test_what_is_posted_on_another_day_leads_to_the_entries_of_its_payouts_alone(
    account: ProviderAccount, chief: Client
) -> None:
    for ref, day in (("po_1", DAY), ("po_2", NEXT)):
        told(a_report(account, day), 0, kind="fee", fee=Decimal(30), payout_ref=ref)
    mine, _other = (
        of_payout(a_payout(account, ref), EntryKind.FEE, -30, moment=at(NEXT))
        for ref in ("po_1", "po_2")
    )

    target = leads(chief, PROOF, "Fees that our books have on another day")

    assert list(chief.get(target).context["cl"].result_list) == [mine]


def test_days_without_a_report_lead_to_their_month(account: ProviderAccount, chief: Client) -> None:
    a_report(account, DAY - timedelta(days=9))
    booked(account, 500, at(DAY - timedelta(days=6)))
    agreed(a_report(account), 6000, at(DAY))

    target = leads(chief, PROOF, "In our books, of days that have no report")

    assert target == f"{reverse('admin:payments_proof_month', args=['sandbox.GBP'])}?month=2026-11"


def test_what_stood_before_the_first_report_leads_to_its_eve(
    account: ProviderAccount, chief: Client
) -> None:
    booked(account, 500, at(DAY - timedelta(days=20)))
    agreed(a_report(account), 6000, at(DAY))

    target = leads(chief, PROOF, "From before the first report, never compared")

    assert target == reverse("admin:payments_proof_day", args=["sandbox.GBP", "2026-11-09"])


def test_a_difference_of_the_day_leads_to_its_reasons(
    account: ProviderAccount, chief: Client
) -> None:
    agreed(a_report(account), 6000, at(NEXT))

    assert leads(chief, PROOF, "£60.00") == "#why"


def test_one_that_evens_out_what_stood_open_leads_to_the_day_before(
    account: ProviderAccount, chief: Client
) -> None:
    agreed(a_report(account), 6000, at(NEXT))
    a_report(account, NEXT)

    assert leads(chief, NEXT_PROOF, "-£60.00") == PROOF


def test_what_is_unexplained_leads_to_the_ledger_of_the_day(
    account: ProviderAccount, chief: Client
) -> None:
    told(a_report(account), 2500)

    assert leads(chief, PROOF, "Unexplained") == f"{LEDGER}&day=2026-11-10"
