"""Each review is ended by its buttons, once, in the transaction of what they do."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.models import Order
from orders.services.expire import expire_order
from payments.errors import PaymentError, RefundRefused, ReviewRefused
from payments.models import Operation, Payment, Posting, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus, RefundSeen, RefundStatus
from payments.reviews import BUTTONS, GUIDES
from payments.services import check_ledger
from payments.services.check_ledger import faults
from payments.services.ending import cases_of
from payments.services.resolve import DOES, WHERE, possible_acts
from payments.states import PaymentStatus
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured
from tests.payments.refunding import a_refund
from tests.payments.reviewing import a_failed_refund, a_review, press
from tests.payments.services.cast import apply, damage

pytestmark = pytest.mark.django_db


def acts_of(review: Review) -> list[ReviewAct]:
    payment = Payment.objects.get(pk=review.payment_id)
    (case,) = cases_of(payment, [review])
    return possible_acts(case)


@pytest.mark.parametrize("kind", ReviewKind)
def test_every_kind_has_its_sentence_and_ends_by_a_note_at_least(kind: ReviewKind) -> None:
    guide = GUIDES[kind]

    assert guide.means
    assert guide.todo
    assert guide.acts[-1] == ReviewAct.NOTE


def test_every_button_says_what_it_does_and_does_it() -> None:
    assert set(BUTTONS) == set(DOES) == set(ReviewAct)


@pytest.mark.parametrize("kind", ReviewKind)
def test_a_note_ends_any_review_and_moves_nothing(kind: ReviewKind) -> None:
    payment = a_payment()
    before = Payment.objects.values().get()
    review = a_review(payment, kind)

    assert press(review, ReviewAct.NOTE)

    review.refresh_from_db()
    assert (review.act, review.note) == (ReviewAct.NOTE, "as agreed by mail")
    assert Payment.objects.values().get() == before


def test_a_button_of_another_kind_of_review_is_refused() -> None:
    review = a_review(a_payment(), ReviewKind.LEDGER)

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.REFUND_AGAIN)

    assert not Operation.objects.exists()


def test_a_failed_refund_is_asked_for_again_of_the_same_amount_and_reason() -> None:
    payment = a_payment()
    review = a_failed_refund(payment)

    assert press(review, ReviewAct.REFUND_AGAIN)

    again = Operation.objects.latest("pk")
    assert (again.amount, again.reason, again.status) == (1500, "cracked", "requested")
    assert Payment.objects.get().refund_pending == 1500


def test_a_second_click_refunds_nothing_more() -> None:
    review = a_failed_refund(a_payment())
    press(review, ReviewAct.REFUND_AGAIN, key="once")

    assert not press(review, ReviewAct.REFUND_AGAIN, key="once")

    assert Operation.objects.count() == 2


def test_what_cannot_be_refunded_again_leaves_the_review_open() -> None:
    payment = a_payment()
    review = a_failed_refund(payment, 6000)
    attempt = payment.attempts.get()
    lost = DisputeSeen("dp_1", payment.money(6000), DisputeStatus.OPEN)
    apply(attempt, captured(attempt, disputes=(lost,)))

    with pytest.raises(RefundRefused):
        press(review, ReviewAct.REFUND_AGAIN)

    review.refresh_from_db()
    assert review.resolved_at is None
    assert ReviewAct.REFUND_AGAIN not in acts_of(review)


def test_what_another_has_given_back_meanwhile_is_not_refunded_in_part() -> None:
    payment = a_payment(amount=6000)
    review = a_failed_refund(payment, 4000)
    a_refund(payment, 4000, note="cracked", request_key="by another")

    with pytest.raises(RefundRefused):
        press(review, ReviewAct.REFUND_AGAIN)

    assert Payment.objects.get().refund_pending == 4000


def test_what_was_returned_elsewhere_leaves_our_own_bank_account_in_the_ledger() -> None:
    payment = a_payment()
    review = a_failed_refund(payment)

    assert press(review, ReviewAct.ELSEWHERE)

    payment.refresh_from_db()
    moved = dict(Posting.objects.filter(entry__kind="elsewhere").values_list("account", "amount"))
    assert moved == {"bank": -1500, "sales": 1500}
    assert payment.status == PaymentStatus.PARTIALLY_REFUNDED
    assert payment.refundable == payment.money(4500)
    assert list(faults()) == []


def test_a_second_click_returns_nothing_more_elsewhere() -> None:
    review = a_failed_refund(a_payment())
    press(review, ReviewAct.ELSEWHERE, key="once")

    assert not press(review, ReviewAct.ELSEWHERE, key="once")

    assert Payment.objects.get().returned_elsewhere == 1500


def test_what_was_returned_elsewhere_cannot_be_refunded_too() -> None:
    payment = a_payment()
    press(a_failed_refund(payment, 6000), ReviewAct.ELSEWHERE)

    with pytest.raises(RefundRefused):
        a_refund(payment, 1, request_key="more")


def test_surplus_whose_refund_failed_is_returned_elsewhere() -> None:
    attempt = an_attempt()
    apply(attempt, captured(attempt, 9000))
    refund = Operation.objects.get(reason="surplus")
    failed = a_refund_seen(3000, our_ref=refund.our_ref, status=RefundStatus.FAILED)
    apply(attempt, captured(attempt, 9000, refunds=(failed,)))

    press(Review.objects.get(subject_ref=refund.our_ref), ReviewAct.ELSEWHERE)

    moved = dict(Posting.objects.filter(entry__kind="elsewhere").values_list("account", "amount"))
    assert moved == {"bank": -3000, "overpaid": 3000}
    assert Payment.objects.get().status == PaymentStatus.PAID
    assert list(faults()) == []


def test_surplus_that_a_dispute_held_is_refunded_once_it_is_won() -> None:
    attempt = an_attempt()
    opened = DisputeSeen("dp_1", attempt.money(9000), DisputeStatus.OPEN)
    apply(attempt, captured(attempt, 9000, disputes=(opened,)))
    review = Review.objects.get(kind=ReviewKind.SURPLUS)
    assert acts_of(review) == [ReviewAct.NOTE]
    won = DisputeSeen("dp_1", attempt.money(9000), DisputeStatus.WON)
    apply(attempt, captured(attempt, 9000, disputes=(won,)))

    press(review, ReviewAct.REFUND_AGAIN)

    refund = Operation.objects.get()
    assert (refund.amount, refund.reason) == (3000, "surplus")


def test_a_refund_at_the_providers_own_site_is_accepted() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    made = RefundSeen("re_theirs", "", payment.money(700), RefundStatus.SUCCEEDED)
    apply(attempt, captured(attempt, refunds=(made,)))
    review = Review.objects.get(kind=ReviewKind.EXTERNAL_REFUND)

    assert press(review, ReviewAct.ACCEPT_REFUND)

    assert Payment.objects.get().refunded == 700


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        (kind, act)
        for kind in GUIDES
        if kind != ReviewKind.EXTERNAL_REFUND
        for act in GUIDES[kind].acts
        if act in WHERE
    ],
)
def test_of_an_ended_order_without_money_each_button_that_moves_some_is_refused(
    kind: ReviewKind, act: ReviewAct
) -> None:
    attempt = an_attempt(an_order())
    expire_order(Order.objects.get(), actor="test")
    review = a_review(attempt.payment, kind, subject=attempt.our_ref)

    with pytest.raises(PaymentError):
        press(review, act)

    review.refresh_from_db()
    assert review.resolved_at is None


def test_a_ledger_that_agrees_again_ends_its_review() -> None:
    review = a_review(a_payment(), ReviewKind.LEDGER)

    assert press(review, ReviewAct.CHECK_LEDGER)


def test_a_ledger_that_does_not_agree_keeps_its_review() -> None:
    review = a_review(a_payment(), ReviewKind.LEDGER)
    damage("UPDATE payments_payment SET captured = captured + %s", "1")

    with pytest.raises(ReviewRefused):
        press(review, ReviewAct.CHECK_LEDGER)

    review.refresh_from_db()
    assert review.resolved_at is None


def test_the_buttons_of_many_reviews_cost_no_more_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    payment = a_payment()
    reviews = [a_review(payment, subject=f"R{n}") for n in range(5)]

    with django_assert_num_queries(2):
        for case in cases_of(payment, reviews):
            possible_acts(case)


def test_an_ended_review_has_no_buttons() -> None:
    review = a_review(a_payment())
    press(review, ReviewAct.NOTE)
    review.refresh_from_db()

    assert acts_of(review) == []


def test_faults_of_others_hide_none_of_a_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    payments = [a_payment(), a_payment()]
    damage("UPDATE payments_payment SET captured = captured + %s", "1")
    monkeypatch.setattr(check_ledger, "MOST", 1)

    for payment in payments:
        with pytest.raises(ReviewRefused):
            press(
                a_review(payment, ReviewKind.LEDGER, subject=f"{payment}"), ReviewAct.CHECK_LEDGER
            )
