"""A list of events tells each that a webhook would, and goes on where it was left."""

from __future__ import annotations

import pytest

from orders.clock import now
from payments.models.account import ProviderAccount
from payments.models.inbox import InboxEvent
from payments.providers.base import RawRequest, WebhookEvent
from tests.config.waiting import until
from tests.contract.cast import Sale, Seller

LONGEST = InboxEvent._meta.get_field("event_id").max_length
LONGEST_CURSOR = ProviderAccount._meta.get_field("feed_cursor").max_length


def listed(seller: Seller, cursor: str = "") -> tuple[list[WebhookEvent], str]:
    """All events after a cursor, and where the list ended."""
    provider, more = seller.provider, True
    events: list[WebhookEvent] = []
    while more:
        page = provider.list_events(cursor)
        events += page.events
        cursor, more = page.cursor, page.more
    return events, cursor


@pytest.fixture
def sold(seller: Seller) -> Sale:
    if not seller.provider.capabilities.event_feed:
        pytest.skip(f"{seller.rig.provider} lists no events")
    return seller.sells()


def test_the_list_tells_of_the_money_and_is_read_again_from_what_is_stored(sold: Sale) -> None:
    events, _end = listed(sold.seller)

    read = sold.seller.provider.read_event
    again = [read(RawRequest(event.body, {}), event.event_id) for event in events]
    assert [event.event_id for event in again] == [event.event_id for event in events]
    assert any(event.outcome is None or event.outcome.captured for event in again)


def test_the_names_in_the_list_are_those_of_the_webhooks_and_fit_their_columns(sold: Sale) -> None:
    events, end = listed(sold.seller)

    assert LONGEST
    assert LONGEST_CURSOR
    assert all(0 < len(event.event_id) <= LONGEST for event in events)
    assert len(end) <= LONGEST_CURSOR
    webhooks = sold.seller.rig.webhooks(sold.seller.account, sold.request.our_ref)
    told = [sold.seller.provider.parse_webhook(raw, now()) for raw in webhooks]
    assert {each.event_id for one in told for each in one.events} <= {e.event_id for e in events}


def test_the_list_goes_on_where_it_was_left(sold: Sale) -> None:
    before, end = listed(sold.seller)
    assert listed(sold.seller, end) == ([], end)

    sold.gives_back(40)

    assert until(lambda: listed(sold.seller, end)[0], seconds=30)
    after, _end = listed(sold.seller, end)
    assert not {event.event_id for event in after} & {event.event_id for event in before}
