"""Replaying from the admin: chosen in the list, confirmed on a page that says how it went."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.admin import inbox
from payments.models import InboxEvent, Payment
from payments.states import InboxState, PaymentStatus
from tests.factories import an_attempt
from tests.payments.admin.cast import SEE_ORDERS, staff
from tests.payments.sending import dead

pytestmark = pytest.mark.django_db
SEE, REPLAY = "payments.view_inboxevent", "payments.replay_webhook"
LIST = reverse("admin:payments_inboxevent_changelist")
PAGE = reverse("admin:payments_inboxevent_replay")
ORDERS = reverse("admin:orders_order_changelist")


def ids(*events: InboxEvent) -> dict[str, str]:
    return {"ids": ",".join(str(event.pk) for event in events)}


def choose(clerk: Client, *events: InboxEvent) -> str:
    """Tick events in the list and ask for a replay; the address that leads to."""
    chosen = {"action": "replay", "_selected_action": [event.pk for event in events]}
    return str(clerk.post(LIST, chosen).headers["Location"])


@pytest.fixture
def clerk() -> Client:
    return staff(SEE, REPLAY)


def test_chosen_events_are_shown_before_anything_is_done(clerk: Client) -> None:
    event = dead(an_attempt())

    page = clerk.get(choose(clerk, event)).content.decode()

    assert event.event_id in page
    assert f'name="ids" value="{event.pk}"' in page
    assert InboxEvent.objects.get().state == InboxState.DEAD


def test_the_page_says_what_came_of_each(clerk: Client) -> None:
    good, broken = dead(an_attempt()), dead(an_attempt(), body=b"{}")

    page = clerk.post(PAGE, ids(good, broken)).content.decode()

    assert "1 of 2 events are done." in page
    assert "BadAnswer: malformed answer: event.data is not an object" in page
    assert Payment.objects.filter(status=PaymentStatus.PAID).count() == 1


def test_each_replay_is_noted(clerk: Client) -> None:
    good, broken = dead(an_attempt()), dead(an_attempt(), body=b"{}")

    clerk.post(PAGE, ids(good, broken))

    noted = {int(row.object_id or 0): row.get_change_message() for row in LogEntry.objects.all()}
    assert noted == {
        good.pk: "Replayed: done",
        broken.pk: "Replayed, not done: BadAnswer: malformed answer: event.data is not an object",
    }


def test_sent_twice_it_books_once(clerk: Client) -> None:
    event = dead(an_attempt())

    for _ in range(2):
        clerk.post(PAGE, ids(event))

    assert Payment.objects.get().captured == 6000


def test_without_the_permission_nothing_is_replayed() -> None:
    event = dead(an_attempt())
    clerk = staff(SEE)

    assert clerk.post(PAGE, ids(event)).status_code == 403
    clerk.post(LIST, {"action": "replay", "_selected_action": [event.pk]})

    assert InboxEvent.objects.get().state == InboxState.DEAD
    assert (
        PAGE
        not in clerk.get(
            reverse("admin:payments_inboxevent_change", args=[event.pk])
        ).content.decode()
    )


def test_an_events_page_leads_to_its_replay(clerk: Client) -> None:
    event = dead(an_attempt())

    page = clerk.get(reverse("admin:payments_inboxevent_change", args=[event.pk]))

    assert f"{PAGE}?ids={event.pk}" in page.content.decode()


@pytest.mark.parametrize("asked", ["", "x,-1", "9999999"])
def test_what_is_not_there_is_not_replayed(clerk: Client, asked: str) -> None:
    assert "None of the chosen events" in clerk.post(PAGE, {"ids": asked}).content.decode()


def test_more_than_a_page_can_do_is_for_the_command(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "MOST", 1)
    events = [dead(an_attempt()), dead(an_attempt())]
    chosen = {"action": "replay", "_selected_action": [event.pk for event in events]}

    page = clerk.post(LIST, chosen, follow=True).content.decode()

    assert "At most 1 events at once; the command replay_webhooks takes more." in page


@pytest.mark.django_db(transaction=True)
def test_a_host_with_atomic_requests_replays_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    event = dead(an_attempt())

    staff(SEE, REPLAY).post(PAGE, ids(event))

    assert InboxEvent.objects.get().state == InboxState.DONE


def test_the_orders_say_that_events_were_given_up() -> None:
    dead(an_attempt())

    page = staff(SEE_ORDERS, SEE).get(ORDERS).content.decode()

    assert "1 webhook event was given up" in page
    assert f"{LIST}?state__exact=dead" in page


def test_the_orders_say_nothing_to_who_may_not_see_events() -> None:
    dead(an_attempt())

    assert "given up" not in staff(SEE_ORDERS).get(ORDERS).content.decode()


def test_the_list_of_orders_takes_one_statement_more_for_who_may_see_events(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    dead(an_attempt())
    clerk = staff(SEE_ORDERS, SEE)

    with django_assert_num_queries(6):
        clerk.get(ORDERS)
