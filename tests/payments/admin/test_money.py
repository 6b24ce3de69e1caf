"""An order's money line by line, and the ledger's list: every cent in words, never edited."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from payments.models import Attempt, Entry, Operation, ProviderAccount
from payments.providers.base import DisputeSeen, DisputeStatus, RefundSeen, RefundStatus
from payments.services.apply import apply_outcome
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured, later
from tests.payments.admin.cast import KEPT, SEE_ORDERS, money_url, order_url, staff

pytestmark = pytest.mark.django_db
SEE_MONEY = "payments.view_entry"
LIST = reverse("admin:payments_entry_changelist")
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)


@pytest.fixture
def order() -> Order:
    """Paid with surplus; a refund went and came back; a dispute was won; another is open."""
    attempt = an_attempt(an_order())
    refund = a_refund_seen(1500)
    bounced = RefundSeen(refund.provider_id, "", refund.amount, RefundStatus.FAILED)
    sights = (
        captured(attempt, 9000),
        captured(attempt, 9000, refunds=(refund,)),
        captured(attempt, 9000, refunds=(bounced,)),
        captured(attempt, 9000, disputes=(a_dispute(attempt, "dp_1", "open"),)),
        captured(attempt, 9000, disputes=(a_dispute(attempt, "dp_1", "won"),)),
        captured(attempt, 9000, disputes=(a_dispute(attempt, "dp_2", "open"),)),
    )
    for minutes, sight in enumerate(sights):
        with later(timedelta(minutes=minutes)):
            apply_outcome(attempt_id=attempt.pk, outcome=sight, source="test")
    return attempt.payment.order


def a_dispute(attempt: Attempt, name: str, status: str) -> DisputeSeen:
    return DisputeSeen(name, attempt.money(2000), DisputeStatus(status))


def table(client: Client, order: Order) -> list[list[str]]:
    """What stands in the rows of the page, without the time."""
    page = client.get(money_url(order)).content.decode()
    rows = page.partition('<table class="till-lines">')[2].split("<tr>")[2:]
    return [[re.sub(r"<[^>]*>", "", cell) for cell in CELL.findall(row)] for row in rows]


EXTERNAL = "made at the provider&#x27;s own site"
DISPUTED = "The shopper disputed it: the bank took £20.00"
TOLD = f"""
The shopper paid £90.00£30.00 of it nobody owed |+£90.00||-£30.00|-£60.00|£90.00
£15.00 went back to the shopper{EXTERNAL} |-£15.00||+£15.00||£75.00
A refund of £15.00 did not arrive and came back{EXTERNAL} |+£15.00||-£15.00||£90.00
{DISPUTED} |-£20.00|+£20.00|||£70.00
The dispute was won: the bank returned £20.00 |+£20.00|-£20.00|||£90.00
{DISPUTED}not decided yet |-£20.00|+£20.00|||£70.00
"""


def test_every_cent_is_explained_line_by_line(order: Order) -> None:
    *rows, end = table(staff(SEE_ORDERS, SEE_MONEY), order)

    told = [[cell.strip() for cell in line.split("|")] for line in TOLD.strip().splitlines()]
    assert [[row[1], *row[3:]] for row in rows] == told
    assert end == ["In the end", "£70.00", "£20.00", "-£30.00", "-£60.00", "£70.00"]


def test_each_line_names_its_reference_and_leads_to_its_entry(order: Order) -> None:
    page = staff(SEE_ORDERS, SEE_MONEY).get(money_url(order)).content.decode()

    refund, attempt = Operation.objects.get(external=True), Attempt.objects.get()
    for shown in (attempt.our_ref, refund.our_ref, "sandbox:dp_2:open"):
        assert f"<code>{shown}</code></a>" in page
    for entry in Entry.objects.all():
        assert reverse("admin:payments_entry_change", args=[entry.pk]) in page


def test_an_order_without_money_says_so() -> None:
    page = staff(SEE_ORDERS, SEE_MONEY).get(money_url(an_order())).content.decode()

    assert "No money has moved yet." in page


@pytest.mark.parametrize("may", [SEE_ORDERS, SEE_MONEY])
def test_the_page_is_for_those_who_may_see_orders_and_the_ledger(may: str) -> None:
    order = a_payment().order

    assert staff(may).get(money_url(order)).status_code == 403


def test_the_order_leads_to_its_money_only_those_who_may_see_it(admin_client: Client) -> None:
    order = a_payment().order

    assert money_url(order) in admin_client.get(order_url(order)).content.decode()
    assert money_url(order) not in staff(SEE_ORDERS).get(order_url(order)).content.decode()


def test_the_page_takes_nine_statements_however_much_happened(
    order: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk = staff(SEE_ORDERS, SEE_MONEY)

    # session, user, two of permissions, order, which entries, these, postings, disputes
    with django_assert_num_queries(9):
        clerk.get(money_url(order))


def found(term: str) -> set[str]:
    answer = staff(SEE_MONEY).get(LIST, {"q": term})
    return {entry.kind for entry in answer.context["cl"].result_list}


@pytest.mark.parametrize(
    ("term", "kinds"),
    [
        (lambda: Attempt.objects.earliest("pk").our_ref, {"capture", "refund_reversed", "refund"}),
        (lambda: Order.objects.earliest("pk").number, {"capture", "dispute"}),
        (lambda: Operation.objects.get(external=True).our_ref, {"refund", "refund_reversed"}),
        (lambda: " dispute:sandbox:dp_2:open ", {"dispute"}),
    ],
    ids=["attempt", "order number", "refund", "key"],
)
def test_entries_are_found_by(order: Order, term: Callable[[], str], kinds: set[str]) -> None:
    a_payment()

    assert kinds <= found(term())


def test_a_refunds_reference_finds_its_entries_only(order: Order) -> None:
    ref = Operation.objects.get(external=True).our_ref

    assert found(ref) == {"refund", "refund_reversed"}


def test_a_search_for_nothing_known_finds_nothing(order: Order) -> None:
    assert found("A000") == set()


def test_the_list_shows_what_each_entry_moved(order: Order) -> None:
    page = staff(SEE_MONEY).get(LIST).content.decode()

    assert "<code>overpaid</code>" in page
    assert "-£60.00" in page


def test_the_list_takes_as_many_statements_for_many_entries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(27):
        a_payment()
    clerk = staff(SEE_MONEY)

    with django_assert_num_queries(7):  # as the orders, and the postings
        clerk.get(LIST)


def test_nobody_edits_adds_or_deletes_an_entry(admin_client: Client) -> None:
    entry = Entry.objects.get(attempt__payment=a_payment())

    for view, args in (("add", []), ("delete", [entry.pk])):
        assert (
            admin_client.get(reverse(f"admin:payments_entry_{view}", args=args)).status_code == 403
        )
    change = reverse("admin:payments_entry_change", args=[entry.pk])
    assert admin_client.post(change, {"key": "x"}).status_code == 403
    assert admin_client.get(change).status_code == 200


def test_the_code_of_an_account_that_was_paid_through_stays(admin_client: Client) -> None:
    a_payment()
    account = ProviderAccount.objects.get()
    url = reverse("admin:payments_provideraccount_change", args=[account.pk])

    assert admin_client.post(url, KEPT | {"code": "other"}).status_code == 302

    account.refresh_from_db()
    assert account.code == "sandbox"
