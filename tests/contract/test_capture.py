"""What is held is charged once for each request, never more than is held, or it is let go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from orders.clock import now
from payments.messages import STAFF
from payments.providers.base import CaptureRequest, Outcome, Status
from payments.providers.errors import ProviderDown, ProviderError, ProviderRejected
from tests.contract.cast import Sale, Seller
from tests.contract.faults import TIMEOUT_AFTER, TWICE
from tests.contract.rig import Act
from tests.contract.test_void import a_key
from tests.payments.crowd import at_once

ENDED = {Status.EXPIRED, Status.VOIDED}


@pytest.fixture
def hold(seller: Seller) -> Sale:
    """100.00 that the provider holds for us."""
    return seller.holds()


def capture(sale: Sale, request: CaptureRequest) -> Outcome:
    return sale.seller.provider.capture(request)


def facts(told: Outcome) -> tuple[int, int, int]:
    return told.authorized, told.captured, told.released


def book(sale: Sale) -> tuple[int, int]:
    """What the provider's own book holds for us, and what it has charged."""
    return sale.booked.held.amount, sale.booked.captured.amount


def parts(sale: Sale, *hundredths: int) -> tuple[int, ...]:
    return tuple(sale.part(each).amount for each in hundredths)


def test_what_is_held_is_not_charged_and_says_when_it_lapses(hold: Sale) -> None:
    told = hold.told()

    assert told.status == Status.AUTHORIZED
    assert facts(told) == parts(hold, 100, 0, 0)
    assert told.capture_before
    assert told.capture_before > now()
    assert book(hold) == parts(hold, 100, 0)


def test_all_of_it_is_charged(hold: Sale) -> None:
    told = capture(hold, hold.asks_for(100))

    assert (told.status, facts(told)) == (Status.CAPTURED, parts(hold, 100, 100, 0))
    assert book(hold) == parts(hold, 0, 100)


def test_a_part_is_charged_and_the_rest_let_go(hold: Sale) -> None:
    capture(hold, hold.asks_for(40))

    told = hold.once(lambda told: told.released)
    assert (told.status, facts(told)) == (Status.CAPTURED, parts(hold, 100, 40, 60))
    assert book(hold) == parts(hold, 0, 40)


def test_a_part_is_charged_and_the_rest_later(hold: Sale) -> None:
    capture(hold, hold.asks_for(40, final=False))
    assert book(hold) == parts(hold, 60, 40)

    capture(hold, hold.asks_for(60))

    assert facts(hold.told()) == parts(hold, 100, 100, 0)
    assert book(hold) == parts(hold, 0, 100)


def test_more_than_is_held_is_refused_in_our_words(hold: Sale) -> None:
    with pytest.raises(ProviderRejected) as refusal:
        capture(hold, hold.asks_for(101))

    assert refusal.value.failure.code in STAFF
    assert book(hold) == parts(hold, 100, 0)


def test_the_same_key_twice_is_one_capture(hold: Sale) -> None:
    request = hold.asks_for(40, final=False)
    capture(hold, request)

    told = capture(hold, request)

    assert told.captured == hold.part(40).amount
    assert book(hold) == parts(hold, 60, 40)


def test_the_same_key_at_once_is_one_capture(hold: Sale) -> None:
    request = hold.asks_for(20, final=False)

    def take(_: int) -> None:
        with suppress(ProviderDown):  # some say that the first is under way
            capture(hold, request)

    at_once(4, take)

    hold.once(lambda told: told.captured)
    assert book(hold) == parts(hold, 80, 20)


def test_a_capture_that_the_wire_repeats_is_one(hold: Sale) -> None:
    with hold.seller.rig.wire.trouble(TWICE):
        capture(hold, hold.asks_for(20, final=False))

    assert book(hold) == parts(hold, 80, 20)


def test_the_same_key_finds_the_capture_whose_answer_was_lost(hold: Sale) -> None:
    request = hold.asks_for(40, final=False)
    with hold.seller.rig.wire.trouble(TIMEOUT_AFTER), pytest.raises(ProviderDown) as lost:
        hold.seller.impatient.provider.capture(request)

    told = capture(hold, request)

    assert lost.value.sent
    assert told.captured == hold.part(40).amount
    assert book(hold) == parts(hold, 60, 40)


def test_the_same_key_for_another_amount_is_an_error_and_charges_nothing(hold: Sale) -> None:
    request = hold.asks_for(40, final=False)
    capture(hold, request)

    with pytest.raises(ProviderError):
        capture(hold, replace(request, amount=hold.part(50)))

    assert book(hold) == parts(hold, 60, 40)


def test_what_is_let_go_is_not_charged_any_more(hold: Sale) -> None:
    told = hold.seller.provider.void(hold.ref, a_key())

    assert (told.status, facts(told)) == (Status.VOIDED, parts(hold, 100, 0, 100))
    with pytest.raises(ProviderRejected):
        capture(hold, hold.asks_for(100))
    assert book(hold) == parts(hold, 0, 0)


def test_letting_go_twice_with_one_key_is_once(hold: Sale) -> None:
    key = a_key()
    hold.seller.provider.void(hold.ref, key)

    told = hold.seller.provider.void(hold.ref, key)

    assert facts(told) == parts(hold, 100, 0, 100)


def test_the_rest_after_a_part_is_let_go_and_the_part_stays(hold: Sale) -> None:
    capture(hold, hold.asks_for(40, final=False))

    hold.seller.provider.void(hold.ref, a_key())

    assert facts(hold.told()) == parts(hold, 100, 40, 60)


def test_a_hold_that_lapses_is_told_as_released_and_is_not_charged(seller: Seller) -> None:
    hold = seller.holds(Act.LET_LAPSE)

    told = hold.once(lambda told: told.released)

    assert told.status in ENDED
    assert facts(told) == parts(hold, 100, 0, 100)
    with pytest.raises(ProviderRejected):
        capture(hold, hold.asks_for(100))
    assert book(hold) == parts(hold, 0, 0)


def test_what_was_captured_is_given_back(hold: Sale) -> None:
    capture(hold, hold.asks_for(40))

    hold.gives_back(40)

    assert hold.booked.refunded == hold.part(40)


def test_webhooks_tell_of_the_hold_and_of_each_capture(hold: Sale) -> None:
    capture(hold, hold.asks_for(40, final=False))
    capture(hold, hold.asks_for(60))

    told = hold.outcomes()

    assert [(each.authorized, each.captured) for each in told if each.authorized] == [
        parts(hold, 100, captured) for captured in (0, 40, 100)
    ]
