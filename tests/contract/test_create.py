"""A payment is begun once, whatever the wire does, and the answer says whose it is."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from orders.money import Money
from payments.messages import SHOPPER
from payments.providers.base import OurRef, Status
from payments.providers.capabilities import MethodCapability
from payments.providers.errors import ProviderDown, ProviderError
from tests.contract.cast import Seller, payment_ref
from tests.contract.faults import TIMEOUT_AFTER, TWICE
from tests.contract.rig import Act
from tests.payments.crowd import at_once


def test_the_same_key_twice_is_one_payment(seller: Seller) -> None:
    first = seller.begins()

    again = seller.provider.create(first.request)

    assert payment_ref(again) == first.ref
    assert len(seller.booked(first.request)) == 1


def test_the_same_key_twice_is_charged_once(seller: Seller) -> None:
    sold = seller.sells()

    again = seller.provider.create(sold.request)

    assert payment_ref(again) == sold.ref
    assert sold.booked.captured == sold.request.amount


def test_the_same_key_at_once_is_one_payment(seller: Seller) -> None:
    request = seller.asks()

    def create(_: int) -> object:
        with suppress(ProviderDown):  # some say that the first is under way
            return payment_ref(seller.provider.create(request))
        return None

    found = set(at_once(4, create)) - {None}

    assert found == {payment_ref(seller.provider.query(OurRef(request.our_ref)))}
    assert len(seller.booked(request)) == 1


def test_a_request_that_the_wire_repeats_is_one_payment(seller: Seller) -> None:
    request = seller.asks()

    with seller.rig.wire.trouble(TWICE):
        created = seller.provider.create(request)

    assert payment_ref(seller.provider.query(OurRef(request.our_ref))) == payment_ref(created)
    assert len(seller.booked(request)) == 1


def test_the_same_key_finds_the_payment_whose_answer_was_lost(seller: Seller) -> None:
    request = seller.asks()
    with seller.rig.wire.trouble(TIMEOUT_AFTER), pytest.raises(ProviderDown):
        seller.impatient.provider.create(request)

    again = seller.provider.create(request)

    assert again.next_action
    assert len(seller.booked(request)) == 1


@pytest.mark.parametrize("other", ["amount", "reference"])
def test_the_same_key_for_something_else_is_an_error_and_begins_nothing(
    seller: Seller, other: str
) -> None:
    first = seller.begins()
    amount = first.request.amount
    changed = {
        "amount": replace(first.request, amount=Money(amount.amount + 1, amount.currency)),
        "reference": replace(seller.asks(), key=first.request.key),
    }[other]

    with pytest.raises(ProviderError):
        seller.provider.create(changed)

    assert first.booked.asked == amount
    assert len(seller.booked(changed)) == (1 if changed.our_ref == first.request.our_ref else 0)


def test_an_answer_says_whose_payment_it_is(seller: Seller) -> None:
    sold = seller.sells()

    for told in (sold.created, sold.told()):
        assert (told.our_ref, told.amount) == (sold.request.our_ref, sold.request.amount)
        assert told.mode in {"", seller.account.mode}
        assert told.merchant_id in {"", seller.account.merchant_id}


def test_nothing_is_captured_before_the_shopper_has_agreed(seller: Seller) -> None:
    begun = seller.begins()

    for told in (begun.created, begun.told()):
        assert (told.status, told.captured) == (Status.REQUIRES_ACTION, 0)
    assert begun.booked.can_be_paid


def test_a_decline_takes_nothing_and_says_why_in_our_words(
    seller: Seller, method: MethodCapability
) -> None:
    if Act.DECLINE not in seller.rig.acts(method.method):
        pytest.skip(f"nobody can be declined by {method.method}")

    told = seller.sells(Act.DECLINE, method=method.method).told()

    assert (told.status, told.captured) == (Status.DECLINED, 0)
    assert told.error
    assert told.error.code in SHOPPER
    assert told.error.raw
