"""The list of events: every one of them, once, from wherever we had got to."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from payments.providers.base import WebhookEvent
from payments.providers.capabilities import Capabilities
from tests.config.waiting import until
from tests.contract.cast import LONG_AGO, Sale, Seller

MANY = 100
"""More than any provider needs to list what one test has caused."""


def read(seller: Seller, cursor: str = "") -> list[WebhookEvent]:
    """All that is listed after the cursor, page by page."""
    events: list[WebhookEvent] = []
    for _ in range(MANY):
        page = seller.provider.list_events(cursor, LONG_AGO)
        events, cursor = [*events, *page.events], page.cursor
        if not page.more:
            return events
    pytest.fail("the list has no end")


def ids(events: list[WebhookEvent]) -> list[str]:
    return [event.event_id for event in events]


def cursor_now(seller: Seller) -> str:
    cursor, more = "", True
    while more:
        page = seller.provider.list_events(cursor, LONG_AGO)
        cursor, more = page.cursor, page.more
    return cursor


@pytest.fixture
def sold(seller: Seller) -> Sale:
    """A sale with its refund at a provider that lists events."""
    sale = seller.lists_events().sells()
    sale.gives_back(40)
    return sale


def test_every_webhook_is_listed_once_in_the_order_in_which_it_happened(sold: Sale) -> None:
    sent = ids(sold.events())

    assert ids(read(sold.seller)) == sent


def test_what_is_listed_says_what_its_webhook_says(sold: Sale) -> None:
    sent = {event.event_id: event for event in sold.events()}

    for listed in read(sold.seller):
        told = sent[listed.event_id]
        assert (listed.kind, listed.our_ref) == (told.kind, told.our_ref)
        assert listed.outcome == told.outcome


def test_a_cursor_goes_on_where_it_was_left(sold: Sale) -> None:
    seller = sold.seller
    before, cursor = ids(read(seller)), cursor_now(seller)
    assert read(seller, cursor) == []

    sold.gives_back(60)

    assert until(lambda: read(seller, cursor), seconds=30)
    assert set(ids(read(seller, cursor))).isdisjoint(before)
    assert ids(read(seller)) == [*before, *ids(read(seller, cursor))]


def test_a_page_can_be_read_twice(sold: Sale) -> None:
    first = sold.seller.provider.list_events("", LONG_AGO)

    assert sold.seller.provider.list_events("", LONG_AGO) == first


def test_the_events_of_another_account_are_not_listed(sold: Sale) -> None:
    other = Seller(sold.seller.rig, sold.seller.rig.open_account())

    assert read(other) == []


@dataclass
class Unlisted:
    """Stands for a provider without a list."""

    capabilities: Capabilities


def test_a_provider_without_a_list_is_passed_over_with_its_reason(
    seller: Seller, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = seller.provider.capabilities
    without = Capabilities(methods=lists.methods, idempotency_window=lists.idempotency_window)
    monkeypatch.setattr(Seller, "provider", Unlisted(without))

    with pytest.raises(pytest.skip.Exception, match="does not list events"):
        seller.lists_events()
