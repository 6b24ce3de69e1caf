"""Every step of the table is taken, every other is refused and leaves no trace."""

from __future__ import annotations

import itertools

import pytest

from orders.errors import IllegalTransition
from orders.models import Order, StateChange
from orders.states import NEXT, OrderState
from tests.factories import an_order

pytestmark = pytest.mark.django_db
STEPS = {
    ("open", "confirmed"),
    ("open", "cancelled"),
    ("open", "expired"),
    ("confirmed", "completed"),
    ("confirmed", "cancelled"),
    ("confirmed", "open"),  # the bank let go of what it held
    ("expired", "open"),
}
PAIRS = sorted(itertools.product(OrderState.values, OrderState.values))


def an_order_in(state: str) -> Order:
    order = an_order()
    Order.objects.filter(pk=order.pk).update(state=state)
    order.refresh_from_db()
    return order


def test_the_table_holds_these_steps_and_no_other() -> None:
    table = {(str(before), str(after)) for before, nexts in NEXT.items() for after in nexts}

    assert table == STEPS


@pytest.mark.parametrize(("before", "after"), sorted(STEPS))
def test_a_step_of_the_table_is_taken_and_noted(before: str, after: str) -> None:
    order = an_order_in(before)

    order.move_to(OrderState(after), actor="alice", reason="because")

    change = StateChange.objects.get()
    assert Order.objects.get().state == after
    assert (change.before, change.after, change.actor, change.reason) == (
        *(before, after),
        *("alice", "because"),
    )


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair not in STEPS])
def test_any_other_step_is_refused_and_changes_nothing(before: str, after: str) -> None:
    order = an_order_in(before)

    with pytest.raises(IllegalTransition):
        order.move_to(OrderState(after), actor="alice")

    assert Order.objects.get().state == before
    assert not StateChange.objects.exists()
