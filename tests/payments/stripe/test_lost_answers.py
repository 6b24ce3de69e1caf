"""Whatever happens to an answer of Stripe's: what was done is found, and was done once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from payments.models import Payment, SavedMethod
from payments.providers.stripe.kept import KeptCard
from payments.registry import option_by_key, payment_options
from payments.services.capture import request_capture
from payments.services.feed import read_feeds
from payments.services.forget_method import forget_removed_methods
from payments.services.inbox import drain_inbox
from tests.contract import faults
from tests.contract.faults import Answer, Fault, saying
from tests.factories import UserFactory, an_order
from tests.fakes.stripe import methods
from tests.payments.flows.cast import A_MINUTE, Books, books, go_on, work
from tests.payments.stripe.cast import IN_FLIGHT, PAID, Shop

pytestmark = pytest.mark.django_db
Hurry = Callable[[], None]
ELSEWHERE = Fault(
    "redirect",
    back=lambda _: (
        b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:9/\r\n"
        b"Content-Length: 0\r\nConnection: close\r\n\r\n"
    ),
)
LOST = [
    faults.TIMEOUT_AFTER,
    faults.CUT_AFTER,
    faults.TRUNCATED,
    faults.SERVER_ERROR,
    saying("502", Answer(502, faults.HTML, faults.PAGE), arrives=1),
    saying("503", Answer(503, faults.HTML, faults.PAGE), arrives=1),
    ELSEWHERE,
]
"""Each after the request has arrived and was done."""
each_loss = pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)


@each_loss
def test_who_ordered_is_told_to_wait_and_is_led_to_pay_once_the_page_is_known(
    shop: Shop, impatient: Hurry, fault: Fault
) -> None:
    impatient()
    with shop.wire.trouble(fault):
        shop.orders()
        waiting = shop.page()
    assert "We are opening the page to pay on" in waiting
    assert "Pay another way" in waiting
    assert books() == IN_FLIGHT
    assert "no answer" in shop.staff_read()

    work()
    (session,) = shop.objects("checkout.session")
    assert shop.is_sent_to() == session["url"]
    assert "Go back to the payment" in shop.page()
    shop.fake.pay(session["id"])
    work(10 * A_MINUTE)

    assert books() == PAID


def test_who_would_be_asked_for_another_amount_there_is_not_led_there(
    shop: Shop, impatient: Hurry
) -> None:
    impatient()
    with shop.wire.trouble(faults.SERVER_ERROR):
        shop.orders()
    with shop.fake.lock:
        (session,) = shop.fake.shelf(shop.merchant.id).of("checkout.session")
        session["amount_total"] = 7000

    work()

    assert shop.is_sent_to() == f"/payments/pay/{shop.payment.token}/"
    assert (session["status"], shop.attempt.error_code) == ("expired", "amount_differs")
    assert books() == Books("open", "open", stock=9)


@each_loss
def test_a_refund_whose_answer_was_lost_is_made_once(
    shop: Shop, impatient: Hurry, fault: Fault
) -> None:
    shop.sells()
    shop.asks_back()
    impatient()
    with shop.wire.trouble(fault):
        work()
    assert shop.refund.status == "unknown"
    assert "no answer" in shop.staff_read()

    work(5 * A_MINUTE)

    assert shop.refund.status == "succeeded"
    assert [told["amount"] for told in shop.objects("refund")] == [6000]


@each_loss
def test_a_capture_whose_answer_was_lost_is_made_once(
    shop: Shop, settings: Settings, impatient: Hurry, *, fault: Fault
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "capture": "manual"}
    held = shop.sells()
    capture, _fresh = request_capture(
        payment_id=held.payment_id,
        amount=shop.payment.due,
        final=True,
        request_key="form-1",
        requested_by=None,
    )
    impatient()
    with shop.wire.trouble(fault):
        work()
    assert (books().captured, "no answer" in shop.staff_read()) == (0, True)

    work(5 * A_MINUTE)

    capture.refresh_from_db()
    assert (capture.status, books().payment, books().captured) == ("succeeded", "paid", 6000)
    assert [told["amount_received"] for told in shop.objects("payment_intent")] == [6000]


def test_a_payment_of_which_neither_answer_nor_webhook_came_is_in_the_list_of_events(
    shop: Shop,
) -> None:
    shop.orders()
    shop.pays()

    read_feeds()
    drain_inbox()
    read_feeds()
    drain_inbox()

    assert books() == PAID


@pytest.fixture
def alice(shop: Shop) -> User:
    """Has let Stripe keep her card."""
    user: User = UserFactory.create()
    earlier = Payment.objects.get(order=an_order(user_id=user.pk))
    go_on(earlier, option_by_key("stripe/card", earlier.due, user.pk).saving())
    shop.pays()
    work()
    assert SavedMethod.objects.count() == 1
    return user


def pays_by_kept_card(shop: Shop, user: User) -> None:
    shop.shopper.force_login(user)
    kept = payment_options(shop.payment.due, user.pk)[0]
    shop.orders(kept.key)


@each_loss
def test_a_kept_card_is_charged_once_though_the_answer_was_lost(
    shop: Shop, alice: User, impatient: Hurry, *, fault: Fault
) -> None:
    impatient()
    with shop.wire.trouble(fault):
        pays_by_kept_card(shop, alice)
    assert books() == IN_FLIGHT

    work(5 * A_MINUTE)

    assert books() == PAID
    ours = [told["metadata"]["our_ref"] for told in shop.objects("payment_intent")]
    assert ours.count(shop.attempt.our_ref) == 1


def of_another_account(_shop: Shop) -> None:
    SavedMethod.objects.update(provider_id="cus_gone/pm_gone")


def taken_off_in_the_dashboard(shop: Shop) -> None:
    card = KeptCard.named(SavedMethod.objects.get().provider_id).card
    with shop.fake.lock:
        methods.detach(shop.fake.shelf(shop.merchant.id), {}, card)


GONE = {
    of_another_account: "resource_missing",
    taken_off_in_the_dashboard: "payment_method_unexpected_state:payment_method",
}


@pytest.mark.parametrize("goes", GONE, ids=lambda goes: goes.__name__)
def test_a_kept_card_that_is_gone_at_stripe_is_said_and_offered_no_more(
    shop: Shop, alice: User, goes: Callable[[Shop], None]
) -> None:
    goes(shop)

    pays_by_kept_card(shop, alice)

    page = shop.page("")
    assert "This saved card is no longer there. Please choose another way." in page
    assert "4242" not in page
    assert "No card is saved" in shop.shopper.get("/payments/saved/").content.decode()
    assert f"the provider no longer has this saved card ({GONE[goes]})" in shop.staff_read()
    assert forget_removed_methods() == 1
    shop.chooses()
    shop.pays()
    shop.page()
    assert books() == PAID
