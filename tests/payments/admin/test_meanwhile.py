"""Two pages of one order, both opened before either was sent: goods are paid back once."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order, OrderLine, ReturnRequest
from orders.money import Money
from orders.services.place import LineDraft
from payments.models import Refund
from tests.factories import GBP
from tests.orders.goods import a_received_return, a_sent_order
from tests.payments.admin.cast import REFUND, SEE_ORDERS, refund_url, staff
from tests.payments.refunding import a_reason

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'type="hidden" name="(request_key|offered|seen)" value="([^"]*)"')
LINES = (
    LineDraft("TEAPOT", "Teapot", 1, Money(4200, GBP)),
    LineDraft("CUP", "Cup", 6, Money(900, GBP)),
)


@pytest.fixture(autouse=True)
def reasons() -> None:
    a_reason("returned")


@pytest.fixture
def asked() -> ReturnRequest:
    """The only teapot came back; six cups were not sent back."""
    return a_received_return(order=a_sent_order(lines=LINES))


def open_page(client: Client, address: str) -> dict[str, str]:
    """What the page sends with what is typed."""
    return dict(HIDDEN.findall(client.get(address).content.decode()))


def return_url(asked: ReturnRequest) -> str:
    return reverse("admin:orders_returnrequest_act", args=[asked.pk, "refund"])


def pieces_of(order: Order) -> str:
    return f"pieces_{order.lines.get(sku='TEAPOT').pk}"


def test_a_return_and_a_refund_by_line_pay_for_one_piece_once(asked: ReturnRequest) -> None:
    anna = staff(SEE_ORDERS, REFUND, "orders.view_returnrequest", name="anna")
    bob = staff(SEE_ORDERS, REFUND, name="bob")
    hers = open_page(anna, return_url(asked))
    his = open_page(bob, refund_url(asked.order)) | {pieces_of(asked.order): "1", "offered": ""}
    typed = {"amount": "42.00", "reason": "returned", "note": ""}
    assert bob.post(refund_url(asked.order), his | typed).status_code == 302

    answer = anna.post(return_url(asked), hers | typed)

    assert "Teapot: at most 0 pieces can still be refunded" in answer.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("seen", ["", "no:thing", "0:1", "{line}:9"])
def test_pieces_that_nobody_could_see_are_not_counted(asked: ReturnRequest, seen: str) -> None:
    anna = staff(SEE_ORDERS, REFUND, "orders.view_returnrequest")
    typed = {"amount": "42.00", "reason": "returned", "note": "", "request_key": "k"}

    anna.post(return_url(asked), typed | {"seen": seen.format(line=asked.lines.get().line_id)})

    assert Refund.objects.count() == 1
    assert OrderLine.objects.get(sku="TEAPOT").refunded == 0
