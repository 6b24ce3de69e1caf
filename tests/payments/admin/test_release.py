"""The page to let go of a hold: for open orders and those who may capture, and only once."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments.badges import badge
from payments.models import Operation, Payment
from payments.states import OperationKind, OperationStatus
from payments.timeline import Happening, Kind, timeline
from tests.factories import an_attempt
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.services.cast import a_hold, apply, capture, held

pytestmark = pytest.mark.django_db(transaction=True)
CAPTURE = "payments.capture_payment"


@pytest.fixture
def order() -> Order:
    """An open order of which the bank holds a part."""
    attempt = a_hold()
    part = held(attempt, authorized=4000)
    apply(attempt, part)
    return Order.objects.get()


def url(order: Order) -> str:
    return reverse("admin:orders_order_release", args=[order.pk])


def press(client: Client, order: Order) -> str:
    return client.post(url(order), {"request_key": "k"}, follow=True).text


def test_the_order_leads_to_the_page_which_says_what_follows(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)

    assert url(order) in clerk.get(order_url(order)).text
    assert "alice@example.com is asked to pay another way" in clerk.get(url(order)).text


def test_pressing_twice_releases_once_and_notes_who_did(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)

    said = [press(clerk, order) for _ in range(2)]

    assert "What is held is released within seconds." in said[0]
    assert "Nothing is held any more" in said[1]
    assert Operation.objects.count() == 1
    assert LogEntry.objects.get().change_message == "Release of what is held requested"


def test_the_hold_of_a_confirmed_order_is_refused_on_the_page(order: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)
    Order.objects.update(state="confirmed")

    assert url(order) not in clerk.get(order_url(order)).text
    assert "Only a hold of an open order is released: cancel this one." in press(clerk, order)
    assert not Operation.objects.exists()


def test_who_may_not_capture_may_not_release(order: Order) -> None:
    assert staff(SEE_ORDERS).post(url(order), {"request_key": "k"}).status_code == 403
    assert not Operation.objects.exists()


@pytest.fixture
def charged_in_part() -> Order:
    """A confirmed order of which a part is captured and the rest is held."""
    attempt = a_hold()
    apply(attempt, held(attempt))
    capture(attempt, 2500, final=False)
    apply(attempt, held(attempt, captured=2500))
    return Order.objects.get()


def rest_url(order: Order) -> str:
    return reverse("admin:orders_order_release_rest", args=[order.pk])


def test_pressing_twice_releases_the_rest_once_and_notes_who_did(charged_in_part: Order) -> None:
    clerk = staff(SEE_ORDERS, CAPTURE)
    assert rest_url(charged_in_part) in clerk.get(order_url(charged_in_part)).text

    url = rest_url(charged_in_part)
    said = [clerk.post(url, {"request_key": "k"}, follow=True).text for _ in range(2)]

    assert "What is held is released within seconds." in said[0]
    assert "Nothing is held any more" in said[1]
    assert Operation.objects.filter(kind="void").count() == 1
    assert LogEntry.objects.get().change_message == "Release of the rest requested"
    assert url not in clerk.get(order_url(charged_in_part)).text


def test_who_may_not_capture_may_not_release_the_rest(charged_in_part: Order) -> None:
    answer = staff(SEE_ORDERS).post(rest_url(charged_in_part), {"request_key": "k"})

    assert answer.status_code == 403
    assert not Operation.objects.filter(kind="void").exists()


def test_the_story_says_who_released_the_hold_and_how_it_went(order: Order) -> None:
    press(staff(SEE_ORDERS, CAPTURE), order)

    (release,) = releases(order)

    assert release.title == "Release of £40.00 requested"
    assert release.detail == "by clerk"
    assert release.badge == badge(OperationStatus.REQUESTED)


def test_a_release_that_failed_says_why(order: Order) -> None:
    press(staff(SEE_ORDERS, CAPTURE), order)
    Operation.objects.update(
        status=OperationStatus.FAILED, error_code="not_voidable", next_run_at=None
    )

    (release,) = releases(order)

    assert release.badge == badge(OperationStatus.FAILED)
    assert "not_voidable" in release.detail


def test_who_cancelled_the_order_released_its_hold(order: Order) -> None:
    clerk = staff(SEE_ORDERS, "payments.cancel_payment")

    clerk.post(
        reverse("admin:orders_order_cancel", args=[order.pk]), {"reason": "r", "request_key": "k"}
    )

    assert [each.detail for each in releases(order)] == ["by clerk"]


def test_closing_an_attempt_that_holds_nothing_is_no_release() -> None:
    attempt = an_attempt()
    Operation.objects.create(
        attempt=attempt, kind=OperationKind.VOID, request_key=f"void:{attempt.our_ref}", amount=6000
    )

    assert releases(attempt.payment.order) == []


def releases(order: Order) -> list[Happening]:
    story = timeline(order, Payment.objects.get(order=order))
    return [each for each in story if each.kind == Kind.RELEASE]
