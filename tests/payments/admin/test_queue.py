"""The queue: all that needs a person and this person may see, with the next steps, cheaply."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from orders.models import CancellationRequest, ReturnRequest
from payments.admin.queue.page import GLANCE, PER_PAGE
from payments.models import Attempt, InboxEvent, Refund, Review
from payments.models.records import ReviewKind
from payments.states import Approval, InboxState
from tests.factories import an_attempt, an_order
from tests.orders.goods import a_received_return, a_return, an_approved_return
from tests.payments.admin.cast import APPROVE, REFUND, SEE_ORDERS, a_webhook, order_url, staff
from tests.payments.admin.waiting import (
    QUEUE,
    SEE_DISPUTES,
    SEE_REVIEWS,
    a_dispute,
    a_review,
    sections,
    titles,
)

pytestmark = pytest.mark.django_db


def a_waiting_refund(attempt: Attempt, *, by: int | None = None) -> Refund:
    return Refund.objects.create(
        payment=attempt.payment,
        request_key=f"staff:{attempt.pk}",
        amount=700,
        approval=Approval.WAITING,
        requested_by_id=by,
    )


def a_dead_event(attempt: Attempt) -> InboxEvent:
    event = a_webhook(attempt)
    InboxEvent.objects.filter(pk=event.pk).update(state=InboxState.DEAD, last_error="no such order")
    return event


def everything() -> Attempt:
    """One question of each kind, all about orders of their own but the dispute's."""
    a_dispute(an_attempt())
    a_review(an_attempt())
    a_review(an_attempt(), ReviewKind.HOLD_ENDING)
    a_waiting_refund(an_attempt())
    CancellationRequest.objects.create(order=an_order())
    attempt = an_attempt()
    a_dead_event(attempt)
    return attempt


ALL = (
    *(SEE_ORDERS, SEE_REVIEWS, SEE_DISPUTES, APPROVE, "payments.view_refund"),
    *("orders.view_cancellationrequest", "orders.view_returnrequest", "payments.view_inboxevent"),
)


def test_all_that_needs_a_person_stands_on_one_page_the_most_urgent_kind_first() -> None:
    everything()

    shown = sections(*ALL)

    assert shown == ["disputes", "holds", "approvals", "wishes", "reviews", "events"]


@pytest.mark.parametrize(
    ("permission", "section"),
    [
        (SEE_DISPUTES, ["disputes"]),
        (SEE_REVIEWS, ["holds", "reviews"]),
        (APPROVE, ["approvals"]),
        ("orders.view_cancellationrequest", ["wishes"]),
        ("payments.view_inboxevent", ["events"]),
    ],
)
def test_a_person_sees_what_they_may_see_and_nothing_else(
    permission: str, section: list[str]
) -> None:
    everything()

    assert sections(permission) == section


def test_who_may_see_none_of_it_has_no_such_page() -> None:
    answer = staff(SEE_ORDERS).get(QUEUE)

    assert answer.status_code == 403


def test_where_nothing_waits_the_page_says_so() -> None:
    page = staff(*ALL).get(QUEUE).content.decode()

    assert "Nothing needs you right now." in page


def test_the_oldest_question_stands_first() -> None:
    newer, older = a_review(an_attempt(), hours=1), a_review(an_attempt(), hours=5)

    page = staff(SEE_REVIEWS).get(QUEUE)

    rows = page.context["parts"][0].rows
    assert [row.since for row in rows] == [older.opened_at, newer.opened_at]


def test_what_was_resolved_is_gone() -> None:
    review = a_review(an_attempt())
    Review.objects.filter(pk=review.pk).update(resolved_at=now())

    assert titles([SEE_REVIEWS]) == []


def test_a_row_says_what_happened_its_money_and_leads_to_its_order() -> None:
    attempt = an_attempt()
    a_review(attempt)

    page = staff(SEE_ORDERS, SEE_REVIEWS).get(QUEUE).content.decode()

    assert "The provider&#x27;s answer cannot be read" in page
    assert "£60.00" in page
    assert order_url(attempt.payment.order) in page


