"""Webhook events in the admin: read-only, their bodies only by permission."""

from __future__ import annotations

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import InboxEvent
from tests.factories import an_attempt
from tests.payments.admin.cast import a_webhook, order_url, staff

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_inboxevent_changelist")
SEE = "payments.view_inboxevent"


def url(event: InboxEvent) -> str:
    return reverse("admin:payments_inboxevent_change", args=[event.pk])


def test_the_body_is_masked_without_permission() -> None:
    event = a_webhook(an_attempt())

    page = staff(SEE).get(url(event)).content.decode()

    assert "hidden: you need the permission" in page
    assert "4242" not in page


def test_the_body_is_shown_with_permission() -> None:
    event = a_webhook(an_attempt())

    assert "4242" in staff(SEE, "payments.view_webhook_body").get(url(event)).content.decode()


def test_a_body_that_is_no_json_is_shown_as_text() -> None:
    event = a_webhook(an_attempt())
    InboxEvent.objects.update(body=b"<script>\xff")

    page = staff(SEE, "payments.view_webhook_body").get(url(event)).content.decode()

    assert "&lt;script&gt;\ufffd" in page


def test_the_list_leads_to_the_order() -> None:
    attempt = an_attempt()
    a_webhook(attempt)

    page = staff(SEE).get(LIST).content.decode()

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
