"""What must hold of an order's money at every moment: the invariants, as checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from orders.models import Order, StateChange
from orders.states import NEXT, OrderState
from payments.models import Attempt, InboxEvent, Operation, Payment, Review
from payments.services.apply import SUMMED
from payments.services.check_ledger import faults
from payments.states import (
    AWAITED,
    IN_FLIGHT,
    SENDABLE,
    UNSETTLED,
    AttemptStatus,
    InboxState,
    OperationKind,
    OperationStatus,
)
from tests.payments.machine.bank import Bank
from tests.payments.machine.shop import AMOUNT, PIECES, Shop

GROWING: Final = ("authorized", "captured", "released", "refunded", "refund_reversed", "surplus")
KEPT_IN_MIND: Final = {*GROWING, *SUMMED}
OPERATION_STEPS: Final = {
    OperationStatus.SUCCEEDED: {OperationStatus.REVERSED},
    OperationStatus.FAILED: {
        *(OperationStatus.PENDING, OperationStatus.SUCCEEDED, OperationStatus.REVERSED),
    },
    OperationStatus.REVERSED: set(),
    OperationStatus.REJECTED: {OperationStatus.PENDING, OperationStatus.SUCCEEDED},
}
"""Where an operation may go once it is settled."""
CAME_BACK: Final = {OperationStatus.FAILED, OperationStatus.REVERSED}
KEEPS_GOODS: Final = {OrderState.OPEN, OrderState.CONFIRMED, OrderState.COMPLETED}


@dataclass
class Before:
    """How it stood at the last check."""

    totals: dict[int, dict[str, int]] = field(default_factory=dict)
    operations: dict[int, str] = field(default_factory=dict)
    attempts: dict[int, str] = field(default_factory=dict)


class Laws:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.before = Before()

    def check_what_changed(self) -> None:
        """Nothing, where nothing was written since the last check: most acts are the bank's."""
        if self.shop.written:
            self.check()
            self.shop.written = False

    def check(self) -> None:
        payment, attempts = self.shop.payment, self.shop.attempts
        operations = self.shop.operations
        reviews = list(Review.objects.filter(payment=payment))
        moved = self._facts_only_grow(attempts)
        self._settled_operations_stay(operations)
        for attempt in attempts:
            mine = [each for each in operations if each.attempt_id == attempt.pk]
            _what_is_set_aside_is_unsettled(attempt, mine)
            _surplus_goes_back_once(attempt, mine, reviews)
        _payment_is_the_sum(payment, attempts)
        _nobody_pays_twice(payment, attempts)
        _confirmed_where_the_money_is_whole(payment.order, attempts, reviews)
        _a_cancelled_order_gives_back(payment.order, attempts, reviews)
        _steps_are_legal(payment.order)
        _nothing_is_stuck(attempts, operations, reviews)
        assert payment.order.state != OrderState.OPEN or payment.order.expires_at
        self._no_goods_are_lost(payment.order)
        assert not moved or list(faults()) == []
        _the_bank_did_nothing_twice(self.shop.bank)

    def _facts_only_grow(self, attempts: list[Attempt]) -> bool:
        """Whether there are new ones at all."""
        before, now = self.before.totals, {}
        for attempt in attempts:
            now[attempt.pk] = {name: getattr(attempt, name) for name in KEPT_IN_MIND}
            for name in GROWING:
                assert getattr(attempt, name) >= before.get(attempt.pk, {}).get(name, 0), name
            was = self.before.attempts.get(attempt.pk)
            assert was != AttemptStatus.CAPTURED or attempt.status == was, attempt
            self.before.attempts[attempt.pk] = attempt.status
        self.before.totals = now
        return now != before

    def _settled_operations_stay(self, operations: list[Operation]) -> None:
        for operation in operations:
            was = self.before.operations.get(operation.pk, operation.status)
            if was != operation.status and was not in UNSETTLED:
                assert operation.status in OPERATION_STEPS[OperationStatus(was)], (was, operation)
            self.before.operations[operation.pk] = operation.status

    def _no_goods_are_lost(self, order: Order) -> None:
        self.shop.product.refresh_from_db()
        held = PIECES if order.state in KEEPS_GOODS else 0
        assert self.shop.product.stock + held + self.shop.sold == PIECES


def _the_bank_did_nothing_twice(bank: Bank) -> None:
    assert bank.breaches == []
    refunds = [each.our_ref for booked in bank.payments for each in booked.refunds.values()]
    captures = [each.our_ref for booked in bank.payments for each in booked.captures]
    ours = [ref for ref in (*refunds, *captures) if ref]
    assert len(ours) == len(set(ours))


