"""What Stripe refuses for now or for good: who waits, who is told what, and that nobody pays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from demo.models import Product
from orders.clock import now
from payments.models import Attempt, Dispute, Operation, Review
from payments.models.operation import new_refund_ref
from payments.models.records import ReviewAct
from payments.providers.base import RefundRequest
from payments.registry import provider_for
from payments.reviews import guide_of
from payments.services.ask import ask
from payments.services.feed import read_feeds
from payments.services.submit import submit_due_operations
from tests.config.waiting import until
from tests.contract import faults
from tests.factories import later
from tests.payments.flows.cast import A_MINUTE, books, work
from tests.payments.stripe.cast import FAILED, PAID, Shop

pytestmark = pytest.mark.django_db


def gone(shop: Shop, wanted: str) -> None:
    """As after "delete all test data"."""
    with shop.fake.lock:
        shelf = shop.fake.shelf(shop.merchant.id)
        shelf.drop(shelf.objects[wanted])


# too often


def test_who_orders_while_stripe_is_busy_is_charged_nothing_and_may_try_again(shop: Shop) -> None:
    shop.fake.trouble.next("rate_limit", on="POST /v1/checkout/sessions")

    shop.orders()

    assert "We could not reach the payment service." in shop.page("")
    assert "answered 429 rate_limit" in shop.staff_read()
    assert shop.chooses().startswith(shop.fake.url)
    shop.pays()
    shop.page()
    assert books() == PAID


def test_a_refund_that_was_too_much_at_once_waits_longer_than_stripe_asks_for(shop: Shop) -> None:
    shop.sells()
    shop.asks_back()
    shop.fake.trouble.next("rate_limit", on="POST /v1/refunds")

    submit_due_operations()

    asked_for = timedelta(seconds=1)
    assert shop.refund.next_run_at
    assert shop.refund.next_run_at > now() + asked_for
    submit_due_operations()
    assert (shop.refund.status, shop.refund.tries) == ("unknown", 1)
    work()
    assert shop.refund.status == "succeeded"


def test_a_list_of_events_that_stripe_is_too_busy_for_is_asked_for_once(shop: Shop) -> None:
    with shop.wire.trouble(faults.TOO_MANY) as sent:
        read_feeds()

    assert [each.path.partition("?")[0] for each in sent] == ["/v1/events"]


# idempotency


def test_a_refund_that_stripe_is_still_at_is_sent_again_later_and_made_once(
    shop: Shop, impatient: Callable[[], None]
) -> None:
    shop.sells()
    shop.asks_back()
    impatient()
    under_way = shop.fake.trouble.hold(on="POST /v1/refunds")
    work()
    assert until(under_way.reached.is_set)
    work(5 * A_MINUTE)
    assert "refund: answered 409 idempotency_key_in_use" in shop.staff_read()

    under_way.release()
    assert until(lambda: shop.objects("refund"))
    work(60 * A_MINUTE)

    assert (shop.refund.status, shop.refund.tries) == ("succeeded", 3)
    assert len(shop.objects("refund")) == 1


def test_a_key_that_meant_something_else_sends_nothing_and_staff_read_why(shop: Shop) -> None:
    shop.sells()
    shop.asks_back(4000)
    other = RefundRequest(
        shop.ref, new_refund_ref(), shop.payment.money(100), shop.refund.key, "broken"
    )
    provider_for(shop.account).refund(other)

    work()

    assert shop.refund.status == "unknown"
    assert "refund: answered 400 idempotency_error" in shop.staff_read()
    assert [told["amount"] for told in shop.objects("refund")] == [100]


# what cannot be charged


def test_an_amount_below_the_least_is_not_offered_by_card(shop: Shop) -> None:
    Product.objects.update(price=29)

    shop.shopper.post("/cart/add/", {"sku": Product.objects.get().sku, "quantity": 1})

    assert "stripe/card" not in shop.shopper.get("/checkout/").content.decode()


def test_a_currency_that_the_account_cannot_charge_leaves_other_ways_to_pay(shop: Shop) -> None:
    shop.fake.limit(shop.merchant.id, currencies=["eur"])

    shop.orders()

    page = shop.page("")
    assert "This way to pay does not take this amount. You have not been charged." in page
    assert "Please try another way to pay." in page
    assert "the provider does not take this amount, or not in this currency" in shop.staff_read()
    assert "[currency]" in shop.staff_read()
    assert books() == FAILED


def test_an_account_that_may_charge_nobody_leaves_other_ways_to_pay(shop: Shop) -> None:
    shop.fake.suspend(shop.merchant.id)

    shop.orders()

    assert "The payment service refused this payment. You have not been charged." in shop.page("")
    assert "the provider refused our request" in shop.staff_read()
    assert books() == FAILED


# what is over, or no longer there


def test_who_comes_back_to_a_page_that_has_run_out_pays_anew(shop: Shop) -> None:
    shop.orders()
    first = shop.session
    with later(timedelta(hours=25)):
        shop.fake.catch_up()
    assert shop.fake.told(first)["status"] == "expired"

    page = shop.page()

    assert "You have not been charged" in page
    assert shop.chooses().startswith(shop.fake.url)
    assert shop.session != first
    shop.pays()
    shop.page()
    assert books() == PAID


def test_who_pays_there_while_choosing_another_way_here_has_paid_once(shop: Shop) -> None:
    shop.orders()
    shop.pays()
    Attempt.objects.update(action_expires_at=now() - A_MINUTE)

    assert shop.chooses() == f"/payments/pay/{shop.payment.token}/return/"

    shop.page()
    assert books() == PAID
    assert len(shop.objects("checkout.session")) == 1


def test_a_payment_that_stripe_no_longer_knows_leaves_another_way_and_is_not_declined(
    shop: Shop,
) -> None:
    shop.orders()
    gone(shop, shop.session)

    page = shop.page()

    assert "Go back to the payment" in page
    assert "unknown reference session" in shop.staff_read()
    assert books().order == "open"
    assert shop.attempt.status == "requires_action"


def test_a_refund_of_what_stripe_no_longer_knows_fails_and_a_person_is_asked(shop: Shop) -> None:
    shop.sells()
    shop.asks_back()
    gone(shop, shop.session)

    work()

    assert (shop.refund.status, shop.refund.error_code) == ("failed", "payment_gone")
    assert books().reviews == ("refund_failed",)
    assert "the provider does not know this payment, or not any more" in shop.staff_read()
    assert (books().captured, books().refunded, books().pending) == (6000, 0, 0)


# money that moved there meanwhile


def test_a_refund_of_what_is_disputed_meanwhile_fails_and_the_dispute_is_booked_once(
    shop: Shop,
) -> None:
    shop.sells()
    shop.asks_back()
    shop.fake.dispute(shop.objects("payment_intent")[0]["id"])

    work()
    for _ in range(2):
        for body, headers in shop.letters():
            shop.hears(body, headers)
        work(2 * A_MINUTE)

    assert (shop.refund.status, shop.refund.error_code) == ("failed", "disputed")
    assert "not sent: the shopper claims them through the bank" in shop.staff_read()
    guide = guide_of(Review.objects.get(kind="refund_failed"))
    assert "Do not pay it back another way" in guide.todo
    assert ReviewAct.ELSEWHERE not in guide.acts
    assert (Dispute.objects.count(), shop.objects("refund")) == (1, [])
    assert (books().disputed, books().refunded, books().pending) == (6000, 0, 0)
    assert set(books().reviews) == {"refund_failed", "dispute"}


def test_a_refund_of_what_went_back_in_the_dashboard_fails_and_that_one_is_booked_once(
    shop: Shop,
) -> None:
    shop.sells()
    shop.asks_back()
    shop.fake.refund_in_dashboard(shop.objects("payment_intent")[0]["id"])

    work()
    ask(shop.attempt.pk, source="poll")
    for body, headers in shop.letters():
        shop.hears(body, headers)
    work(2 * A_MINUTE)

    ours = Operation.objects.get(kind="refund", external=False)
    assert (ours.status, ours.error_code) == ("failed", "amount_too_large")
    assert (books().refunded, books().pending) == (6000, 0)
    assert set(Review.objects.values_list("kind", flat=True)) == {
        "refund_failed",
        "external_refund",
    }
    assert len(shop.objects("refund")) == 1
