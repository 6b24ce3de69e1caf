"""The event feed: the adapter against the real bank."""

from __future__ import annotations

from dataclasses import replace

import pytest

from payments.providers.base import RawRequest, WebhookEvent
from payments.providers.errors import NotFound
from payments.providers.sandbox import SandboxProvider
from tests.contract.cast import LONG_AGO
from tests.payments.providers.test_sandbox import an_account_at
from tests.payments.providers.test_sandbox_holds import a_capture, held


@pytest.fixture
def provider(bank: str) -> SandboxProvider:
    return SandboxProvider(an_account_at(bank))


def all_events(provider: SandboxProvider, cursor: str = "") -> list[WebhookEvent]:
    events: list[WebhookEvent] = []
    more = True
    while more:
        page = provider.list_events(cursor, LONG_AGO)
        events, cursor, more = [*events, *page.events], page.cursor, page.more
    return events


def test_the_feed_tells_what_happened_with_its_outcome(provider: SandboxProvider) -> None:
    assert provider.capabilities.event_feed
    hold = held(provider)
    taken = provider.capture(a_capture(hold, 300))

    events = all_events(provider)

    assert [event.kind for event in events] == ["payment.authorized", "payment.captured"]
    assert [event.our_ref for event in events] == [hold.our_ref] * 2
    assert [event.outcome for event in events] == [hold, taken]
    assert events[0].objects == hold.objects


def test_the_feed_goes_on_where_it_was_left(provider: SandboxProvider) -> None:
    hold = held(provider)
    before = provider.list_events("", LONG_AGO)
    assert provider.list_events(before.cursor, LONG_AGO) == replace(before, events=())

    provider.capture(a_capture(hold))

    after = provider.list_events(before.cursor, LONG_AGO)
    assert [event.kind for event in after.events] == ["payment.captured"]
    assert (after.cursor, after.more) == (after.events[0].event_id, False)


def test_the_feed_of_nothing_stays_at_its_beginning(provider: SandboxProvider) -> None:
    page = provider.list_events("", LONG_AGO)

    assert (page.events, page.cursor, page.more) == ((), "", False)


def test_a_cursor_that_the_bank_never_gave_is_not_found(provider: SandboxProvider) -> None:
    with pytest.raises(NotFound):
        provider.list_events("evt_never", LONG_AGO)


def test_a_listed_event_is_read_again_from_its_body(provider: SandboxProvider) -> None:
    held(provider)
    (event,) = all_events(provider)

    again = provider.read_event(RawRequest(event.body, {}), event.event_id)

    assert again == replace(event, body=b"")
