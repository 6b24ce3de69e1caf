"""A payment whose answer was lost is looked for among all that was made when it was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orders.clock import now
from payments.providers.base import OurRef
from payments.providers.errors import NotFound, ProviderDown
from payments.providers.stripe import reader
from tests.payments.providers.stripe.cast import Counter, payment_of

A_DAY = timedelta(days=1)
A_SKEW = timedelta(minutes=14)
UNSENT = "A" + 20 * "Z"


@pytest.fixture
def kept(counter: Counter) -> str:
    paid = counter.sells(save_method=True)
    assert paid.saved_method
    return paid.saved_method.provider_id


def test_a_session_that_was_sent_then_is_found(counter: Counter) -> None:
    begun = counter.begins()

    found = counter.provider.query(OurRef(begun.our_ref, now()))

    assert payment_of(found) == payment_of(begun)


def test_the_charge_of_a_kept_card_is_found(counter: Counter, kept: str) -> None:
    request = counter.asks(saved_method=kept)
    charged = counter.provider.create(request)

    found = counter.provider.query(OurRef(request.our_ref, now()))

    assert payment_of(found) == payment_of(charged)


def test_what_was_made_long_before_is_not_looked_at(counter: Counter) -> None:
    begun = counter.begins()

    with pytest.raises(NotFound):
        counter.provider.query(OurRef(begun.our_ref, now() + A_DAY))


def test_references_that_others_give_to_theirs_are_none_of_ours(counter: Counter) -> None:
    begun = counter.begins()
    for theirs in ("cart " * 40, "\n"):
        counter.opens_for_another_app(theirs)

    found = counter.provider.query(OurRef(begun.our_ref, now()))

    assert payment_of(found) == payment_of(begun)


@pytest.fixture
def busy(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """More is sold there than is looked through."""
    monkeypatch.setattr(reader, "PAGE", 1)
    monkeypatch.setattr(reader, "PAGES", 2)
    for _sale in range(4):
        counter.begins()
    return counter


def test_where_too_much_was_made_then_nothing_is_concluded(busy: Counter) -> None:
    with pytest.raises(ProviderDown, match="too much"):
        busy.provider.query(OurRef(UNSENT, now()))


def test_what_was_sold_since_does_not_keep_an_absence_from_being_seen(busy: Counter) -> None:
    with pytest.raises(NotFound):
        busy.provider.query(OurRef(UNSENT, now() - A_DAY))


@pytest.mark.parametrize("apart", [A_SKEW, -A_SKEW])
def test_clocks_that_differ_hide_nothing(counter: Counter, apart: timedelta) -> None:
    begun = counter.begins()

    found = counter.provider.query(OurRef(begun.our_ref, now() + apart))

    assert payment_of(found) == payment_of(begun)


def test_events_after_one_that_is_forgotten_are_asked_for_anew(counter: Counter) -> None:
    with pytest.raises(NotFound):
        counter.provider.list_events("evt_forgotten", now() - A_DAY)
