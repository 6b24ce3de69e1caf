"""What is void can no longer be paid, and what is paid can no longer be void."""

from __future__ import annotations

import pytest

from payments.providers.base import Status
from payments.providers.errors import ProviderDown, ProviderRejected
from tests.contract.cast import Sale, Seller, a_ref
from tests.contract.faults import TIMEOUT_AFTER


def a_key() -> str:
    return f"{a_ref('V')}:void"


def is_closed(sale: Sale) -> bool:
    return not sale.booked.can_be_paid and sale.booked.captured == sale.part(0)


def test_an_unpaid_payment_is_closed(seller: Seller) -> None:
    begun = seller.begins()

    told = seller.provider.void(begun.ref, a_key())

    assert (told.status, told.captured) == (Status.VOIDED, 0)
    assert is_closed(begun)


def test_the_same_key_twice_is_one_void(seller: Seller) -> None:
    begun, key = seller.begins(), a_key()
    seller.provider.void(begun.ref, key)

    assert seller.provider.void(begun.ref, key).status == Status.VOIDED
    assert is_closed(begun)


def test_the_same_key_finds_the_void_whose_answer_was_lost(seller: Seller) -> None:
    begun, key = seller.begins(), a_key()
    with seller.rig.wire.trouble(TIMEOUT_AFTER), pytest.raises(ProviderDown):
        seller.impatient.provider.void(begun.ref, key)

    assert seller.provider.void(begun.ref, key).status == Status.VOIDED


def test_a_closed_payment_is_told_as_such(seller: Seller) -> None:
    begun = seller.begins()
    seller.provider.void(begun.ref, a_key())

    told = begun.told()

    assert (told.status, told.captured, told.next_action) == (Status.VOIDED, 0, None)


def test_what_is_paid_is_not_closed(seller: Seller) -> None:
    sold = seller.sells()

    with pytest.raises(ProviderRejected):
        seller.provider.void(sold.ref, a_key())

    assert sold.booked.captured == sold.request.amount
    assert sold.told().status == Status.CAPTURED