def test_a_row_offers_the_buttons_that_this_person_may_press() -> None:
    review = a_review(an_attempt())

    page = staff(SEE_ORDERS, SEE_REVIEWS, "payments.resolve_review").get(QUEUE).content.decode()

    assert reverse("admin:payments_review_act", args=[review.pk, "note"]) in page
    assert reverse("admin:payments_review_act", args=[review.pk, "ask_now"]) not in page


def test_who_asked_for_a_refund_reads_that_somebody_else_approves_it() -> None:
    clerk = staff(SEE_ORDERS, APPROVE)
    mine = a_waiting_refund(an_attempt(), by=int(clerk.session["_auth_user_id"]))

    page = clerk.get(QUEUE).content.decode()

    assert "somebody else approves it" in page
    assert reverse("admin:payments_refund_decide", args=[mine.pk, "reject"]) in page
    assert reverse("admin:payments_refund_decide", args=[mine.pk, "approve"]) not in page


@pytest.mark.parametrize(
    ("make", "act", "price"),
    [(a_return, "approve", "£42.00"), (a_received_return, "refund", "£42.00")],
)
def test_a_return_waits_for_a_decision_and_again_once_it_has_come(
    make: Callable[[], ReturnRequest], act: str, price: str
) -> None:
    asked = make()
    may = [SEE_ORDERS, "orders.view_returnrequest", "orders.approve_returnrequest", REFUND]

    page = staff(*may).get(QUEUE).content.decode()

    assert reverse("admin:orders_returnrequest_act", args=[asked.pk, act]) in page
    assert price in page


def test_a_return_whose_parcel_is_awaited_needs_nobody() -> None:
    an_approved_return()

    assert sections("orders.view_returnrequest") == []


def test_a_return_whose_refund_waits_for_approval_is_no_second_question() -> None:
    asked = a_received_return()
    refund = a_waiting_refund(asked.order.payment.attempts.get())
    Refund.objects.filter(pk=refund.pk).update(return_request=asked)

    assert sections("orders.view_returnrequest", "payments.view_refund") == ["approvals"]


def test_a_webhook_that_was_given_up_can_be_replayed_from_here() -> None:
    event = a_dead_event(an_attempt())

    page = staff("payments.view_inboxevent", "payments.replay_webhook").get(QUEUE).content.decode()

    assert f"ids={event.pk}" in page
    assert "no such order" in page


def test_a_long_section_is_counted_to_a_hundred_and_read_page_after_page(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    attempt = an_attempt()
    for n in range(PER_PAGE + 3):
        a_review(attempt, hours=n, subject=f"{n}")
    clerk = staff(SEE_REVIEWS)

    first = clerk.get(QUEUE, {"of": "reviews"}).context["parts"][0]
    with django_assert_num_queries(9):  # four of the clerk; place, rows, count; two of the cases
        second = clerk.get(QUEUE, {"of": "reviews", "from": first.after}).context["parts"][0]

    assert (len(first.rows), first.counted) == (PER_PAGE, str(PER_PAGE + 3))
    assert (len(second.rows), second.after) == (3, "")


def test_a_count_ends_at_a_hundred() -> None:
    attempt = an_attempt()
    Review.objects.bulk_create(
        Review(kind=ReviewKind.NO_ANSWER, payment=attempt.payment, subject_ref=f"{n}")
        for n in range(102)
    )

    page = staff(SEE_REVIEWS).get(QUEUE).content.decode()

    assert "Questions about money (100+)" in page


def test_the_whole_page_costs_the_same_however_much_waits(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(GLANCE):
        everything()
    clerk = staff(*ALL)

    # four of the clerk; rows of seven sections, of two of them once more and with what belongs
    # to them: evidence and reviews of disputes, thrice attempts and operations, lines of refunds
    with django_assert_num_queries(20):
        clerk.get(QUEUE)


def test_a_section_that_is_none_is_no_page() -> None:
    assert staff(SEE_REVIEWS).get(QUEUE, {"of": "nothing"}).status_code == 404


def test_the_order_list_leads_to_the_queue() -> None:
    page = staff(SEE_ORDERS, SEE_REVIEWS).get(reverse("admin:orders_order_changelist"))

    assert f'href="{QUEUE}"' in page.content.decode()
