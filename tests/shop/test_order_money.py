"""What the order page says of money that is on its way, held, released or in question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from benchmarks.page import Page
from orders.clock import now
from orders.emails import send_due_mail
from orders.states import OrderState
from payments.models import Attempt, Operation, Payment, SavedMethod
from payments.models.payment import MISMATCH
from payments.providers.actions import Redirect
from payments.providers.base import CardSeen, RefundStatus, Status
from payments.registry import PaymentOption
from payments.services.cancel import cancel_order
from payments.services.open import try_again
from tests.factories import (
    UserFactory,
    a_payment,
    a_refund_seen,
    an_attempt,
    an_order,
    captured,
    seen,
)
from tests.payments.services.cast import a_hold, apply, capture, held
from tests.shop.cast import read

pytestmark = pytest.mark.django_db
NOT_CHARGED = "You have not been charged."
GOES_BACK = "If your bank has taken money for it, it goes back to you."


def page_of(client: Client, attempt: Attempt) -> Page:
    return read(client.get(f"/order/{attempt.payment.order.link_token}/"))


def asks_for_payment(page: Page, attempt: Attempt) -> bool:
    return f"/payments/pay/{attempt.payment.token}/" in page.links


def cancelled(attempt: Attempt) -> None:
    order = attempt.payment.order
    order.state = OrderState.CANCELLED
    order.save()


def test_money_on_its_way_is_not_asked_for_again(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.PROCESSING))

    page = page_of(client, attempt)

    assert "Your payment is on its way." in page.text
    assert not asks_for_payment(page, attempt)
    assert f"/payments/pay/{attempt.payment.token}/return/" in page.links


def test_an_answer_that_does_not_fit_is_not_asked_for_again(client: Client) -> None:
    attempt = an_attempt()
    Attempt.objects.update(error_code=MISMATCH)

    page = page_of(client, attempt)

    assert "A person is looking at it and will write to you. Please do not pay again." in page.text
    assert not asks_for_payment(page, attempt)


def test_who_has_not_paid_at_the_bank_yet_may_go_on(client: Client) -> None:
    attempt = an_attempt()
    there = Redirect("https://bank.example/pay/")
    apply(attempt, seen(attempt, Status.REQUIRES_ACTION, next_action=there))

    assert asks_for_payment(page_of(client, attempt), attempt)


def test_an_order_under_way_costs_no_statement_more_than_a_paid_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    attempt = an_attempt()

    with django_assert_num_queries(3):
        page_of(client, attempt)


def test_a_part_that_was_charged_is_told_in_figures(client: Client) -> None:
    attempt = a_hold(an_order(amount=12200))
    apply(attempt, held(attempt))
    capture(attempt, 1450, final=False)
    apply(attempt, held(attempt, captured=1450))

    text = page_of(client, attempt).text

    assert "£14.50 of £122.00 has been charged; the rest is held" in text
    assert "Partly charged" in text
    assert "Partially paid" not in text


def test_a_hold_that_lapsed_is_why_one_pays_again(client: Client) -> None:
    attempt = a_hold()
    apply(attempt, held(attempt), held(attempt, released=6000))

    page = page_of(client, attempt)

    assert "Your bank has released the amount it had set aside. Please pay again." in page.text
    assert asks_for_payment(page, attempt)


def test_what_was_returned_elsewhere_is_told(client: Client) -> None:
    payment = a_payment()
    Payment.objects.update(returned_elsewhere=1500)

    page = read(client.get(f"/order/{payment.order.link_token}/"))

    assert "£15.00 was returned to you another way." in page.text


def paid_twice() -> Attempt:
    """The shopper took another way, and both were paid: the first is surplus, and goes back."""
    first = an_attempt()
    Attempt.objects.update(closing_at=now() - timedelta(seconds=6))
    card = PaymentOption(first.account_id, first.account.code, "card")
    second, _fresh = try_again(payment_id=first.payment_id, option=card)
    apply(second, captured(second))
    apply(first, captured(first))
    return first


def test_a_second_payment_on_its_way_back_is_called_that(client: Client) -> None:
    text = page_of(client, paid_twice()).text

    assert "You paid twice; the second £60.00 is on its way back to you." in text
    assert "Refund of" not in text


def test_a_paid_order_whose_second_payment_went_back_does_not_look_refunded(
    client: Client,
) -> None:
    first = paid_twice()
    back = a_refund_seen(6000, our_ref=Operation.objects.get().our_ref)
    apply(first, captured(first, refunds=(back,)))

    text = page_of(client, first).text

    assert "You paid twice; the second £60.00 went back to you." in text
    assert "Refund of" not in text


def test_a_second_payment_that_did_not_go_back_is_no_promise(client: Client) -> None:
    first = paid_twice()
    ours = Operation.objects.get().our_ref
    failed = a_refund_seen(6000, our_ref=ours, status=RefundStatus.FAILED)
    apply(first, captured(first, refunds=(failed,)))

    text = page_of(client, first).text

    assert "The refund of £60.00 did not go through at the first try." in text
    assert "You paid twice" not in text


def test_the_refund_of_the_only_payment_is_called_a_refund(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, captured(attempt, refunds=(a_refund_seen(1000),)))

    text = page_of(client, attempt).text

    assert "Refund of £10.00 Refunded" in text
    assert "You paid twice" not in text


def test_the_page_says_what_paid_for_the_order(client: Client) -> None:
    text = page_of(client, paid_twice()).text

    assert text.count("Paid by Card") == 1


def test_a_card_on_file_is_named_by_its_last_digits(client: Client) -> None:
    attempt = an_attempt()
    visa = SavedMethod.objects.create(
        account=attempt.account,
        user=UserFactory.create(),
        method="card",
        brand="Visa",
        last4="4242",
    )
    Attempt.objects.update(saved_method=visa)
    apply(attempt, captured(attempt))

    assert "Paid by Visa ···· 4242" in page_of(client, attempt).text


def test_a_card_that_the_bank_names_is_named_by_its_last_digits(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, replace(captured(attempt), card=CardSeen("Mastercard", "4444")))

    assert "Paid by Mastercard ···· 4444" in page_of(client, attempt).text


def test_what_is_not_paid_names_no_means(client: Client) -> None:
    assert "Paid by" not in page_of(client, an_attempt()).text


def test_who_has_paid_can_go_on_shopping(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, captured(attempt))

    assert "Continue shopping" in page_of(client, attempt).text


def test_an_order_cancelled_while_money_may_come_promises_it_back(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.PROCESSING))
    cancelled(attempt)

    text = page_of(client, attempt).text

    assert (GOES_BACK in text, NOT_CHARGED in text) == (True, False)


def test_an_order_cancelled_with_an_answer_set_aside_promises_it_back(client: Client) -> None:
    attempt = an_attempt()
    Attempt.objects.update(error_code=MISMATCH, status=Status.DECLINED)
    cancelled(attempt)

    text = page_of(client, attempt).text

    assert (GOES_BACK in text, NOT_CHARGED in text) == (True, False)


def test_an_order_cancelled_without_any_money_says_so(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, seen(attempt, Status.DECLINED))
    cancelled(attempt)

    text = page_of(client, attempt).text

    assert (GOES_BACK in text, NOT_CHARGED in text) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_the_mail_of_a_cancelled_order_says_what_its_page_says() -> None:
    order = an_order()
    cancel_order(payment_id=order.payment.pk, actor="clerk", reason="", requested_by=None)

    send_due_mail()

    (letter,) = mail.outbox
    assert "If your bank has taken money for it, it goes back to you" in letter.body


def test_a_paid_order_never_speaks_of_a_second_payment(client: Client) -> None:
    attempt = an_attempt()
    apply(attempt, captured(attempt))

    assert not asks_for_payment(page_of(client, attempt), attempt)
