"""Statuses from totals: for any facts there is one, and more facts never take one back."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from random import Random
from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from payments.models import Attempt
from payments.projections import (
    Tried,
    attempt_status,
    heard,
    payment_status,
    promised,
    settled,
)
from payments.providers.base import Outcome, RefundStatus, Status
from payments.services.apply import _grow_totals, _observe
from payments.states import (
    IN_FLIGHT,
    REFUND_TOLD,
    AttemptStatus,
    OperationStatus,
    PaymentStatus,
)

AMOUNT = 6000
minor = st.integers(0, 3 * AMOUNT)
statuses = st.sampled_from(AttemptStatus)
ended = st.sampled_from([None, PaymentStatus.CANCELLED, PaymentStatus.EXPIRED])
PAID = {PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED}


class Money(NamedTuple):
    """The totals that a status comes from."""

    authorized: int
    captured: int
    released: int


facts = st.builds(Money, minor, minor, minor)


def standing(facts: Money, newest: AttemptStatus) -> AttemptStatus:
    return attempt_status(**facts._asdict(), newest=newest)


@st.composite
def tries(draw: st.DrawFn) -> Tried:
    """What one attempt has brought; its surplus is part of what was captured."""
    captured = draw(minor)
    surplus = draw(st.integers(0, captured))
    return Tried(
        status=draw(statuses),
        amount=AMOUNT,
        captured=captured,
        surplus=surplus,
        refunded=draw(st.integers(0, captured)),
        superseded=draw(st.booleans()),
        held=draw(minor),
        charged_as_asked=draw(st.booleans()),
    )


sights = st.builds(
    Outcome,
    status=st.sampled_from(Status),
    authorized=minor,
    captured=minor,
    released=minor,
)


def an_unsaved_attempt() -> Attempt:
    return Attempt(amount=AMOUNT, status=AttemptStatus.REQUIRES_ACTION)


def after(seen: list[Outcome]) -> Attempt:
    attempt = an_unsaved_attempt()
    for outcome in seen:
        _grow_totals(attempt, outcome)
        _observe(attempt, outcome, "poll")
    return attempt


def money(attempt: Attempt) -> Money:
    return Money(attempt.authorized, attempt.captured, attempt.released)


@given(facts, statuses)
def test_money_decides_a_status_and_only_without_any_the_newest_word_does(
    facts: Money, newest: AttemptStatus
) -> None:
    status = standing(facts, newest)

    assert not facts.captured or status == AttemptStatus.CAPTURED
    assert any(facts) or status == newest
    assert status not in IN_FLIGHT or not any(facts)


@given(facts, facts, statuses)
def test_what_is_captured_stays_captured(first: Money, more: Money, newest: AttemptStatus) -> None:
    assume(first.captured)
    grown = Money(*map(max, zip(first, more, strict=True)))

    assert standing(grown, newest) == AttemptStatus.CAPTURED


@given(facts, minor, statuses)
def test_a_hold_that_is_released_is_not_held_again(
    facts: Money, more: int, newest: AttemptStatus
) -> None:
    over = {AttemptStatus.VOIDED, AttemptStatus.EXPIRED}
    before = facts._replace(captured=0, released=facts.authorized + 1)

    assert standing(before, newest) in over
    assert standing(before._replace(released=before.released + more), newest) in over


@given(st.lists(sights), st.randoms(use_true_random=False))
def test_totals_are_the_same_in_whatever_order_they_are_seen(
    seen: list[Outcome], order: Random
) -> None:
    assert money(after(seen)) == money(after(order.sample(seen, len(seen))))


@given(st.lists(sights), sights)
def test_no_sight_makes_a_total_smaller(seen: list[Outcome], another: Outcome) -> None:
    before, now = money(after(seen)), money(after([*seen, another]))

    assert all(new >= old for old, new in zip(before, now, strict=True))


@given(st.lists(sights, min_size=1))
def test_what_was_seen_last_once_more_changes_nothing(seen: list[Outcome]) -> None:
    once, twice = after(seen), after([*seen, seen[-1]])

    assert (once.status, money(once)) == (twice.status, money(twice))


@given(st.lists(sights), sights)
def test_what_has_ended_comes_back_only_by_money(seen: list[Outcome], another: Outcome) -> None:
    before = after(seen)
    assume(before.status not in IN_FLIGHT)

    assert after([*seen, another]).status not in IN_FLIGHT


@given(st.lists(tries(), max_size=4), ended)
def test_any_attempts_make_a_payment_status(tried: list[Tried], dead: PaymentStatus | None) -> None:
    status = payment_status(amount=AMOUNT, attempts=tried, ended=dead)

    kept = sum(each.captured - each.surplus for each in tried)
    assert status in PaymentStatus
    assert (status in PAID | {PaymentStatus.PARTIALLY_PAID}) == (kept > 0)
    assert status != PaymentStatus.PAID or settled(tried) >= AMOUNT


@given(st.lists(tries(), max_size=4), st.randoms(use_true_random=False), ended)
def test_with_money_the_order_of_attempts_is_nothing(
    tried: list[Tried], order: Random, dead: PaymentStatus | None
) -> None:
    assume(any(each.captured > each.surplus for each in tried))
    shuffled = order.sample(tried, len(tried))

    status = payment_status(amount=AMOUNT, attempts=tried, ended=dead)
    assert payment_status(amount=AMOUNT, attempts=shuffled, ended=dead) == status


@given(st.lists(tries(), max_size=3), st.integers(1, AMOUNT), st.booleans())
def test_surplus_and_its_refund_leave_a_payment_as_it_was(
    tried: list[Tried], surplus: int, went_back: bool
) -> None:
    assume(any(each.captured > each.surplus for each in tried))
    left = Tried(
        AttemptStatus.CAPTURED,
        AMOUNT,
        captured=surplus,
        surplus=surplus,
        refunded=surplus * went_back,
        superseded=True,
    )

    status = payment_status(amount=AMOUNT, attempts=tried)
    assert payment_status(amount=AMOUNT, attempts=[*tried, left]) == status


@given(tries(), st.integers(0, AMOUNT))
def test_a_refund_never_makes_a_payment_paid_again(tried: Tried, more: int) -> None:
    back = replace(tried, refunded=tried.refunded + more)
    steps = [PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED]
    before = payment_status(amount=AMOUNT, attempts=[tried])
    assume(before in steps)

    assert steps.index(payment_status(amount=AMOUNT, attempts=[back])) >= steps.index(before)


@given(st.lists(tries(), max_size=4))
def test_only_a_whole_amount_settles_or_is_promised(tried: list[Tried]) -> None:
    assert settled(tried) % AMOUNT == promised(tried) % AMOUNT == 0
    left = [replace(each, superseded=True) for each in tried]
    assert promised(left) == 0


def test_surplus_promises_nothing() -> None:
    """Half is held; the other half was charged, and goes back."""
    half = AMOUNT // 2
    tried = Tried(AttemptStatus.CAPTURED, AMOUNT, captured=half, surplus=half, held=half)

    assert promised([tried]) == 0
    assert promised([replace(tried, surplus=0)]) == AMOUNT


refund_words = st.lists(st.sampled_from(RefundStatus), max_size=8)


def moved(words: list[RefundStatus]) -> OperationStatus:
    return reduce(
        lambda status, word: REFUND_TOLD[word].get(status, status),
        words,
        OperationStatus.SUBMITTING,
    )


@given(refund_words)
def test_a_refund_that_was_told_to_be_made_is_made_or_came_back(words: list[RefundStatus]) -> None:
    made = {OperationStatus.SUCCEEDED, OperationStatus.REVERSED}

    assert (moved(words) in made) == (RefundStatus.SUCCEEDED in words)


def test_only_a_webhook_may_be_too_old_to_lead_back_to_the_shopper() -> None:
    told = {
        source: heard(AttemptStatus.PROCESSING, Status.REQUIRES_ACTION, source=source)
        for source in ("webhook", "poll")
    }

    assert told == {"webhook": AttemptStatus.PROCESSING, "poll": AttemptStatus.REQUIRES_ACTION}
