"""The buttons of a review: on its page and on the order's, each by its permission, each once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from orders.formats import format_moment
from payments.models import Payment, Review
from payments.models.records import ReviewAct
from payments.providers.base import DisputeSeen, DisputeStatus
from tests.factories import a_payment, an_account, an_attempt, captured
from tests.payments.admin.cast import SEE_ORDERS, order_url, staff
from tests.payments.reviewing import a_review, close, short_of_60
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
SEE = "payments.view_review"
ACCEPT, NOTE = "payments.accept_payment", "payments.resolve_review"


def page_of(review: Review) -> str:
    return reverse("admin:payments_review_change", args=[review.pk])


def button(review: Review, act: ReviewAct) -> str:
    return reverse("admin:payments_review_act", args=[review.pk, act])


def press(clerk: Client, review: Review, act: ReviewAct, **given: str) -> HttpResponse:
    data = {"request_key": "k1", "note": "agreed by phone"} | given
    return clerk.post(button(review, act), data)  # type: ignore[return-value]  # a test response


@pytest.fixture
def review() -> Review:
    return short_of_60()[1]


@pytest.mark.parametrize("where", [page_of, lambda review: order_url(review.payment.order)])
def test_the_buttons_stand_on_the_page_of_the_review_and_of_its_order(where, review) -> None:  # type: ignore[no-untyped-def]  # a callable of the table
    page = staff(SEE_ORDERS, SEE, ACCEPT, NOTE).get(where(review)).text

    assert button(review, ReviewAct.ACCEPT) in page
    assert button(review, ReviewAct.NOTE) in page


def test_a_button_stands_there_only_for_who_may_press_it(review: Review) -> None:
    page = staff(SEE_ORDERS, SEE, NOTE).get(page_of(review)).text

    assert button(review, ReviewAct.ACCEPT) not in page


def test_reviews_stand_on_the_order_only_for_who_may_see_them(review: Review) -> None:
    assert "till-reviews" not in staff(SEE_ORDERS).get(order_url(review.payment.order)).text


def test_the_page_of_a_button_says_what_will_happen_to_the_money(review: Review) -> None:
    page = staff(SEE_ORDERS, SEE, ACCEPT).get(button(review, ReviewAct.ACCEPT)).text

    assert "What is owed is lowered to what came" in page
    assert "captured £40.00, asked for £60.00" in page


def test_the_page_of_a_button_leads_back_to_the_order(review: Review) -> None:
    page = staff(SEE_ORDERS, SEE, ACCEPT).get(button(review, ReviewAct.ACCEPT)).text

    assert f'<a class="closelink" href="{order_url(review.payment.order)}">' in page


def test_a_press_acts_and_leads_back_to_the_order_with_an_audit_row(review: Review) -> None:
    answer = press(staff(SEE_ORDERS, SEE, ACCEPT), review, ReviewAct.ACCEPT)

    assert answer["Location"] == order_url(review.payment.order)
    review.refresh_from_db()
    assert (review.act, str(review.resolved_by)) == ("accept", "clerk")
    assert "owed £60.00, now £40.00 · agreed by phone" in LogEntry.objects.get().change_message


def test_a_second_click_does_nothing_and_says_so(review: Review) -> None:
    clerk = staff(SEE_ORDERS, SEE, ACCEPT)
    press(clerk, review, ReviewAct.ACCEPT)

    press(clerk, review, ReviewAct.ACCEPT)

    assert Payment.objects.get().amount == 4000
    assert LogEntry.objects.count() == 1
    assert "This was done already." in clerk.get(order_url(review.payment.order)).text


def test_who_comes_second_with_another_form_is_told(review: Review) -> None:
    clerk = staff(SEE_ORDERS, SEE, ACCEPT)
    press(clerk, review, ReviewAct.ACCEPT)

    answer = press(clerk, review, ReviewAct.ACCEPT, request_key="k2")

    assert answer.status_code == 400
    assert "This review has ended already." in answer.content.decode()


@pytest.mark.parametrize(
    "may",
    [(SEE_ORDERS, SEE), (SEE_ORDERS, ACCEPT), (SEE, ACCEPT)],
    ids=["no act", "no review", "no order"],
)
def test_without_permission_nothing_happens(review: Review, may: tuple[str, ...]) -> None:
    assert press(staff(*may), review, ReviewAct.ACCEPT).status_code == 403

    assert Payment.objects.get().amount == 6000


def test_a_button_of_another_kind_is_no_page(review: Review) -> None:
    answer = press(staff(SEE_ORDERS, SEE, NOTE), review, ReviewAct.CHECK_LEDGER)

    assert answer.status_code == 404


def test_who_may_only_accept_refunds_does_not_end_the_review_of_a_short_payment(
    review: Review,
) -> None:
    clerk = staff(SEE_ORDERS, SEE, "payments.accept_refund_payment")

    answer = press(clerk, review, ReviewAct.ACCEPT_REFUND)

    assert answer.status_code == 400
    review.refresh_from_db()
    assert review.resolved_at is None


def test_resolving_with_a_note_needs_the_note() -> None:
    review = a_review(a_payment())

    answer = press(staff(SEE_ORDERS, SEE, NOTE), review, ReviewAct.NOTE, note=" ")

    assert answer.status_code == 400
    review.refresh_from_db()
    assert review.resolved_at is None


def test_a_note_is_kept_with_who_wrote_it() -> None:
    review = a_review(a_payment())

    press(staff(SEE_ORDERS, SEE, NOTE), review, ReviewAct.NOTE)

    review.refresh_from_db()
    assert (review.note, str(review.resolved_by)) == ("agreed by phone", "clerk")


def test_an_ended_review_shows_how_and_has_no_buttons(review: Review) -> None:
    close(review)

    page = staff(SEE_ORDERS, SEE, NOTE).get(page_of(review)).text

    assert "as agreed by mail" in page
    assert button(review, ReviewAct.NOTE) not in page


@pytest.mark.parametrize("where", [page_of, lambda review: order_url(review.payment.order)])
def test_until_when_a_dispute_can_be_answered_stands_there(
    where: Callable[[Review], str],
) -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    due = datetime(2026, 12, 6, 12, tzinfo=UTC)
    opened = DisputeSeen("dp_1", payment.due, DisputeStatus.OPEN, evidence_due_at=due)
    apply(attempt, captured(attempt, disputes=(opened,)))

    page = staff(SEE_ORDERS, SEE).get(where(Review.objects.get())).text

    assert f"Evidence is due by {format_moment(due)}." in page


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [("live", "test", "nothing is owed: close it"), ("test", "live", "refund there")],
)
def test_money_of_another_mode_says_what_is_safe_and_ends_by_a_note_only(
    ours: str, theirs: str, said: str
) -> None:
    attempt = an_attempt(account=an_account(mode=ours))
    apply(attempt, replace(captured(attempt), mode=theirs))
    review = Review.objects.get()

    page = staff(SEE_ORDERS, SEE, NOTE, "payments.ask_provider_payment").get(page_of(review)).text

    assert said in page
    assert button(review, ReviewAct.NOTE) in page
    assert button(review, ReviewAct.ASK_NOW) not in page


def test_what_was_closed_is_not_asked_again_by_the_same_answer() -> None:
    attempt = an_attempt()
    apply(attempt, replace(captured(attempt), mode="live"))
    close(Review.objects.get())

    apply(attempt, replace(captured(attempt), mode="live"))

    assert Review.objects.get().resolved_at


@pytest.mark.parametrize("may_see", [True, False])
def test_who_cancels_is_told_of_an_answer_that_nobody_could_book(may_see: bool) -> None:
    attempt = an_attempt()
    apply(attempt, replace(captured(attempt), mode="live"))
    cancel = reverse("admin:orders_order_cancel", args=[attempt.payment.order_id])
    clerk = staff(SEE_ORDERS, "payments.cancel_payment", *([SEE] if may_see else []))

    page = clerk.get(cancel).text

    assert "cancelling gives nothing of it back" in page
    assert (page_of(Review.objects.get()) in page) == may_see


@pytest.mark.parametrize(
    ("act", "refunds"),
    [(ReviewAct.ACCEPT, False), (ReviewAct.NOTE, False), (ReviewAct.GIVE_BACK, True)],
)
def test_a_note_speaks_of_refunds_only_where_one_is_made_with_it(
    review: Review, act: ReviewAct, refunds: bool
) -> None:
    clerk = staff(SEE_ORDERS, SEE, ACCEPT, NOTE, "payments.cancel_payment")

    page = clerk.get(button(review, act)).context["form"]

    assert ("refund" in str(page.fields["note"].help_text)) == refunds
