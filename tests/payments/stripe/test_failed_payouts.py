"""A payout that did not arrive is told to staff at once, once, and as Stripe says it is now."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from payments.models import FailedPayout, InboxEvent
from payments.services.failed_payouts import alert_of_failed_payouts
from payments.services.feed import read_feeds
from payments.services.inbox import drain_inbox
from payments.services.replay import replay
from payments.states import InboxState
from tests.factories import later
from tests.payments.disputing import MANAGERS
from tests.payments.stripe.cast import Shop

pytestmark = pytest.mark.django_db
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _managers(settings: Settings) -> None:
    settings.MANAGERS = MANAGERS


@pytest.fixture
def payout(shop: Shop) -> str:
    """Of what was sold; it is on its way."""
    shop.sells()
    mail.outbox.clear()
    with later(A_MINUTE):
        return shop.fake.close_day(shop.merchant.id, early=True)


def news_of(shop: Shop, kind: str) -> dict[str, Any]:
    """What Stripe writes of the payout, the newest letter of that kind."""
    read = (json.loads(body) for body, _headers in shop.letters())
    found: dict[str, Any] = [each for each in read if each["type"] == kind][-1]
    return found


def rings(shop: Shop, kind: str, **given: str) -> InboxEvent:
    """It comes to our door and is worked off."""
    told = news_of(shop, kind) | given
    assert shop.told(told)[0] == 200
    drain_inbox()
    return InboxEvent.objects.get(event_id=told["id"])


def test_staff_hear_at_once_what_did_not_arrive_and_why(shop: Shop, payout: str) -> None:
    shop.fake.fail_payout(payout)

    event = rings(shop, "payout.failed")

    (sent,) = mail.outbox
    (amount,) = [told["amount"] for told in shop.objects("payout")]
    assert "A payout did not arrive" in sent.subject
    assert f"stripe {payout}: £{amount / 100:.2f} (account_closed: The bank" in sent.body
    assert (event.state, event.last_error) == (InboxState.DONE, "")


def test_what_no_webhook_told_is_found_in_the_list_of_events(shop: Shop, payout: str) -> None:
    read_feeds()
    shop.fake.fail_payout(payout)

    with later(A_MINUTE):
        read_feeds()
        drain_inbox()

    assert [payout in sent.body for sent in mail.outbox] == [True]


def test_of_one_payout_nobody_is_told_twice(shop: Shop, payout: str) -> None:
    shop.fake.fail_payout(payout)
    event = rings(shop, "payout.failed")

    rings(shop, "payout.failed", id="evt_again")
    rings(shop, "payout.failed", id="evt_other", type="payout.canceled")
    list(replay([event]))

    assert len(mail.outbox) == 1
    assert FailedPayout.objects.get().ref == payout


def test_what_stripe_says_now_counts_and_not_the_event(shop: Shop, payout: str) -> None:
    event = rings(shop, "payout.created", id="evt_1", type="payout.failed")

    assert mail.outbox == []
    assert event.state == InboxState.IGNORED
    assert event.last_error == "the provider says that this payout did not come back"


@pytest.mark.parametrize("kind", ["payout.created", "payout.paid", "payout.updated"])
def test_what_else_happens_to_a_payout_is_left_to_the_report(
    shop: Shop, payout: str, kind: str
) -> None:
    event = rings(shop, "payout.created", id="evt_1", type=kind)

    assert mail.outbox == []
    assert event.state == InboxState.IGNORED
    assert event.last_error == "what was paid out is read from the provider's report"


def test_where_stripe_is_not_reached_it_is_asked_again(shop: Shop, payout: str) -> None:
    shop.fake.fail_payout(payout)
    shop.fake.trouble.next("error_before", on="/v1/payouts")
    event = rings(shop, "payout.failed")
    assert (event.state, mail.outbox) == (InboxState.RECEIVED, [])

    with later(A_MINUTE):
        drain_inbox()

    assert len(mail.outbox) == 1


def test_a_mail_that_failed_is_sent_with_the_next_alerts(
    shop: Shop, payout: str, settings: Settings
) -> None:
    shop.fake.fail_payout(payout)
    working, settings.EMAIL_BACKEND = (
        settings.EMAIL_BACKEND,
        "tests.orders.broken_mail.BrokenBackend",
    )
    rings(shop, "payout.failed")
    settings.EMAIL_BACKEND = working

    with later(timedelta(hours=1)):
        assert alert_of_failed_payouts() == 1
        assert alert_of_failed_payouts() == 0

    assert len(mail.outbox) == 1
