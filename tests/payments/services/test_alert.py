"""Staff are told of events given up: once each, by one mail for all."""

from __future__ import annotations

import django
import pytest
from django.core import mail
from pytest_django import Settings

from payments.models import Attempt, InboxEvent
from payments.queries import MOST_FEED_FAILURES
from payments.services.alert import alert_of_dead_events, alert_of_failing_feeds
from payments.services.inbox import put_back
from payments.states import InboxState
from tests.factories import an_account, an_attempt
from tests.payments.sending import dead as given_up
from tests.payments.sending import stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _managers(settings: Settings) -> None:
    names = ["ann@example.com"] if django.VERSION >= (6,) else [("Ann", "ann@example.com")]
    settings.MANAGERS = names


def dead(*names: str) -> None:
    account = an_account()
    for name in names:
        InboxEvent.objects.create(
            account=account, event_id=name, kind="x", body=b"{}", state=InboxState.DEAD
        )


def test_one_mail_tells_of_all_of_them() -> None:
    dead("evt_1", "evt_2")

    assert alert_of_dead_events() == 2

    (sent,) = mail.outbox
    assert "2 webhooks were given up" in sent.subject
    assert "sandbox: 2" in sent.body


def test_nobody_is_told_twice() -> None:
    dead("evt_1")
    alert_of_dead_events()

    assert alert_of_dead_events() == 0
    assert len(mail.outbox) == 1


def test_what_came_again_and_died_again_is_told_of_again() -> None:
    event = given_up(an_attempt())
    alert_of_dead_events()
    stored(Attempt.objects.get())

    put_back(event.pk, ValueError())

    assert alert_of_dead_events() == 1


def test_nobody_is_told_of_events_that_go_well() -> None:
    dead("evt_1")
    InboxEvent.objects.update(state=InboxState.PARKED)

    assert alert_of_dead_events() == 0
    assert not mail.outbox


def test_a_mail_that_fails_is_sent_the_next_time(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    dead("evt_1")
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    alert_of_dead_events()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert alert_of_dead_events() == 1

    assert len(mail.outbox) == 1
    assert "nobody was told of them" in caplog.text


def test_the_log_tells_of_them_too(caplog: pytest.LogCaptureFixture) -> None:
    dead("evt_1")

    alert_of_dead_events()

    assert "1 webhook events were given up: {'sandbox': 1}" in caplog.text


def failing(failures: int = MOST_FEED_FAILURES) -> None:
    an_account(feed_failures=failures)


def test_a_list_of_events_that_fails_is_told_of_once_until_it_is_read_again() -> None:
    failing()

    assert [alert_of_failing_feeds() for _ in range(2)] == [1, 0]

    (sent,) = mail.outbox
    assert f"sandbox: {MOST_FEED_FAILURES}" in sent.body


def test_who_is_told_of_a_list_that_fails_is_told_what_to_do() -> None:
    failing()

    alert_of_failing_feeds()

    assert "Run “manage.py payments_doctor” with the account's code" in mail.outbox[0].body


def test_a_short_outage_of_a_list_tells_nobody() -> None:
    failing(MOST_FEED_FAILURES - 1)

    assert alert_of_failing_feeds() == 0
    assert not mail.outbox


def test_a_mail_about_a_list_that_fails_is_sent_the_next_time(settings: Settings) -> None:
    failing()
    settings.EMAIL_BACKEND = "tests.orders.broken_mail.BrokenBackend"
    alert_of_failing_feeds()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert alert_of_failing_feeds() == 1
