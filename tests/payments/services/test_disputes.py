"""What a dispute does to the money of a payment."""

from __future__ import annotations

from itertools import permutations

import pytest
from django.db.models import Sum

from orders.models import Order
from orders.money import Money
from orders.services.cancel import cancel_order
from orders.states import OrderState
from payments.errors import RefundRefused
from payments.models import Dispute, Operation, Payment, Posting, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.providers.base import DisputeSeen, DisputeStatus
from payments.services.apply import apply_outcome
from payments.services.check_ledger import faults
from tests.factories import a_payment, a_refund_seen, an_account, an_attempt, captured
from tests.payments.refunding import a_refund
from tests.payments.reviewing import close, press
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db


def disputed(payment: Payment, *statuses: DisputeStatus, amount: int = 6000) -> Payment:
    attempt = payment.attempts.get()
    for status in statuses:
        seen = DisputeSeen("dp_1", Money(amount, "GBP"), status, "fraudulent")
        told = captured(attempt, disputes=(seen,))
        apply_outcome(attempt_id=attempt.pk, outcome=told, source="test")
    return Payment.objects.get(pk=payment.pk)


def test_a_dispute_is_noted_once_and_asks_for_a_person() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.OPEN)

    assert (Dispute.objects.count(), payment.disputed) == (1, 6000)
    assert Review.objects.get().kind == ReviewKind.DISPUTE


def test_two_accounts_may_call_their_disputes_the_same() -> None:
    disputed(a_payment(), DisputeStatus.OPEN)
    other = an_attempt(account=an_account(code="two", merchant_id="mer_two"))
    disputed(other.payment, DisputeStatus.OPEN)

    assert Review.objects.filter(kind=ReviewKind.DISPUTE).count() == 2


@pytest.mark.parametrize("status", [DisputeStatus.OPEN, DisputeStatus.LOST])
def test_what_is_disputed_or_lost_cannot_be_refunded(status: DisputeStatus) -> None:
    payment = disputed(a_payment(), status)

    with pytest.raises(RefundRefused):
        a_refund(payment, 1, request_key="k")


def test_a_dispute_that_was_won_frees_the_money() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.WON)

    assert (payment.disputed, payment.refundable.amount) == (0, 6000)


@pytest.mark.parametrize("order", [*permutations([DisputeStatus.OPEN, DisputeStatus.LOST])])
def test_the_order_in_which_it_is_told_does_not_matter(order: tuple[DisputeStatus, ...]) -> None:
    payment = disputed(a_payment(), *order)

    assert payment.disputed == 6000
    assert Dispute.objects.get().closed_at is not None


def cancelled_in_dispute() -> Payment:
    payment = disputed(a_payment(), DisputeStatus.OPEN)
    cancel_order(payment.order, actor="clerk", reason="")
    return payment


def test_what_a_cancelled_order_wins_back_is_refunded_once() -> None:
    payment = disputed(cancelled_in_dispute(), DisputeStatus.WON, DisputeStatus.WON)

    assert Operation.objects.get().amount == 6000
    assert (payment.refund_pending, payment.refundable.amount) == (6000, 0)


def test_what_a_cancelled_order_loses_is_not_refunded() -> None:
    disputed(cancelled_in_dispute(), DisputeStatus.LOST)

    assert not Operation.objects.exists()


def test_what_went_back_during_the_dispute_does_not_go_back_again() -> None:
    payment = cancelled_in_dispute()
    attempt = payment.attempts.get()
    at_the_bank = captured(attempt, refunds=(a_refund_seen(6000),))
    apply_outcome(attempt_id=attempt.pk, outcome=at_the_bank, source="test")

    disputed(payment, DisputeStatus.WON)

    assert Operation.objects.get().external


def test_what_a_living_order_wins_back_it_keeps() -> None:
    disputed(a_payment(), DisputeStatus.OPEN, DisputeStatus.WON)

    assert not Operation.objects.exists()


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (DisputeStatus.WON, "won: the bank returned £60.00"),
        (DisputeStatus.LOST, "lost: the bank gave £60.00 to the shopper"),
    ],
)
def test_what_is_decided_ends_its_review_and_says_how(status: DisputeStatus, outcome: str) -> None:
    disputed(a_payment(), DisputeStatus.OPEN, status)

    review = Review.objects.get()
    assert review.resolved_at
    assert (review.note, review.act) == (outcome, "")


