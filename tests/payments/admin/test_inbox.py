"""Webhook events in the admin: read-only, their bodies only by permission."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.models import InboxEvent
from tests.factories import an_attempt
from tests.payments.admin.cast import SEE_ORDERS, a_webhook, order_url, staff

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_inboxevent_changelist")
SEE = "payments.view_inboxevent"
BODY = "payments.view_webhook_body"


def url(event: InboxEvent) -> str:
    return reverse("admin:payments_inboxevent_change", args=[event.pk])


def body_url(event: InboxEvent) -> str:
    return reverse("admin:payments_inboxevent_body", args=[event.pk])


def test_the_page_shows_the_body_without_what_is_personal() -> None:
    attempt = an_attempt()
    event = a_webhook(attempt)

    page = staff(SEE, BODY).get(url(event)).content.decode()

    assert attempt.our_ref in page
    assert "4242" not in page
    assert not LogEntry.objects.exists()


def test_the_whole_body_is_shown_by_permission_and_that_is_noted() -> None:
    event = a_webhook(an_attempt())

    answer = staff(SEE, BODY).get(body_url(event))

    assert "4242" in answer.content.decode()
    noted = LogEntry.objects.get()
    assert (str(noted.user), noted.object_id) == ("clerk", str(event.pk))
    assert noted.get_change_message() == "Read the whole body"


@pytest.mark.parametrize("may", [(SEE,), (BODY,)], ids=str)
def test_the_whole_body_is_hidden_from_all_others(may: tuple[str, ...]) -> None:
    event = a_webhook(an_attempt())
    clerk = staff(*may)

    assert clerk.get(body_url(event)).status_code == 403
    assert body_url(event) not in clerk.get(url(event)).content.decode()
    assert not LogEntry.objects.exists()


def test_a_body_that_is_no_json_is_shown_as_text() -> None:
    event = a_webhook(an_attempt())
    InboxEvent.objects.update(body=b"<script>\xff")

    page = staff(SEE, BODY).get(body_url(event)).content.decode()

    assert "&lt;script&gt;\ufffd" in page


def test_a_forgotten_body_is_named_as_such() -> None:
    event = a_webhook(an_attempt())
    InboxEvent.objects.update(body=b"", forgotten_at=now())
    clerk = staff(SEE, BODY)

    assert "only that it came is kept" in clerk.get(url(event)).content.decode()
    assert clerk.get(body_url(event)).status_code == 404


def test_the_list_leads_to_the_order() -> None:
    attempt = an_attempt()
    a_webhook(attempt)

    page = staff(SEE, SEE_ORDERS).get(LIST).content.decode()

    assert order_url(attempt.payment.order) in page
    assert '<span class="till-badge till-good">done</span>' in page


@pytest.mark.parametrize("what", ["event", "reference", "number"])
def test_an_event_is_found_by(what: str) -> None:
    attempt = an_attempt()
    event = a_webhook(attempt)
    a_webhook(an_attempt())
    term = {
        "event": event.event_id,
        "reference": attempt.our_ref,
        "number": attempt.payment.order.number,
    }[what]

    answer = staff(SEE).get(LIST, {"q": term})

    assert [row.pk for row in answer.context["cl"].result_list] == [event.pk]


def test_the_list_takes_as_many_statements_for_many_events(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        a_webhook(an_attempt())
    clerk = staff(SEE)

    with django_assert_num_queries(7):  # as the orders, and the accounts to filter by
        clerk.get(LIST)


def test_nobody_changes_an_event(admin_client: object) -> None:
    event = a_webhook(an_attempt())

    answer = staff(SEE, "payments.change_inboxevent").post(url(event), {"state": "dead"})

    assert answer.status_code == 403
    assert InboxEvent.objects.get().state == "done"
