"""The refund of a received return: filled in, asked for once, and the return is closed by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from demo.models import Product
from orders.models import OrderLine, ReturnRequest
from orders.states import ReturnState
from payments.models import Operation, Payment, Refund, RefundReason
from payments.services.approve import Decision, reject_refund
from payments.states import Approval
from tests.factories import a_product
from tests.orders.goods import a_received_return, a_return, an_approved_return
from tests.payments.admin.cast import APPROVE, REFUND, SEE_ORDERS, order_url, refund_url, staff
from tests.payments.refunding import a_reason, a_refund

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

pytestmark = pytest.mark.django_db
SEE_RETURNS = "orders.view_returnrequest"


@pytest.fixture(autouse=True)
def reasons() -> None:
    for code in ("returned", "other"):
        a_reason(code)


@pytest.fixture
def asked() -> ReturnRequest:
    """One of two teapots came back; 93.00 were paid, 42.00 of them for it."""
    return a_received_return()


@pytest.fixture
def clerk() -> Client:
    return staff(SEE_ORDERS, SEE_RETURNS, REFUND)


@pytest.fixture
def limit(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_refunds_above": {"GBP": "10"}}


def url(asked: ReturnRequest) -> str:
    return reverse("admin:orders_returnrequest_act", args=[asked.pk, "refund"])


def send(clerk: Client, asked: ReturnRequest, amount: str = "42.00", **given: str) -> Answer:
    seen = ",".join(f"{each.line_id}:{each.received}" for each in asked.lines.all())
    typed = {"amount": amount, "reason": "returned", "note": "", "request_key": "k1", "seen": seen}
    typed |= given
    return clerk.post(url(asked), typed)


def page(clerk: Client, address: str) -> str:
    return clerk.get(address).content.decode()


def payment_of(asked: ReturnRequest) -> Payment:
    return Payment.objects.select_related("order").get(order=asked.order_id)


def state(asked: ReturnRequest) -> str:
    return ReturnRequest.objects.get(pk=asked.pk).state


def test_the_page_is_filled_with_the_price_of_what_came(
    clerk: Client, asked: ReturnRequest
) -> None:
    shown = page(clerk, url(asked))

    assert 'name="amount" value="42.00"' in shown
    assert '<option value="returned" selected>' in shown
    assert "Teapot: 1 came, 1 of them on the shelf again" in shown


def test_pieces_that_did_not_come_are_not_filled_in(clerk: Client) -> None:
    asked = a_received_return(pieces={"TEAPOT": 2, "CUP": 1})

    assert 'name="amount" value="51.00"' in page(clerk, url(asked))


def test_no_more_is_filled_in_than_can_be_refunded(clerk: Client, asked: ReturnRequest) -> None:
    a_refund(payment_of(asked), 6000)

    shown = page(clerk, url(asked))

    assert 'name="amount" value="33.00"' in shown
    assert "What came cost £42.00; this is all that can still be refunded." in shown
    assert send(clerk, asked, "33.00").status_code == 302


def test_pieces_that_were_refunded_before_are_not_filled_in(
    clerk: Client, asked: ReturnRequest
) -> None:
    a_refund(payment_of(asked), 8400, pieces={OrderLine.objects.get(sku="TEAPOT").pk: 2})

    shown = page(clerk, url(asked))

    assert 'name="amount" value="0.00"' in shown
    assert "What came was refunded before." in shown


def test_a_reason_that_is_off_the_list_is_not_chosen(clerk: Client, asked: ReturnRequest) -> None:
    RefundReason.objects.filter(code="returned").update(active=False)

    assert '<option value="" selected>' in page(clerk, url(asked))


def test_asking_requests_the_refund_and_closes_the_return(
    clerk: Client, asked: ReturnRequest
) -> None:
    answer = send(clerk, asked)

    assert (answer.status_code, answer["Location"]) == (302, order_url(asked.order))
    refund = Refund.objects.get()
    assert (refund.amount, refund.return_request) == (4200, asked)
    asked.refresh_from_db()
    assert (asked.state, asked.refund_ref) == (ReturnState.REFUNDED, refund.number)
    assert OrderLine.objects.get(sku="TEAPOT").refunded == 1


def test_the_refund_of_a_return_puts_nothing_on_the_shelf(clerk: Client) -> None:
    a_product(sku="TEAPOT", stock=5)
    asked = a_received_return()
    before = Product.objects.get(sku="TEAPOT").stock

    send(clerk, asked, restock="on")

    assert Product.objects.get(sku="TEAPOT").stock == before
    assert not Refund.objects.get().restock


def test_each_refund_of_a_return_leaves_one_audit_row(clerk: Client, asked: ReturnRequest) -> None:
    send(clerk, asked)

    entry = LogEntry.objects.get()
    assert (str(entry.user), entry.object_id) == ("clerk", str(asked.order_id))
    assert f"1 x Teapot, return {asked.number}" in entry.change_message


def test_the_refund_page_of_the_order_leads_to_that_of_its_return(
    clerk: Client, asked: ReturnRequest
) -> None:
    assert url(asked) in page(clerk, refund_url(asked.order))


def test_a_second_click_refunds_nothing_and_says_so(clerk: Client, asked: ReturnRequest) -> None:
    send(clerk, asked)
    clerk.get(order_url(asked.order))

    answer = send(clerk, asked)

    assert answer.status_code == 302
    assert Operation.objects.count() == LogEntry.objects.count() == 1
    assert "This refund was already requested." in page(clerk, order_url(asked.order))


def test_a_colleague_with_a_page_of_their_own_is_told_which_refund_it_was(
    clerk: Client, asked: ReturnRequest
) -> None:
    send(clerk, asked)

    answer = send(clerk, asked, request_key="k2")

    assert answer.status_code == 400
    told = f"Refund {Refund.objects.get().number} is for this return already."
    assert told in answer.content.decode()
    assert told in page(clerk, url(asked))


@pytest.mark.parametrize("make", [a_return, an_approved_return])
def test_what_has_not_come_is_not_refunded(clerk: Client, make: Any) -> None:
    asked = make()
    sentence = f"The state of this return is “{asked.get_state_display()}”: its goods are not here."

    answer = send(clerk, asked)

    assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    assert sentence in page(clerk, url(asked))
    assert url(asked) not in page(clerk, order_url(asked.order))
    assert not Refund.objects.exists()


@pytest.mark.parametrize("typed", ["42.001", "93.01", "0", "forty"])
def test_a_refused_amount_is_kept_as_typed_and_the_return_stays_open(
    clerk: Client, asked: ReturnRequest, typed: str
) -> None:
    answer = send(clerk, asked, typed, note="in its box")

    shown = answer.content.decode()
    assert (answer.status_code, state(asked)) == (400, ReturnState.RECEIVED)
    assert f'name="amount" value="{typed}"' in shown
    assert 'name="note" value="in its box"' in shown


@pytest.mark.parametrize("missing", [SEE_ORDERS, SEE_RETURNS, REFUND])
def test_without_a_permission_there_is_no_button_and_no_page(
    asked: ReturnRequest, missing: str
) -> None:
    clerk = staff(*({SEE_ORDERS, SEE_RETURNS, REFUND} - {missing}))

    assert url(asked) not in page(clerk, order_url(asked.order))
    assert clerk.get(url(asked)).status_code == send(clerk, asked).status_code == 403
    assert not Refund.objects.exists()


@pytest.mark.usefixtures("limit")
def test_a_return_stays_open_while_its_refund_waits_for_approval(
    clerk: Client, asked: ReturnRequest
) -> None:
    send(clerk, asked)

    shown = page(clerk, order_url(asked.order))
    assert state(asked) == ReturnState.RECEIVED
    assert f"Refund {Refund.objects.get().number} waits for approval." in shown
    assert f"1 x Teapot, return {asked.number}" in shown
    assert url(asked) not in shown
    assert send(clerk, asked, request_key="k2").status_code == 400


@pytest.mark.usefixtures("limit")
def test_who_approves_the_refund_closes_the_return(clerk: Client, asked: ReturnRequest) -> None:
    send(clerk, asked)
    refund = Refund.objects.get()
    other = staff(SEE_ORDERS, APPROVE, name="other")

    other.post(
        reverse("admin:payments_refund_decide", args=[refund.pk, "approve"]), {"request_key": "k"}
    )

    asked.refresh_from_db()
    assert (asked.state, asked.refund_ref) == (ReturnState.REFUNDED, refund.number)


@pytest.mark.usefixtures("limit")
def test_a_return_whose_refund_was_rejected_is_refunded_anew(
    clerk: Client, asked: ReturnRequest
) -> None:
    send(clerk, asked)
    reject_refund(Decision(Refund.objects.get().pk, None, "no receipt"))

    assert 'name="amount" value="42.00"' in page(clerk, url(asked))
    assert send(clerk, asked, request_key="k2").status_code == 302
    assert list(Refund.objects.order_by("pk").values_list("approval", flat=True)) == [
        Approval.REJECTED,
        Approval.WAITING,
    ]


@pytest.mark.usefixtures("limit")
def test_the_page_says_from_which_amount_on_somebody_else_looks(
    clerk: Client, asked: ReturnRequest
) -> None:
    assert "Above £10.00 somebody else approves it first" in page(clerk, url(asked))


def test_the_page_of_a_return_leads_to_its_refund(clerk: Client, asked: ReturnRequest) -> None:
    send(clerk, asked)
    refund = Refund.objects.get()
    reader = staff("orders.view_returnrequest", "payments.view_refund", name="reader")

    shown = page(reader, reverse("admin:orders_returnrequest_change", args=[asked.pk]))

    assert reverse("admin:payments_refund_change", args=[refund.pk]) in shown


def test_the_page_of_a_refund_leads_to_its_return(clerk: Client, asked: ReturnRequest) -> None:
    send(clerk, asked)
    reader = staff("payments.view_refund", "orders.view_returnrequest", name="reader")

    shown = page(reader, reverse("admin:payments_refund_change", args=[Refund.objects.get().pk]))

    assert reverse("admin:orders_returnrequest_change", args=[asked.pk]) in shown


def test_the_page_costs_so_many_statements(
    clerk: Client, asked: ReturnRequest, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clerk.get(url(asked))

    with django_assert_num_queries(11):
        clerk.get(url(asked))