def test_what_is_first_heard_of_as_lost_leaves_no_review_open() -> None:
    disputed(a_payment(), DisputeStatus.LOST, DisputeStatus.OPEN)

    assert Review.objects.get().resolved_at


def test_asking_again_ends_a_dispute_that_the_answer_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN)
    monkeypatch.setattr(
        "payments.services.ask_now.ask", lambda *_, **__: disputed(payment, DisputeStatus.WON)
    )
    review = Review.objects.get()

    assert press(review, ReviewAct.ASK_NOW)

    review.refresh_from_db()
    assert review.act == ReviewAct.ASK_NOW
    assert review.note == "won: the bank returned £60.00 · as agreed by mail"


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ((DisputeStatus.LOST, DisputeStatus.WON), 0),
        ((DisputeStatus.WON, DisputeStatus.LOST), 6000),
        ((DisputeStatus.LOST, DisputeStatus.WON, DisputeStatus.LOST), 6000),
    ],
)
def test_what_is_decided_anew_is_booked_anew_and_a_person_is_told(
    told: tuple[DisputeStatus, ...], taken: int
) -> None:
    payment = disputed(a_payment(), *told)

    assert payment.disputed == taken
    assert Review.objects.get(resolved_at=None).kind == ReviewKind.DISPUTE
    assert list(faults()) == []


def test_what_is_decided_anew_is_booked_once() -> None:
    disputed(a_payment(), DisputeStatus.LOST, DisputeStatus.WON)
    close(Review.objects.get(resolved_at=None))

    payment = disputed(Payment.objects.get(), DisputeStatus.WON, DisputeStatus.OPEN)

    assert payment.disputed == 0
    assert not Review.objects.filter(resolved_at=None).exists()


@pytest.mark.parametrize("amounts", [*permutations([2000, 3500, 3000])])
def test_a_dispute_that_grows_takes_the_difference(amounts: tuple[int, ...]) -> None:
    payment = a_payment()
    for amount in amounts:
        disputed(payment, DisputeStatus.OPEN, amount=amount)

    taken = Posting.objects.filter(account="disputes:sandbox").aggregate(sum=Sum("amount"))
    assert Payment.objects.get().disputed == taken["sum"] == 3500
    assert list(faults()) == []


def test_a_dispute_that_has_grown_is_won_as_a_whole() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, amount=2000)
    disputed(payment, DisputeStatus.OPEN, amount=3500)

    payment = disputed(payment, DisputeStatus.WON, amount=3500)

    assert (payment.disputed, payment.refundable.amount) == (0, 6000)
    assert list(faults()) == []


def test_a_dispute_that_is_lost_for_more_than_it_opened_with_keeps_all_of_it() -> None:
    payment = disputed(a_payment(), DisputeStatus.OPEN, amount=2000)

    payment = disputed(payment, DisputeStatus.LOST, amount=3500)

    assert payment.disputed == 3500
    assert list(faults()) == []


def test_what_an_expired_order_wins_back_a_person_decides_about() -> None:
    attempt = an_attempt()
    opened = DisputeSeen("dp_1", attempt.money(4000), DisputeStatus.OPEN)
    Order.objects.update(state=OrderState.EXPIRED)
    apply(attempt, captured(attempt, 4000, disputes=(opened,)))
    close(Review.objects.get(kind=ReviewKind.WRONG_AMOUNT))
    won = DisputeSeen("dp_1", attempt.money(4000), DisputeStatus.WON)

    apply(attempt, captured(attempt, 4000, disputes=(won,)))

    review = Review.objects.get(resolved_at=None)
    assert review.kind == ReviewKind.WRONG_AMOUNT
    press(review, ReviewAct.GIVE_BACK)
    assert Operation.objects.get().amount == 4000


def test_late_money_for_sold_goods_that_a_dispute_sets_free_a_person_decides_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("payments.services.surplus.revive_order", lambda _order: False)
    attempt = an_attempt()
    opened = DisputeSeen("dp_1", attempt.money(6000), DisputeStatus.OPEN)
    Order.objects.update(state=OrderState.EXPIRED)
    apply(attempt, captured(attempt, disputes=(opened,)))
    close(Review.objects.get(kind=ReviewKind.SURPLUS))
    won = DisputeSeen("dp_1", attempt.money(6000), DisputeStatus.WON)

    apply(attempt, captured(attempt, disputes=(won,)))

    review = Review.objects.get(resolved_at=None)
    assert review.kind == ReviewKind.SURPLUS
    press(review, ReviewAct.REFUND_AGAIN)
    assert Operation.objects.get().amount == 6000
