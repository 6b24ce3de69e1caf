"""Stripe forgot where we stood in its list of events: what is in between is read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest

from orders.clock import now
from payments.models import InboxEvent, ProviderAccount
from payments.providers.stripe import events
from payments.providers.stripe.http import stripe_client
from payments.services import feed
from payments.services.feed import read_feeds
from tests.factories import later
from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
names = count(1)


@pytest.fixture(autouse=True)
def two_to_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "PAGE", 2)


@pytest.fixture
def read_before(shop: Shop) -> Iterator[Shop]:
    """A shop that had read all, and an hour later Stripe does not know its place any more."""
    with later(-AN_HOUR):
        read_feeds()
        happen(shop, 3)
        read_feeds()
    ProviderAccount.objects.update(feed_cursor="evt_forgotten", feed_read_at=now())
    with later(AN_HOUR):
        yield shop


def happen(shop: Shop, number: int) -> None:
    """So many events at Stripe, each about a customer."""
    sdk = stripe_client(shop.merchant.key, shop.fake.url, 8.0).v1
    for _ in range(number):
        sdk.customers.create({}, {"idempotency_key": f"customer-{next(names)}"})


def listed(shop: Shop) -> list[str]:
    return [event["id"] for event in shop.objects("event")]


def stored() -> set[str]:
    return set(InboxEvent.objects.values_list("event_id", flat=True))


def shop_account() -> ProviderAccount:
    return ProviderAccount.objects.get()


def read_on(ticks: int = 2) -> None:
    """The first minute learns that the place is forgotten."""
    for _minute in range(ticks):
        read_feeds()


def test_all_that_happened_since_it_was_read_is_found(read_before: Shop) -> None:
    happen(read_before, 7)

    read_on()

    assert stored() == set(listed(read_before))
    assert shop_account().feed_cursor == listed(read_before)[-1]


def test_it_reads_back_no_further_than_to_where_all_was_read(read_before: Shop) -> None:
    happen(read_before, 5)
    InboxEvent.objects.all().delete()

    read_on()

    assert stored() == set(listed(read_before)[3:])


def test_a_tick_reads_so_many_pages_and_the_next_goes_on_behind_them(
    read_before: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES", 1)
    happen(read_before, 7)

    read_on()
    after_one = stored() & set(listed(read_before)[3:])
    read_on(3)

    assert after_one == set(listed(read_before)[-2:])
    assert stored() == set(listed(read_before))


def test_where_an_answer_does_not_come_it_goes_on_from_there(
    read_before: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES", 1)
    happen(read_before, 7)
    read_on()
    place = shop_account().feed_cursor
    read_before.fake.trouble.next("error_before", on="/v1/events")

    read_feeds()
    kept = (shop_account().feed_failures, shop_account().feed_cursor)
    read_on(3)

    assert kept == (1, place)
    assert stored() == set(listed(read_before))


def test_what_happens_while_it_reads_back_is_read_after_that(
    read_before: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES", 1)
    happen(read_before, 4)
    read_on()
    happen(read_before, 3)

    read_on(4)

    assert stored() == set(listed(read_before))


def test_where_the_page_before_is_forgotten_meanwhile_nothing_older_is_left(
    read_before: Shop,
) -> None:
    happen(read_before, 4)
    newest = listed(read_before)[-1]
    ProviderAccount.objects.update(feed_cursor=f"{newest} evt_forgotten")
    happen(read_before, 1)

    read_feeds()

    assert shop_account().feed_cursor == listed(read_before)[-1]
    assert listed(read_before)[-1] in stored()


def test_at_first_it_reads_back_to_the_first_payment_and_no_further(shop: Shop) -> None:
    happen(shop, 3)
    with later(AN_HOUR):
        shop.orders()
        shop.pays()
        happen(shop, 3)

        read_feeds()

    assert stored() == set(listed(shop)[3:])


def test_an_account_without_payments_begins_with_what_happens_from_now_on(shop: Shop) -> None:
    happen(shop, 3)
    with later(AN_HOUR):
        read_feeds()
        assert stored() == set()

        happen(shop, 3)
        read_feeds()

    assert stored() == set(listed(shop)[3:])


def test_an_event_whose_time_is_over_at_stripe_is_no_place_to_go_on_from(shop: Shop) -> None:
    happen(shop, 1)
    read_feeds()
    with later(timedelta(days=31)):
        happen(shop, 7)

        read_on()

        assert stored() == set(listed(shop))


def test_the_moment_from_which_on_all_is_read_stays_until_all_is_read_again(
    read_before: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAGES", 1)
    happen(read_before, 7)
    before = shop_account().feed_read_at

    read_on(3)

    assert shop_account().feed_read_at == before
