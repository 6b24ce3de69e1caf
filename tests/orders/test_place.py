"""A placed order is a snapshot, once per checkout, and the database guards it."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import IntegrityError, transaction

from orders.errors import CurrencyMismatch
from orders.models import CROCKFORD, Order, OrderLine, new_order_number, new_token
from orders.money import Money
from orders.services.place import LineDraft
from tests.factories import an_order

pytestmark = pytest.mark.django_db


def test_the_total_is_the_sum_of_the_lines() -> None:
    pounds = Money(250, "GBP")
    order = an_order(lines=[LineDraft("A", "A", 3, pounds), LineDraft("B", "B", 1, pounds)])

    assert order.total == Money(1000, "GBP")
    assert [line.gross for line in order.lines.all()] == [Money(750, "GBP"), Money(250, "GBP")]


def test_two_currencies_make_no_order() -> None:
    with pytest.raises(CurrencyMismatch):
        an_order(
            lines=[LineDraft("A", "A", 1, Money(1, "GBP")), LineDraft("B", "B", 1, Money(1, "USD"))]
        )

    assert not Order.objects.exists()


def test_a_second_order_of_the_same_checkout_is_refused() -> None:
    an_order(checkout_key="once")

    with pytest.raises(IntegrityError), transaction.atomic():
        an_order(checkout_key="once")

    assert Order.objects.count() == 1


def test_a_number_that_is_taken_makes_no_order() -> None:
    taken = an_order().number

    with (
        patch.object(Order._meta.get_field("number"), "_get_default", lambda: taken),
        pytest.raises(IntegrityError),
        transaction.atomic(),
    ):
        an_order()

    assert Order.objects.count() == 1


def test_numbers_and_tokens_do_not_repeat_and_cannot_be_misread() -> None:
    numbers = {new_order_number() for _ in range(1000)}
    tokens = {new_token() for _ in range(1000)}

    assert (len(numbers), len(tokens)) == (1000, 1000)
    assert set("".join(numbers)) <= set(CROCKFORD)
    assert {len(token) for token in tokens} == {22}


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Order, {"state": "lost"}),
        (Order, {"total_amount": -1}),
        (OrderLine, {"quantity": 0}),
        (OrderLine, {"gross_amount": -1}),
    ],
)
def test_the_database_refuses_what_cannot_be(
    model: type[Order | OrderLine], change: dict[str, object]
) -> None:
    an_order()

    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.update(**change)
