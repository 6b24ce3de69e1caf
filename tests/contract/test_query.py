"""What became of a payment is found by their id and by our reference, and absence is honest."""

from __future__ import annotations

from contextlib import suppress

import pytest

from payments.providers.base import OurRef, ProviderRef, Status
from payments.providers.errors import NotFound, ProviderDown
from tests.config.waiting import until
from tests.contract.cast import Seller, a_ref, payment_ref
from tests.contract.faults import LATE, TIMEOUT_AFTER, TIMEOUT_BEFORE


def test_their_id_and_our_reference_lead_to_the_same(seller: Seller) -> None:
    sold = seller.sells()

    by_ours = seller.provider.query(OurRef(sold.request.our_ref))

    assert by_ours == seller.provider.query(sold.ref)
    assert (by_ours.status, by_ours.captured) == (Status.CAPTURED, sold.request.amount.amount)


def test_a_payment_whose_answer_was_lost_is_found_by_our_reference(seller: Seller) -> None:
    request = seller.asks()
    with seller.rig.wire.trouble(TIMEOUT_AFTER), pytest.raises(ProviderDown):
        seller.impatient.provider.create(request)

    found = seller.provider.query(OurRef(request.our_ref))

    assert (found.our_ref, found.amount) == (request.our_ref, request.amount)
    assert found.next_action


def test_a_reference_that_was_never_sent_is_not_found(seller: Seller) -> None:
    with pytest.raises(NotFound):
        seller.provider.query(OurRef(a_ref("A")))


def test_an_id_that_they_never_gave_is_not_found(seller: Seller) -> None:
    made_up = payment_ref(seller.begins().created).value[:-8] + 8 * "0"

    with pytest.raises(NotFound):
        seller.provider.query(ProviderRef(made_up))


def test_the_payment_of_another_account_is_not_found(seller: Seller) -> None:
    begun = seller.begins()
    other = Seller(seller.rig, seller.rig.open_account()).provider

    for ref in (begun.ref, OurRef(begun.request.our_ref)):
        with pytest.raises(NotFound):
            other.query(ref)


def test_absence_is_proof_where_the_provider_says_so(seller: Seller) -> None:
    if not seller.provider.capabilities.absence_is_proof:
        pytest.skip(f"{seller.rig.provider} does not say that absence is proof")
    request = seller.asks()
    with seller.rig.wire.trouble(TIMEOUT_BEFORE), pytest.raises(ProviderDown):
        seller.impatient.provider.create(request)

    with pytest.raises(NotFound):
        seller.provider.query(OurRef(request.our_ref))

    assert seller.booked(request) == []


def test_a_request_that_arrives_after_we_gave_up_is_found(seller: Seller) -> None:
    request = seller.asks()
    with seller.rig.wire.trouble(LATE), pytest.raises(ProviderDown):
        seller.impatient.provider.create(request)

    def found() -> bool:
        with suppress(NotFound):
            return seller.provider.query(OurRef(request.our_ref)).amount == request.amount
        return False

    assert until(found, seconds=30)


def test_totals_tell_of_all_that_happened(seller: Seller) -> None:
    sold = seller.sells()
    first, second = sold.gives_back(30), sold.gives_back(20)

    told = sold.told()

    whole = sold.request.amount.amount
    assert (told.authorized, told.captured) == (whole, whole)
    assert told.refunded in {None, sold.part(50).amount}
    seen = {(refund.our_ref, refund.amount) for refund in told.refunds}
    assert seen == {(first.our_ref, first.amount), (second.our_ref, second.amount)}
