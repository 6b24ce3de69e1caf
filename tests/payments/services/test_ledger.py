"""What each flow of money writes into the ledger: once, balanced, and for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest

from orders.money import Money
from payments.models import Attempt, Entry
from payments.providers.base import (
    DisputeSeen,
    DisputeStatus,
    Outcome,
    RefundSeen,
    RefundStatus,
    Status,
)
from payments.services.check_ledger import faults
from tests.factories import a_payment, a_refund_seen, an_attempt, an_order, captured, seen
from tests.payments.refunding import a_refund
from tests.payments.services.cast import apply

pytestmark = pytest.mark.django_db
OPEN, WON, LOST = DisputeStatus.OPEN, DisputeStatus.WON, DisputeStatus.LOST
DONE, FAILED, PENDING = RefundStatus.SUCCEEDED, RefundStatus.FAILED, RefundStatus.PENDING
PROVIDER, DISPUTES = "provider:sandbox", "disputes:sandbox"
Lines = list[tuple[str, dict[str, int]]]


def told(attempt: Attempt, *outcomes: Outcome) -> Lines:
    """Tell of each twice, and read what the ledger says: kind, then what it moves."""
    for outcome in outcomes:
        apply(attempt, outcome, outcome)
    assert not list(faults())
    return lines(attempt)


def lines(attempt: Attempt) -> Lines:
    entries = Entry.objects.filter(attempt=attempt).order_by("pk")
    return [(str(entry.kind), _amounts(entry)) for entry in entries]


def _amounts(entry: Entry) -> dict[str, int]:
    return dict(entry.postings.values_list("account", "amount"))


def disputed(attempt: Attempt, status: DisputeStatus, amount: int = 6000) -> Outcome:
    seen_so = DisputeSeen(f"dp_{attempt.pk}", Money(amount, "GBP"), status)
    return captured(attempt, disputes=(seen_so,))


PAID = ("capture", {PROVIDER: 6000, "sales": -6000})


def test_a_capture_goes_to_the_provider_and_is_a_sale() -> None:
    attempt = an_attempt()

    assert told(attempt, captured(attempt)) == [PAID]
    assert Entry.objects.get().key == f"capture:{attempt.our_ref}:6000"


def test_each_step_of_a_capture_is_an_entry() -> None:
    attempt = an_attempt()

    assert told(attempt, captured(attempt, 2000), captured(attempt)) == [
        ("capture", {PROVIDER: 2000, "sales": -2000}),
        ("capture", {PROVIDER: 4000, "sales": -4000}),
    ]


def test_a_wrong_amount_is_posted_as_it_came() -> None:
    attempt = an_attempt()

    assert told(attempt, captured(attempt, 5999)) == [("capture", {PROVIDER: 5999, "sales": -5999})]


def test_what_nobody_owed_is_overpaid_until_it_goes_back() -> None:
    attempt = an_attempt(an_order())
    told(attempt, captured(attempt, 9000))
    ours = attempt.operations.get().our_ref

    back = captured(attempt, 9000, refunds=(a_refund_seen(3000, our_ref=ours),))

    assert told(attempt, back) == [
        ("capture", {PROVIDER: 9000, "overpaid": -3000, "sales": -6000}),
        ("refund", {PROVIDER: -3000, "overpaid": 3000}),
    ]


def test_a_second_payment_is_overpaid_as_a_whole() -> None:
    order = an_order()
    first = an_attempt(order)
    apply(first, seen(first, Status.DECLINED))
    second = an_attempt(order)
    told(second, captured(second))

    assert told(first, captured(first)) == [("capture", {PROVIDER: 6000, "overpaid": -6000})]


def test_a_refund_is_known_by_its_operation() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    refund = a_refund(payment, 1500, note="broken").operations.get()

    made = captured(attempt, refunds=(a_refund_seen(1500, our_ref=refund.our_ref),))

    assert told(attempt, made)[1] == ("refund", {PROVIDER: -1500, "sales": 1500})
    assert Entry.objects.get(operation=refund).key == f"refund:{refund.our_ref}"


def test_a_refund_that_is_pending_moves_nothing() -> None:
    attempt = an_attempt()

    pending = captured(attempt, refunds=(a_refund_seen(1500, status=PENDING),))

    assert told(attempt, pending) == [PAID]


def test_a_refund_told_before_its_capture_is_posted_at_once() -> None:
    attempt = an_attempt()
    early = seen(attempt, Status.PROCESSING, refunds=(a_refund_seen(1500),))

    assert told(attempt, early, captured(attempt)) == [
        ("refund", {PROVIDER: -1500, "sales": 1500}),
        PAID,
    ]


def test_of_one_sight_the_capture_comes_first() -> None:
    attempt = an_attempt()

    kinds = [kind for kind, _ in told(attempt, captured(attempt, refunds=(a_refund_seen(9),)))]

    assert kinds == ["capture", "refund"]


def test_a_refund_that_comes_back_is_an_entry_of_its_own() -> None:
    attempt = an_attempt()
    refund = a_refund_seen(1500)
    steps = [captured(attempt, refunds=(replace(refund, status=each),)) for each in (DONE, FAILED)]

    assert told(attempt, *steps) == [
        PAID,
        ("refund", {PROVIDER: -1500, "sales": 1500}),
        ("refund_reversed", {PROVIDER: 1500, "sales": -1500}),
    ]


def test_a_refund_told_to_have_failed_and_then_of_its_success_is_both() -> None:
    attempt = an_attempt()
    refund = a_refund_seen(1500)
    steps = [captured(attempt, refunds=(replace(refund, status=each),)) for each in (FAILED, DONE)]

    kinds = [kind for kind, _ in told(attempt, *steps)]

    assert kinds == ["capture", "refund", "refund_reversed"]


def test_what_comes_back_of_a_refund_is_what_went() -> None:
    attempt = an_attempt()
    refund = a_refund_seen(1500)
    other = replace(refund, status=FAILED, amount=Money(2000, "GBP"))

    told(attempt, captured(attempt, refunds=(refund,)), captured(attempt, refunds=(other,)))

    assert lines(attempt)[-1] == ("refund_reversed", {PROVIDER: 1500, "sales": -1500})


def test_a_refund_of_another_amount_is_posted_as_it_was_made() -> None:
    payment = a_payment()
    attempt = payment.attempts.get()
    refund = a_refund(payment, 1500, note="broken").operations.get()

    made = captured(attempt, refunds=(a_refund_seen(1400, our_ref=refund.our_ref),))

    assert told(attempt, made)[1] == ("refund", {PROVIDER: -1400, "sales": 1400})


TAKEN = ("dispute", {PROVIDER: -6000, DISPUTES: 6000})
RETURNED = ("dispute", {PROVIDER: 6000, DISPUTES: -6000})


@pytest.mark.parametrize(
    ("statuses", "entries"),
    [
        ((OPEN,), [TAKEN]),
        ((OPEN, WON), [TAKEN, RETURNED]),
        ((OPEN, LOST), [TAKEN]),
        ((LOST, OPEN), [TAKEN]),
        ((WON, OPEN), []),
    ],
    ids=["open", "won", "lost", "lost, told late", "won, told late"],
)
def test_a_dispute_takes_its_money_once_and_only_winning_brings_it_back(
    statuses: tuple[DisputeStatus, ...], entries: Lines
) -> None:
    attempt = an_attempt()

    assert told(attempt, *[disputed(attempt, status) for status in statuses]) == [PAID, *entries]


def test_a_dispute_of_another_payment_moves_nothing_here() -> None:
    first, second = an_attempt(), an_attempt()
    told(first, disputed(first, OPEN))

    theirs = disputed(first, WON).disputes

    assert told(second, captured(second, disputes=theirs)) == [PAID]
    assert lines(first) == [PAID, TAKEN]


Sight = Callable[[Attempt], Outcome]
SIGHTS: tuple[Sight, ...] = (
    lambda attempt: captured(attempt, 9000),
    lambda attempt: seen(attempt, Status.CAPTURED, refunds=(_theirs(attempt),)),
    lambda attempt: replace(disputed(attempt, OPEN, 2000), captured=0),
    lambda attempt: replace(disputed(attempt, WON, 2000), captured=0),
)


def _theirs(attempt: Attempt) -> RefundSeen:
    return replace(a_refund_seen(4000), provider_id=f"re_of_{attempt.our_ref}")


def test_the_order_in_which_facts_are_told_changes_no_balance() -> None:
    ends = set()
    for sights in permutations(SIGHTS):
        attempt = an_attempt(an_order())
        told(attempt, *[sight(attempt) for sight in sights])
        ends.add(_held(attempt))

    assert ends == {(5000, 0, 0, -5000)}


def _held(attempt: Attempt) -> tuple[int, ...]:
    moves = [moves for _, moves in lines(attempt)]
    accounts = (PROVIDER, DISPUTES, "overpaid", "sales")
    return tuple(sum(move.get(account, 0) for move in moves) for account in accounts)
