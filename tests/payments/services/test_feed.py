"""The list of events: what no webhook told is found, page by page, and nothing is stored twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, Settings

from orders.clock import now
from payments.models import Attempt, InboxEvent, Payment, ProviderAccount
from payments.services.feed import read_feeds
from payments.services.inbox import drain_inbox
from payments.services.start import submit_attempt
from payments.states import InboxState, PaymentStatus
from tests.factories import an_account, an_attempt, later
from tests.payments.crowd import at_once
from tests.payments.providers.fake_bank import FakeBank
from tests.payments.shopper import pay_at_bank
from tests.payments.wire import a_captured_body

pytestmark = pytest.mark.django_db


def paid_unheard(account: ProviderAccount, token: str = "tok_webhook_lost") -> Attempt:
    """A payment that the shopper has made, and of which no webhook comes."""
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url, token)
    return attempt


def an_event(number: int, attempt: Attempt) -> dict[str, Any]:
    return a_captured_body(attempt) | {"id": f"evt_{number}"}


def an_account_without_keys(code: str) -> None:
    account = an_account(code=code, merchant_id=code)
    account.set_secrets({})
    account.save()


class Feed:
    """A bank that lists so many events, some to a page."""

    def __init__(self, bank: FakeBank, count: int, *, per_page: int = 2) -> None:
        self.attempt = an_attempt(account=an_account(base_url=bank.account.base_url))
        self.events: list[object] = [an_event(n, self.attempt) for n in range(1, count + 1)]
        self.per_page = per_page
        self.asked = 0
        bank.says = self.page

    def page(self, path: str) -> dict[str, object]:
        self.asked += 1
        after = int(path.rpartition("evt_")[2]) if "after=" in path else 0
        upto = after + self.per_page
        return {"data": self.events[after:upto], "has_more": len(self.events) > upto}

    @property
    def account(self) -> ProviderAccount:
        return ProviderAccount.objects.get(pk=self.attempt.account_id)


def stored() -> list[str]:
    return list(InboxEvent.objects.order_by("pk").values_list("event_id", flat=True))


def test_what_no_webhook_told_is_found_and_applied(account: ProviderAccount) -> None:
    paid_unheard(account)

    read_feeds()
    drain_inbox()

    assert Payment.objects.get().status == PaymentStatus.PAID
    account.refresh_from_db()
    assert account.feed_cursor.startswith("evt_")
    assert account.feed_read_at


def test_what_was_read_is_not_read_again(account: ProviderAccount) -> None:
    paid_unheard(account)
    read_feeds()
    first = stored()

    read_feeds()

    assert stored() == first


def test_the_pages_are_read_to_the_end(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 5)

    read_feeds()

    assert stored() == ["evt_1", "evt_2", "evt_3", "evt_4", "evt_5"]
    assert (feed.account.feed_cursor, feed.asked) == ("evt_5", 3)


def test_a_page_that_breaks_keeps_what_was_read_before_it(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 5)
    feed.events[2:4] = [5, 5]

    read_feeds()
    broken = (stored(), feed.account.feed_cursor, feed.account.feed_read_at)
    feed.events[2:4] = [an_event(3, feed.attempt), an_event(4, feed.attempt)]
    read_feeds()

    assert broken == (["evt_1", "evt_2"], "evt_2", None)
    assert (len(stored()), feed.account.feed_cursor) == (5, "evt_5")


def test_an_event_that_cannot_be_read_is_stored_and_the_others_are_applied(
    fake_bank: FakeBank,
) -> None:
    feed = Feed(fake_bank, 3, per_page=10)
    feed.events[0] = {"id": "evt_1", "type": "payment.captured", "data": "none"}

    read_feeds()
    drain_inbox()

    broken, *others = InboxEvent.objects.order_by("pk")
    assert (broken.state, broken.tries) == (InboxState.RECEIVED, 1)
    assert {event.state for event in others} == {InboxState.DONE}


def test_an_event_that_a_webhook_brought_before_is_left_as_it_is(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 1)
    read_feeds()
    drain_inbox()
    done = InboxEvent.objects.values().get()
    ProviderAccount.objects.update(feed_cursor="")

    read_feeds()

    assert InboxEvent.objects.values().get() == done
    assert done["state"] == InboxState.DONE
    assert feed.asked == 2


def test_what_is_listed_without_an_id_is_known_by_its_body(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 3, per_page=10)
    feed.events[0] = {"type": "payment.captured", "data": "first"}
    feed.events[1] = {"type": "payment.captured", "data": "second"}

    read_feeds()
    ProviderAccount.objects.update(feed_cursor="")
    read_feeds()

    first, second, third = stored()
    assert first.startswith("sha256:")
    assert second.startswith("sha256:")
    assert third == "evt_3"


def test_an_account_that_does_not_answer_stops_no_other(fake_bank: FakeBank) -> None:
    an_account(code="first", merchant_id="first", base_url="http://127.0.0.1:9")
    Feed(fake_bank, 1)
    an_account(code="last", merchant_id="last", base_url="http://127.0.0.1:9")

    read_feeds()

    assert stored() == ["evt_1"]


def test_an_account_that_breaks_stops_no_other_and_the_error_goes_on(fake_bank: FakeBank) -> None:
    an_account_without_keys("first")
    Feed(fake_bank, 1)
    an_account_without_keys("last")

    with pytest.raises(KeyError, match="api_key"):
        read_feeds()

    assert stored() == ["evt_1"]


def test_reading_takes_from_the_same_bucket_as_asking(
    fake_bank: FakeBank, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "polls_per_second": 0.2}
    feed = Feed(fake_bank, 10)

    read_feeds()
    read_feeds()
    assert (feed.asked, len(stored())) == (2, 4)

    with later(timedelta(seconds=5)):
        read_feeds()
    assert (feed.asked, len(stored())) == (3, 6)


def test_a_bank_that_forgot_where_we_stood_is_read_from_its_beginning(
    account: ProviderAccount,
) -> None:
    paid_unheard(account)
    ProviderAccount.objects.update(feed_cursor="evt_forgotten")

    read_feeds()
    read_feeds()

    assert stored()


def test_a_live_account_of_a_copied_database_is_not_called(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 1)
    ProviderAccount.objects.update(mode="live")

    read_feeds()

    assert feed.asked == 0


def test_nobody_is_called_inside_a_transaction(fake_bank: FakeBank) -> None:
    Feed(fake_bank, 1)

    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        read_feeds()


def test_the_statements_of_a_page_do_not_grow_with_it(
    fake_bank: FakeBank, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    Feed(fake_bank, 100, per_page=100)

    with django_assert_max_num_queries(11):
        read_feeds()

    assert len(stored()) == 100


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_workers_who_read_the_same_list_at_once_store_each_event_once(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 37, per_page=3)

    at_once(4, lambda _number: read_feeds())
    read_feeds()

    assert sorted(stored()) == sorted(f"evt_{n}" for n in range(1, 38))
    assert feed.account.feed_cursor == "evt_37"


def test_failures_in_a_row_are_counted_until_the_list_is_read_again(fake_bank: FakeBank) -> None:
    feed = Feed(fake_bank, 2)
    fake_bank.says = lambda _path: {"data": "none"}
    for _ in range(3):
        read_feeds()
    ProviderAccount.objects.update(feed_alerted_at=now())
    failed = feed.account.feed_failures

    fake_bank.says = feed.page
    read_feeds()

    assert (failed, feed.account.feed_failures, feed.account.feed_alerted_at) == (3, 0, None)
