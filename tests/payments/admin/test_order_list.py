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

from orders.admin import FactsAdmin
from orders.models import Order
from payments.admin.order import OrderAdmin
from tests.factories import an_order
from tests.payments.admin.cast import SEE_ORDERS, staff

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
