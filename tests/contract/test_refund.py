"""Money goes back once for each request, and never more than came."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from payments.messages import STAFF
from payments.providers.base import RefundStatus
from payments.providers.errors import ProviderDown, ProviderError, ProviderRejected
from tests.contract.cast import Seller
from tests.contract.faults import TIMEOUT_AFTER, TWICE
from tests.payments.crowd import at_once

MADE_OR_ON_ITS_WAY = {RefundStatus.PENDING, RefundStatus.SUCCEEDED}


def test_a_refund_is_told_by_our_reference(seller: Seller) -> None:
    sold = seller.sells()
    request = sold.asks_back(40)

    told = seller.provider.refund(request)

    (refund,) = [each for each in told.refunds if each.our_ref == request.our_ref]
    assert refund.amount == request.amount
    assert refund.status in MADE_OR_ON_ITS_WAY
    assert refund.provider_id


def test_parts_go_back_until_nothing_is_left(seller: Seller) -> None:
    sold = seller.sells()
    sold.gives_back(40)
    sold.gives_back(60)

    with pytest.raises(ProviderRejected):
        seller.provider.refund(sold.asks_back(1))

    assert (sold.booked.refunded, sold.booked.refunds) == (sold.request.amount, 2)


def test_more_than_was_paid_is_refused_in_our_words(seller: Seller) -> None:
    sold = seller.sells()

    with pytest.raises(ProviderRejected) as refusal:
        seller.provider.refund(sold.asks_back(101))

    assert refusal.value.failure.code in STAFF
    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(0), 0)


def test_the_same_key_twice_is_one_refund(seller: Seller) -> None:
    sold = seller.sells()
    request = sold.gives_back(40)

    seller.provider.refund(request)

    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(40), 1)


def test_the_same_key_at_once_is_one_refund(seller: Seller) -> None:
    sold = seller.sells()
    request = sold.asks_back(30)

    def give_back(_: int) -> None:
        with suppress(ProviderDown):  # some say that the first is under way
            seller.provider.refund(request)

    at_once(4, give_back)

    sold.once(lambda told: [r.status for r in told.refunds] == [RefundStatus.SUCCEEDED])
    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(30), 1)


def test_a_refund_that_the_wire_repeats_is_one(seller: Seller) -> None:
    sold = seller.sells()

    with seller.rig.wire.trouble(TWICE):
        sold.gives_back(30)

    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(30), 1)


def test_the_same_key_finds_the_refund_whose_answer_was_lost(seller: Seller) -> None:
    sold = seller.sells()
    request = sold.asks_back(40)
    with seller.rig.wire.trouble(TIMEOUT_AFTER), pytest.raises(ProviderDown):
        seller.impatient.provider.refund(request)

    told = seller.provider.refund(request)

    assert request.our_ref in {refund.our_ref for refund in told.refunds}
    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(40), 1)


def test_the_same_key_for_another_amount_is_an_error_and_gives_nothing_back(
    seller: Seller,
) -> None:
    sold = seller.sells()
    request = sold.gives_back(40)

    with pytest.raises(ProviderError):
        seller.provider.refund(replace(request, amount=sold.part(50)))

    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(40), 1)


def test_of_two_refunds_of_60_from_100_at_once_one_wins(seller: Seller) -> None:
    sold = seller.sells()

    def give_back(_: int) -> str:
        try:
            seller.provider.refund(sold.asks_back(60))
        except ProviderRejected:
            return "refused"
        return "made"

    assert sorted(map(str, at_once(2, give_back))) == ["made", "refused"]

    sold.once(lambda told: [r.status for r in told.refunds] == [RefundStatus.SUCCEEDED])
    assert (sold.booked.refunded, sold.booked.refunds) == (sold.part(60), 1)


def test_what_was_not_paid_gives_nothing_back(seller: Seller) -> None:
    begun = seller.begins()

    with pytest.raises(ProviderRejected):
        seller.provider.refund(begun.asks_back(50))

    assert begun.booked.refunds == 0
