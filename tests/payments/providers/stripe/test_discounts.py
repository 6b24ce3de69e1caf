"""A discount is a coupon of its session, made once; and no other sum is ever asked of a shopper."""

from __future__ import annotations

from typing import Any

import pytest

from orders.money import Money
from payments.providers.base import CreateRequest
from payments.providers.bill import Item, ItemKind
from payments.providers.errors import ProviderDown, ProviderRejected
from payments.providers.stripe import StripeProvider
from payments.providers.stripe.http import stripe_client
from tests.config.waiting import until
from tests.payments.providers.stripe.cast import Counter, payment_of

TEAPOTS = Item("Stoneware teapot", 2400, quantity=2)
POST = Item("Royal Mail", 395, kind=ItemKind.SHIPPING)
VOUCHER = Item("SPRING10", -500, kind=ItemKind.DISCOUNT)
LOWERED: dict[str, Any] = {"items": (TEAPOTS, POST, VOUCHER), "amount": Money(4695, "GBP")}


def coupons(counter: Counter) -> list[dict[str, Any]]:
    return list(counter.fake.shelf(counter.account.merchant_id).of("coupon"))


def sessions(counter: Counter, request: CreateRequest) -> list[dict[str, Any]]:
    told = counter.fake.shelf(counter.account.merchant_id).of("checkout.session")
    return [each for each in told if each["client_reference_id"] == request.our_ref]


def made_by_hand(counter: Counter, request: CreateRequest, amount: int) -> None:
    """A coupon of the session's name, which takes another amount off."""
    sdk = stripe_client(counter.account.secrets["secret_key"], counter.account.base_url, 8.0).v1
    sdk.coupons.create(
        {"id": request.our_ref, "amount_off": amount, "currency": "gbp"},
        {"idempotency_key": f"{request.our_ref}:by-hand"},
    )


def test_the_page_charges_the_sum_less_the_discount(counter: Counter) -> None:
    begun = counter.begins(**LOWERED)

    session = counter.fake.told(payment_of(begun).value)
    assert begun.amount == LOWERED["amount"]
    assert (session["amount_subtotal"], session["amount_total"]) == (5195, 4695)
    assert session["total_details"]["amount_discount"] == 500


def test_what_is_paid_is_the_lowered_sum_and_the_coupon_is_used_up(counter: Counter) -> None:
    sold = counter.sells(**LOWERED)

    assert sold.captured == 4695
    assert [each["valid"] for each in coupons(counter)] == [False]


@pytest.mark.parametrize(
    ("currency", "off"), [("JPY", 500), ("ISK", 50_000), ("KWD", 500), ("HUF", 500)]
)
def test_a_discount_of_each_kind_of_currency_adds_up(
    counter: Counter, currency: str, off: int
) -> None:
    sold = (Item("Kettle", 20_000), VOUCHER)
    counter.begins(items=sold, amount=Money(19_500, currency))

    assert [each["amount_off"] for each in coupons(counter)] == [off]


def test_the_same_request_again_makes_no_second_coupon_and_no_second_session(
    counter: Counter,
) -> None:
    request = counter.asks(**LOWERED)

    first, again = counter.provider.create(request), counter.provider.create(request)

    assert payment_of(first) == payment_of(again)
    assert (len(coupons(counter)), len(sessions(counter, request))) == (1, 1)


def cut_off(counter: Counter, request: CreateRequest, at: str) -> ProviderDown:
    """Ask, and give up waiting at this step, which Stripe does all the same a moment later."""
    gate = counter.fake.trouble.hold(on=at)
    with pytest.raises(ProviderDown) as down:
        StripeProvider(counter.account, timeout=0.3).create(request)
    gate.release()
    return down.value


def test_a_coupon_that_was_not_answered_has_charged_nobody(counter: Counter) -> None:
    request = counter.asks(**LOWERED)

    assert cut_off(counter, request, "POST /v1/coupons").sent is False

    assert until(lambda: coupons(counter))
    assert sessions(counter, request) == []


def test_after_a_coupon_that_was_not_answered_the_session_gets_that_one(counter: Counter) -> None:
    request = counter.asks(**LOWERED)
    cut_off(counter, request, "POST /v1/coupons")
    assert until(lambda: coupons(counter))

    again = counter.provider.create(request)

    assert again.amount == request.amount
    assert [each["id"] for each in coupons(counter)] == [request.our_ref]


def test_after_a_session_that_was_not_answered_there_is_one_with_one_coupon(
    counter: Counter,
) -> None:
    request = counter.asks(**LOWERED)
    assert cut_off(counter, request, "POST /v1/checkout/sessions").sent
    assert until(lambda: sessions(counter, request))

    again = counter.provider.create(request)

    (session,) = sessions(counter, request)
    assert session["id"] == payment_of(again).value
    assert len(coupons(counter)) == 1


def test_a_coupon_that_is_there_already_is_used(counter: Counter) -> None:
    request = counter.asks(**LOWERED)
    made_by_hand(counter, request, 500)

    assert counter.provider.create(request).amount == request.amount


def test_a_session_over_another_sum_is_closed_and_nobody_is_sent_there(counter: Counter) -> None:
    request = counter.asks(**LOWERED)
    made_by_hand(counter, request, 400)

    with pytest.raises(ProviderRejected) as refusal:
        counter.provider.create(request)

    assert refusal.value.failure.code == "amount_differs"
    assert refusal.value.failure.raw == "Stripe would charge GBP 47.95, not GBP 46.95"
    assert [each["status"] for each in sessions(counter, request)] == ["expired"]


def test_a_session_over_another_sum_is_refused_though_it_cannot_be_closed(
    counter: Counter,
) -> None:
    request = counter.asks(**LOWERED)
    made_by_hand(counter, request, 400)
    counter.fake.trouble.next("error_before", on="/expire")

    with pytest.raises(ProviderRejected, match=r"not GBP 46\.95"):
        counter.provider.create(request)
