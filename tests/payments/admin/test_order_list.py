"""The list of orders is read page after page, each at the cost of the first."""

from __future__ import annotations

import html
import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.admin import FactsAdmin, LookAheadPaginator
from orders.models import Order
from payments.admin.order import OrderAdmin
from payments.models import InboxEvent
from payments.queries import dead_events
from payments.states import InboxState
from tests.factories import an_account, an_attempt, an_order
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.admin.waiting import a_review

pytestmark = pytest.mark.django_db
LIST = reverse("admin:orders_order_changelist")


def shown(clerk: Client, address: str) -> tuple[list[str], str]:
    """The numbers of the orders at an address of the list, and the page as it is sent."""
    answer = clerk.get(f"{LIST}{address}")
    return [order.number for order in answer.context["cl"].result_list], answer.content.decode()


def linked(page: str, words: str) -> str:
    """Where a link of these words leads to."""
    (found,) = re.findall(rf'<a href="([^"]+)"[^>]*>{words}</a>', page)
    return html.unescape(found)


@pytest.mark.parametrize("chosen", ["?", "?state__exact=open", "?o=0", "?q=alice@"])
def test_the_list_is_read_page_after_page_and_back(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [an_order().number for _ in range(3)]
    monkeypatch.setattr(FactsAdmin, "list_per_page", 1)
    clerk = staff(SEE_ORDERS)
    expected = sorted(numbers) if chosen == "?o=0" else numbers[::-1]

    first, page = shown(clerk, chosen)
    second, page = shown(clerk, linked(page, "Next page"))
    third, last = shown(clerk, linked(page, "Last page"))

    assert [*first, *second, *third] == expected
    assert shown(clerk, linked(last, "Page before"))[0] == second
    assert shown(clerk, linked(last, "First page"))[0] == first


def test_another_filter_or_search_begins_at_the_first_page(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        an_order()
    monkeypatch.setattr(FactsAdmin, "list_per_page", 1)

    _numbers, page = shown(staff(SEE_ORDERS), "?from=last")

    assert 'name="from"' not in page
    assert page.count("from=") == 1  # the way to the page before


def test_a_deep_page_of_the_list_takes_six_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(27):
        an_order()
    clerk = staff(SEE_ORDERS)
    _numbers, page = shown(clerk, "?")
    following = linked(page, "Next page")

    with django_assert_num_queries(6):  # as the first, and one for the place
        clerk.get(f"{LIST}{following}")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("term", "index"), [("alice@", "order_email_begins"), ("05NZ", "_number_"), ("", "order_by")]
)
def test_a_search_goes_by_an_index(term: str, index: str, admin_user: User) -> None:
    request = RequestFactory().get(LIST, {"q": term})
    request.user = admin_user
    listed = OrderAdmin(Order, admin.site).get_changelist_instance(request).queryset
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

        plan = listed[:25].explain()

    assert index in plan
    assert "Seq Scan on orders_order" not in plan


def test_an_address_far_beyond_the_list_counts_no_further_than_the_deepest_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orders.admin.DEEPEST", 2)
    for _ in range(3):
        an_order()
    pages = LookAheadPaginator(Order.objects.order_by("pk"), 1, page=999_999_999)

    assert (pages.count, pages.more) == (2, True)


def test_a_page_beyond_the_list_leads_back_to_its_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(FactsAdmin, "list_per_page", 1)
    attempt, clerk = an_attempt(), staff("payments.view_review")
    for subject in "ab":
        a_review(attempt, subject=subject)

    answer = clerk.get(reverse("admin:payments_review_changelist"), {"p": 999_999_999})

    assert answer.status_code == 302


def test_of_many_events_that_were_given_up_the_list_counts_a_hundred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("payments.queries.MOST_DEAD_EVENTS", 2)
    account = an_account()
    for n in range(4):
        InboxEvent.objects.create(
            account=account, event_id=f"evt_{n}", kind="x", body=b"{}", state=InboxState.DEAD
        )

    assert dead_events() == 3


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 webhook event was"), (100, "100 webhook events"), (101, "More than 100 webhook")],
)
def test_the_list_says_how_many_events_were_given_up(
    count: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.admin.order.dead_events", lambda: count)

    assert said in staff(SEE_ORDERS, "payments.view_inboxevent").get(LIST).text