def _what_is_set_aside_is_unsettled(attempt: Attempt, operations: list[Operation]) -> None:
    pending = [each.amount for each in _refunds(operations) if each.status in UNSETTLED]
    assert attempt.refund_pending == sum(pending), attempt
    flies = attempt.status in IN_FLIGHT and attempt.superseded_at is None
    may = {attempt.amount} if flies else {0}
    if attempt.status == AttemptStatus.AUTHORIZED and attempt.superseded_at is None:
        may = {0, attempt.amount}  # it had ended for us, and came back as a hold
    assert attempt.reserved in may, (attempt.status, attempt.reserved)


def _refunds(operations: list[Operation]) -> Iterator[Operation]:
    return (each for each in operations if each.kind == OperationKind.REFUND)


def _surplus_goes_back_once(
    attempt: Attempt, operations: list[Operation], reviews: list[Review]
) -> None:
    refunds = list(_refunds(operations))
    ours = sum(each.amount for each in refunds if each.reason == "surplus")
    assert ours <= attempt.surplus, attempt
    asked = _asked(reviews, "surplus", attempt.our_ref)
    assert sum(each.amount for each in refunds) >= attempt.surplus or asked, attempt
    taken = any(each.external or each.status in CAME_BACK for each in refunds)
    assert not asked or taken or attempt.disputes.exists(), attempt


def _asked(reviews: list[Review], kind: str, subject: str) -> bool:
    """Whether a person was asked, and has perhaps settled it."""
    return any((each.kind, each.subject_ref) == (kind, subject) for each in reviews)


def _payment_is_the_sum(payment: Payment, attempts: list[Attempt]) -> None:
    for name in SUMMED:
        assert getattr(payment, name) == sum(getattr(each, name) for each in attempts), name


def _nobody_pays_twice(payment: Payment, attempts: list[Attempt]) -> None:
    """One attempt at a time may still bring money, or has brought what is kept."""
    kept = [each for each in attempts if each.captured > each.surplus]
    assert len([each for each in kept if each.captured - each.surplus == payment.amount]) <= 1
    flying = [each for each in attempts if each.in_flight and not each.superseded_at]
    assert len(flying) <= 1
    assert all(each.captured - each.surplus <= each.amount for each in attempts)


def _is_whole(attempt: Attempt) -> bool:
    left = attempt.superseded_at is not None
    held = attempt.held >= AMOUNT and not left
    return held or attempt.captured - attempt.surplus == AMOUNT or attempt.charged_as_asked


def _confirmed_where_the_money_is_whole(
    order: Order, attempts: list[Attempt], reviews: list[Review]
) -> None:
    whole = any(_is_whole(each) for each in attempts)
    part = any(each.captured > each.surplus or each.held for each in attempts)
    match OrderState(order.state):
        case OrderState.CONFIRMED:
            assert whole or part
        case OrderState.OPEN:
            assert not whole
        case OrderState.EXPIRED:
            assert not any(each.captured - each.surplus == AMOUNT for each in attempts)
        case _:
            pass
    for attempt in attempts:
        if order.state != OrderState.CANCELLED and not attempt.hold:
            short = 0 < attempt.captured - attempt.surplus < AMOUNT
            assert not short or _asked(reviews, "wrong_amount", attempt.our_ref)


def _a_cancelled_order_gives_back(
    order: Order, attempts: list[Attempt], reviews: list[Review]
) -> None:
    if order.state != OrderState.CANCELLED:
        return
    for attempt in attempts:
        failed = any(each.kind in {"refund_failed", "dispute", "surplus"} for each in reviews)
        assert attempt.refundable.amount == 0 or failed, attempt
        assert not attempt.held or attempt.closing_at


def _steps_are_legal(order: Order) -> None:
    state = OrderState.OPEN
    for change in StateChange.objects.filter(order=order).order_by("pk"):
        assert change.before == state
        assert change.after in NEXT[state]
        state = OrderState(change.after)
    assert order.state == state


def _nothing_is_stuck(
    attempts: list[Attempt], operations: list[Operation], reviews: list[Review]
) -> None:
    """Whatever is not over has its next moment, or a person was asked."""
    for attempt in attempts:
        over = attempt.status not in AWAITED and not attempt.held
        asked = _asked(reviews, "no_answer", attempt.our_ref)
        assert over or attempt.next_poll_at or asked, attempt
    for operation in operations:
        over = operation.status not in SENDABLE  # what waits for approval is never sent
        asked = _asked(reviews, "no_answer", operation.our_ref)
        assert over or operation.next_run_at or asked, operation
    waits = InboxEvent.objects.filter(state__in=[InboxState.RECEIVED, InboxState.PARKED])
    assert not waits.filter(next_run_at=None).exists()
