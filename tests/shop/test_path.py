"""From the shelf to the mail, with the real bank as a process of its own."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from config.ports import free_port
from demo.models import Product
from orders.emails import send_due_mail
from orders.models import Order
from payments.models import Attempt, InboxEvent, Payment, ProviderAccount
from payments.services.inbox import drain_inbox
from payments.states import AttemptStatus, InboxState, PaymentStatus
from shop.models import Cart
from tests.config.waiting import until
from tests.payments.shopper import pay_at_bank
from tests.shop.cast import check_out, local, put_in_cart, read

pytestmark = pytest.mark.django_db


def the_webhook_is_here() -> bool:
    return until(InboxEvent.objects.exists)


@pytest.fixture
def at_bank(client: Client, real_bank: ProviderAccount, teapot: Product) -> str:
    """A guest has ordered two teapots and stands at the bank: the address of its page."""
    put_in_cart(client, teapot, 2)
    return check_out(client)["Location"]


def test_the_list_leads_to_the_product_and_its_form_fills_the_cart(
    client: Client, teapot: Product
) -> None:
    shelf = read(client.get("/"))
    assert teapot.get_absolute_url() in shelf.links

    form = read(client.get(teapot.get_absolute_url())).form(having="sku", at="/cart/add/")
    client.post(form.action, dict(form.filled([("quantity", "3")])))

    assert read(client.get("/cart/")).form(having="quantity").fields[1:] == [
        ("sku", teapot.sku),
        ("quantity", "3"),
    ]


def test_checkout_leads_to_the_page_of_the_bank(at_bank: str, bank: str) -> None:
    assert at_bank.startswith(f"{bank}/pay/")
    assert Payment.objects.get().status == PaymentStatus.PROCESSING


def test_paying_sends_the_shopper_back_to_the_result_page(at_bank: str) -> None:
    back = pay_at_bank(at_bank)

    assert local(back) == f"/payments/pay/{Payment.objects.get().token}/return/"


def test_the_webhook_alone_makes_the_order_paid(webhooks: None, at_bank: str) -> None:
    pay_at_bank(at_bank)
    assert the_webhook_is_here()

    drain_inbox()

    payment = Payment.objects.select_related("order").get()
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, 8400)
    assert payment.order.state == "confirmed"


def test_the_result_page_asks_the_bank_when_no_webhook_has_come(
    client: Client, at_bank: str
) -> None:
    page = read(client.get(local(pay_at_bank(at_bank)), follow=True))

    assert "Thank you. Your order is confirmed." in page.text
    assert Payment.objects.get().status == PaymentStatus.PAID


def test_the_result_page_leads_on_to_the_order_which_says_what_happens_next(
    client: Client, at_bank: str
) -> None:
    order = read(client.get(local(pay_at_bank(at_bank)), follow=True))

    assert Order.objects.get().number in order.text
    assert "What happens next" in order.text
    assert "£84.00" in order.text


def test_the_confirmation_is_sent_once_and_links_to_the_order(webhooks: None, at_bank: str) -> None:
    pay_at_bank(at_bank)
    assert the_webhook_is_here()
    drain_inbox()

    assert (send_due_mail(), send_due_mail()) == (1, 0)

    (letter,) = mail.outbox
    order = Order.objects.get()
    assert letter.to == ["alice@example.com"]
    assert f"/order/{order.link_token}/" in letter.body


def test_the_webhook_after_the_result_page_changes_nothing(
    webhooks: None, client: Client, at_bank: str
) -> None:
    client.get(local(pay_at_bank(at_bank)))
    assert the_webhook_is_here()

    drain_inbox()

    assert InboxEvent.objects.get().state == InboxState.DONE
    assert Payment.objects.get().captured == 8400
    assert send_due_mail() == 1


def test_a_decline_leads_to_the_pay_page_with_the_reason(client: Client, at_bank: str) -> None:
    back = pay_at_bank(at_bank, "tok_decline_insufficient_funds")

    answer = client.get(local(back), follow=True)

    assert answer.redirect_chain == [(f"/payments/pay/{Payment.objects.get().token}/", 302)]
    assert "There is not enough money on this card." in read(answer).text
    assert Payment.objects.get().captured == 0


def test_after_a_decline_the_shopper_pays_again_for_the_same_order(
    client: Client, at_bank: str
) -> None:
    client.get(local(pay_at_bank(at_bank, "tok_decline_generic")))
    pay_page = f"/payments/pay/{Payment.objects.get().token}/"

    second = client.post(pay_page, {"method": "sandbox/card"})["Location"]
    client.get(local(pay_at_bank(second)))

    assert Payment.objects.get().status == PaymentStatus.PAID
    assert [a.status for a in Attempt.objects.order_by("pk")] == [
        AttemptStatus.DECLINED,
        AttemptStatus.CAPTURED,
    ]


def test_leaving_the_bank_leads_to_the_pay_page(client: Client, at_bank: str) -> None:
    back = pay_at_bank(at_bank, action="cancel")

    answer = client.get(local(back), follow=True)

    assert "You left the payment page before paying." in read(answer).text


def test_a_bank_out_of_reach_costs_nothing_and_keeps_the_order(
    shopper: Client, teapot: Product
) -> None:
    page = read(shopper.get(check_out(shopper)["Location"]))

    assert "We could not reach the payment service. You have not been charged." in page.text
    assert Order.objects.get().state == "open"


def test_whoever_comes_back_before_the_bank_has_told_waits_and_is_not_asked_to_pay(
    client: Client, at_bank: str
) -> None:
    token = Payment.objects.get().token

    page = read(client.get(f"/payments/pay/{token}/return/"))

    assert "We are waiting for your bank" in page.text
    assert client.get(f"/payments/pay/{token}/status/").json()["stage"] == "waiting"


def test_whoever_left_the_bank_finds_the_way_back_in_the_cart(client: Client, at_bank: str) -> None:
    payment = Payment.objects.get()

    page = read(client.get("/cart/"))

    assert f"/payments/pay/{payment.token}/" in page.links


def test_an_order_that_is_paid_no_longer_asks_in_the_cart(client: Client, at_bank: str) -> None:
    client.get(local(pay_at_bank(at_bank)))

    assert "waits for your payment" not in read(client.get("/cart/")).text


def test_the_checkout_button_keeps_a_quantity_that_was_typed(
    client: Client, teapot: Product
) -> None:
    put_in_cart(client, teapot)

    typed = {"sku": teapot.sku, "quantity": "7", "then": "checkout"}
    answer = client.post("/cart/update/", typed)

    assert answer["Location"] == "/checkout/"
    assert Cart.objects.get().lines.get().quantity == 7


def test_an_installer_is_signed_up_at_the_bank_by_a_command(db: None, bank: str) -> None:
    call_command("connect_sandbox", bank)

    assert ProviderAccount.objects.get().base_url == bank


def test_a_bank_that_is_not_there_is_a_clear_error(db: None) -> None:
    with pytest.raises(CommandError, match="was not connected"):
        call_command("connect_sandbox", f"http://127.0.0.1:{free_port()}")
