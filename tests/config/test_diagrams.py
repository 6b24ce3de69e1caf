"""docs/states.md is what the tables say."""

from __future__ import annotations

from datetime import timedelta

from config.diagrams import PAGE
from config.states_page import diagram, page, written
from orders.states import NEXT, OrderState
from payments.providers.base import RefundStatus
from payments.states import (
    ATTEMPT_NEXT,
    DISPUTE_NEXT,
    GIVEN_UP,
    INBOX_NEXT,
    OPERATION_NEXT,
    REFUND_TOLD,
    UNSETTLED,
    AttemptStatus,
    DisputeState,
    InboxState,
    OperationStatus,
)


def test_the_page_is_as_the_tables_are() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make diagrams`"


def test_every_state_stands_in_its_table() -> None:
    assert set(NEXT) == set(OrderState)
    assert set(ATTEMPT_NEXT) == set(AttemptStatus)
    assert set(OPERATION_NEXT) == set(OperationStatus)
    assert set(INBOX_NEXT) == set(InboxState)
    assert set(DISPUTE_NEXT) == set(DisputeState)
    assert set(REFUND_TOLD) == set(RefundStatus)


def test_what_is_told_of_refunds_are_moves_of_the_table() -> None:
    told = [move for moves in REFUND_TOLD.values() for move in moves.items()]

    assert all(after in OPERATION_NEXT[before] for before, after in told)


def test_of_what_has_settled_only_what_we_gave_up_waits_again() -> None:
    settled = set(OperationStatus) - UNSETTLED

    again = {(each, after) for each in settled for after in OPERATION_NEXT[each] & UNSETTLED}
    assert again == {(each, OperationStatus.PENDING) for each in GIVEN_UP}


def test_a_diagram_draws_each_move_and_each_end() -> None:
    drawn = diagram({"a": ["b", "a"], "b": [], "c": ["a"]}).splitlines()

    moves = ["[*] --> a", "[*] --> c", "a --> a", "a --> b", "b --> [*]", "c --> a"]
    assert [line.strip() for line in drawn[2:-1]] == moves


def test_equal_waits_are_counted() -> None:
    day = timedelta(days=1)

    assert written([timedelta(seconds=90), timedelta(hours=6), day, day]) == "90 s, 6 h, 1 d x 2"
