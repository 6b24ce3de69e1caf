"""A key that Stripe does not take: the shopper has a way on, staff read why, nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from payments.models import ProviderAccount
from payments.services.feed import read_feeds
from tests.contract.faults import Answer, Fault, saying
from tests.factories import later
from tests.payments.flows.cast import A_MINUTE, books, work
from tests.payments.stripe.cast import FAILED, PAID, Shop

pytestmark = pytest.mark.django_db
RESTRICTED = saying(
    "403",
    Answer(
        403,
        body=b'{"error": {"type": "invalid_request_error", "message": "The provided key does not '
        b'have the required permissions for this endpoint."}}',
    ),
)
SORRY = "We could not reach the payment service. You have not been charged. Please try again"


def expired(shop: Shop) -> None:
    shop.fake.roll_key(shop.merchant.key)


def revoked(shop: Shop) -> None:
    shop.takes_key("sk_test_nobodys")


def of_the_other_mode(shop: Shop) -> None:
    shop.takes_key(shop.merchant.live_key)


def restricted(shop: Shop) -> None:
    shop.wire.fault = RESTRICTED


Wrong = Callable[[Shop], None]
WRONG = [
    (expired, "answered 401 api_key_expired"),
    (revoked, "answered 401 invalid_request_error"),
    (of_the_other_mode, "the secret key is of the other mode"),
    (restricted, "answered 403 invalid_request_error"),
]
by_key = pytest.mark.parametrize(
    ("wrong", "reason"), WRONG, ids=["expired", "revoked", "other mode", "restricted"]
)


@by_key
def test_who_orders_is_charged_nothing_and_may_pay_again(
    shop: Shop, wrong: Wrong, reason: str
) -> None:
    wrong(shop)

    leads_to = shop.orders()

    assert leads_to == f"/payments/pay/{shop.payment.token}/"
    assert SORRY in shop.page("")
    assert books() == FAILED
    assert reason in shop.staff_read()
    assert shop.objects("checkout.session") == []


@by_key
def test_what_was_paid_meanwhile_is_found_once_the_key_is_right(
    shop: Shop, wrong: Wrong, reason: str
) -> None:
    shop.orders()
    shop.pays()
    wrong(shop)
    assert "We are waiting for" in shop.page()
    assert reason in shop.staff_read()

    shop.wire.fault = Fault("fine")
    shop.takes_key(shop.fake.roll_key(shop.merchant.key))
    work(5 * A_MINUTE)

    assert books() == PAID


@by_key
def test_a_refund_waits_for_a_key_that_is_taken(shop: Shop, wrong: Wrong, reason: str) -> None:
    shop.sells()
    shop.asks_back()
    wrong(shop)
    work()
    assert (shop.refund.status, shop.objects("refund")) == ("unknown", [])
    assert reason in shop.staff_read()

    shop.wire.fault = Fault("fine")
    shop.takes_key(shop.fake.roll_key(shop.merchant.key))
    work(5 * A_MINUTE)

    assert shop.refund.status == "succeeded"
    assert [told["amount"] for told in shop.objects("refund")] == [6000]


@by_key
def test_a_list_of_events_that_cannot_be_read_is_counted_and_the_log_says_why(
    shop: Shop, wrong: Wrong, reason: str, *, caplog: pytest.LogCaptureFixture
) -> None:
    wrong(shop)

    read_feeds()

    assert ProviderAccount.objects.get().feed_failures == 1
    assert reason in caplog.text
    assert shop.merchant.key not in caplog.text


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    told = [each for each in caplog.records if each.name == "till.payments"]
    return [each.getMessage() for each in told if each.levelno == logging.ERROR]


@by_key
def test_the_installer_is_told_of_it_once_and_what_to_do(
    shop: Shop, wrong: Wrong, reason: str, *, caplog: pytest.LogCaptureFixture
) -> None:
    wrong(shop)

    for _ in range(2):
        read_feeds()

    (told,) = errors(caplog)
    assert told.endswith("payments_doctor stripe says what to do")
    assert caplog.text.count(reason) == 2


def test_the_installer_is_told_anew_of_a_key_that_was_good_meanwhile(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    for minutes in range(2):
        with later(minutes * A_MINUTE):
            shop.wire.fault = RESTRICTED
            read_feeds()
            shop.wire.fault = Fault("fine")
            read_feeds()

    assert len(errors(caplog)) == 2


@pytest.mark.parametrize("status", [429, 500])
def test_the_installer_is_not_told_of_a_key_that_was_not_refused(
    shop: Shop, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    body = b'{"error": {"type": "api_error", "code": "rate_limit"}}'
    shop.wire.fault = saying(str(status), Answer(status, body=body))

    read_feeds()

    assert ProviderAccount.objects.get().feed_failures == 1
    assert errors(caplog) == []


@by_key
def test_a_refund_that_waits_says_why(shop: Shop, wrong: Wrong, reason: str) -> None:
    shop.sells()
    shop.asks_back()
    wrong(shop)

    work()

    why = "the key may not do this" if "403" in reason else "the provider does not take the key"
    assert f"no answer yet: {why}" in shop.staff_read()


def test_a_refund_that_was_made_waits_for_no_key(shop: Shop) -> None:
    shop.sells()
    shop.asks_back()
    expired(shop)
    work()

    shop.takes_key(shop.fake.roll_key(shop.merchant.key))
    work(5 * A_MINUTE)

    assert "no answer yet" not in shop.staff_read()
