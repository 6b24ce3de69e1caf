"""Two pages of one order, both opened before either was sent: goods are paid back once."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Dispatch, Order, OrderLine, ReturnRequest
from orders.money import Money
from orders.services.place import LineDraft
from payments.models import Refund
from tests.factories import GBP
from tests.orders.goods import a_dispatch, a_paid_order, a_received_return, a_sent_order
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

    assert "Teapot: nothing of it is left to refund" in answer.content.decode()
    assert Refund.objects.count() == 1


@pytest.mark.parametrize("seen", ["", "no:thing", "0:1", "{line}:9"])
def test_pieces_that_nobody_could_see_are_not_counted(asked: ReturnRequest, seen: str) -> None:
    anna = staff(SEE_ORDERS, REFUND, "orders.view_returnrequest")
    typed = {"amount": "42.00", "reason": "returned", "note": "", "request_key": "k"}

    anna.post(return_url(asked), typed | {"seen": seen.format(line=asked.lines.get().line_id)})

    assert Refund.objects.count() == 1
    assert OrderLine.objects.get(sku="TEAPOT").refunded == 0


@pytest.fixture
def order() -> Order:
    """One teapot and six cups, paid and not sent."""
    return a_paid_order(lines=LINES)


def two_forms(order: Order, address: str, **typed: str) -> list[tuple[Client, dict[str, str]]]:
    """What two people write on a page that both of them opened before."""
    may = (SEE_ORDERS, REFUND, "orders.dispatch_order")
    clients = [staff(*may, name=name) for name in ("anna", "bob")]
    return [(each, open_page(each, address) | typed) for each in clients]


def a_teapot(order: Order, **typed: str) -> dict[str, str]:
    return {"reason": "returned", "note": "", "amount": "20.00", pieces_of(order): "1"} | typed


def test_a_piece_that_somebody_else_refunded_meanwhile_is_refused_beside_it(order: Order) -> None:
    url = refund_url(order)
    (anna, hers), (bob, his) = two_forms(order, url, **a_teapot(order))
    anna.post(url, hers)

    answer = bob.post(url, his)

    refused = answer.context["form"].errors
    assert refused == {pieces_of(order): ["Teapot: nothing of it is left to refund."]}
    assert f'name="{pieces_of(order)}" value="1"' in answer.content.decode()
    assert 'name="amount" value="20.00"' in answer.content.decode()
    assert Refund.objects.count() == 1


def test_a_piece_that_is_gone_is_refused_before_its_price_is_asked_about(order: Order) -> None:
    url = refund_url(order)
    (anna, hers), (bob, his) = two_forms(order, url, **a_teapot(order, amount="96.00"))
    anna.post(url, hers | {"amount": "42.00"})

    form = bob.post(url, his).context["form"]

    assert (list(form.errors), form.question) == ([pieces_of(order)], "")


def test_a_second_click_on_the_last_piece_is_told_that_it_was_asked_before(order: Order) -> None:
    url = refund_url(order)
    (anna, hers), _ = two_forms(order, url, **a_teapot(order, restock="on"))
    anna.post(url, hers)

    answer = anna.post(url, hers, follow=True)

    assert "This refund was already requested." in answer.content.decode()
    assert Refund.objects.count() == 1


def test_goods_that_were_sent_meanwhile_are_not_put_on_the_shelf(order: Order) -> None:
    url = refund_url(order)
    (anna, hers), _ = two_forms(order, url, **a_teapot(order, restock="on"))
    a_dispatch(order)

    answer = anna.post(url, hers)

    said = "Teapot: it was sent, and comes back to the shelf by a return."
    assert answer.context["form"].errors == {"restock": [said]}
    assert not Refund.objects.exists()


def test_the_shelf_wants_to_know_the_pieces(order: Order) -> None:
    url = refund_url(order)
    (anna, hers), _ = two_forms(order, url, **a_teapot(order, restock="on"))

    answer = anna.post(url, hers | {pieces_of(order): ""})

    said = "Write which pieces go back on the shelf."
    assert answer.context["form"].errors == {"restock": [said]}
    assert not Refund.objects.exists()


def test_a_line_that_was_sent_meanwhile_is_not_left_out_of_a_parcel(order: Order) -> None:
    url = reverse("admin:orders_order_dispatch", args=[order.pk])
    cups = f"pieces_{order.lines.get(sku='CUP').pk}"
    (anna, hers), (bob, his) = two_forms(
        order, url, **{pieces_of(order): "1", cups: "2"}, carrier="DHL"
    )
    anna.post(url, hers)

    answer = bob.post(url, his)

    said = ["Teapot: nothing of it is left to dispatch."]
    assert answer.context["form"].errors == {pieces_of(order): said}
    assert f'name="{cups}" value="2"' in answer.content.decode()
    assert Dispatch.objects.count() == 1
