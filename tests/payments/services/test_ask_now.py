"""Asking again ends a review where the answer settles it, and else leaves it open."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest

from orders.states import OrderState
from payments.errors import ReviewRefused
from payments.models import Attempt, ProviderAccount, Review
from payments.models.payment import MISMATCH
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.reviews import GUIDES
from payments.services.resolve import resolve_review
from payments.services.start import submit_attempt
from tests.factories import a_refund_seen, an_account, an_attempt, an_order, captured
from tests.payments.refunding import a_refund
from tests.payments.reviewing import a_review, press, pressing
from tests.payments.services.cast import apply
from tests.payments.shopper import pay_at_bank

pytestmark = pytest.mark.django_db(transaction=True)
NOBODY = "http://127.0.0.1:9"


def about(attempt: Attempt, kind: ReviewKind) -> Review:
    return a_review(attempt.payment, kind, subject=attempt.our_ref)


def is_open(review: Review) -> bool:
    review.refresh_from_db()
    return review.resolved_at is None


def test_an_answer_ends_the_review_and_is_booked(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url)
    review = about(attempt, ReviewKind.NO_ANSWER)

    assert press(review, ReviewAct.ASK_NOW)

    assert not is_open(review)
    attempt.payment.order.refresh_from_db()
    assert attempt.payment.order.state == OrderState.CONFIRMED


def test_who_asked_is_written_down_once_where_the_answer_ends_the_review(
    account: ProviderAccount,
) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url)
    review, noted = about(attempt, ReviewKind.NO_ANSWER), list[str]()
    ending = replace(pressing(review, ReviewAct.ASK_NOW), audit=noted.append)

    assert [resolve_review(ending) for _ in range(2)] == [True, False]

    review.refresh_from_db()
    assert noted == [review.note]


def test_no_answer_leaves_the_review_open() -> None:
    attempt = an_attempt(account=an_account(base_url=NOBODY))
    review = about(attempt, ReviewKind.NO_ANSWER)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    assert is_open(review)


def test_a_page_that_nobody_has_paid_on_yet_settles_nothing(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    review = about(attempt, ReviewKind.NO_ANSWER)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    assert is_open(review)


def test_an_answer_that_names_us_rightly_ends_a_mismatch(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    Attempt.objects.filter(pk=attempt.pk).update(error_code=MISMATCH)
    review = about(attempt, ReviewKind.MISMATCH)

    assert press(review, ReviewAct.ASK_NOW)

    attempt.refresh_from_db()
    assert attempt.error_code == ""


def test_a_refund_of_which_we_have_heard_ends_its_review() -> None:
    attempt = an_attempt(account=an_account(base_url=NOBODY))
    apply(attempt, captured(attempt))
    refund = a_refund(attempt.payment, 1000, request_key="k").operations.get()
    review = a_review(attempt.payment, ReviewKind.NO_ANSWER, subject=refund.our_ref)
    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    apply(attempt, captured(attempt, refunds=(a_refund_seen(1000, our_ref=refund.our_ref),)))

    assert press(review, ReviewAct.ASK_NOW)


def test_a_dispute_that_the_answer_does_not_decide_keeps_its_review() -> None:
    attempt = an_attempt(an_order(), an_account(base_url=NOBODY))
    opened = DisputeSeen("dp_1", attempt.money(6000), DisputeStatus.OPEN)
    apply(attempt, captured(attempt, disputes=(opened,)))
    review = Review.objects.get(kind=ReviewKind.DISPUTE)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    review.refresh_from_db()
    assert review.resolved_at is None


def test_a_second_click_asks_nobody_any_more(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url)
    review = about(attempt, ReviewKind.NO_ANSWER)
    press(review, ReviewAct.ASK_NOW, key="once")
    calls = attempt.calls.count()

    assert not press(review, ReviewAct.ASK_NOW, key="once")

    assert attempt.calls.count() == calls


def test_an_answer_that_can_be_read_ends_a_bad_one(account: ProviderAccount) -> None:
    attempt = submit_attempt(an_attempt(account=account))
    review = about(attempt, ReviewKind.BAD_ANSWER)

    assert press(review, ReviewAct.ASK_NOW)

    assert not is_open(review)


def test_without_an_answer_a_bad_one_stays_bad() -> None:
    review = about(an_attempt(account=an_account(base_url=NOBODY)), ReviewKind.BAD_ANSWER)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)

    assert is_open(review)


@pytest.mark.parametrize("kind", [k for k, g in GUIDES.items() if ReviewAct.ASK_NOW in g.acts])
def test_of_every_kind_that_is_asked_about_it_is_known_what_settles_it(kind: ReviewKind) -> None:
    review = about(an_attempt(account=an_account(base_url=NOBODY)), kind)

    with suppress(ReviewRefused):
        press(review, ReviewAct.ASK_NOW)
