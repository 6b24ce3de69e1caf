"""What lines move by day and kind: pure arithmetic over any lines."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from payments.models import ProviderAccount
from payments.providers.reports import LineKind
from payments.reconciliation.balances import Held, Stretch
from payments.reconciliation.days import Side
from payments.reconciliation.moved import Total, by_day

FIRST = date(2026, 11, 1)
MOVING = [kind for kind in LineKind if kind != LineKind.ALLOTMENT]
totals = st.lists(
    st.builds(
        Total,
        day=st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n)),
        payout_ref=st.sampled_from(["po_1", "po_2", ""]),
        kind=st.sampled_from([kind.value for kind in MOVING]),
        currency=st.sampled_from(["GBP", "EUR"]),
        settled_currency=st.sampled_from(["", "GBP"]),
        gross=st.integers(-(10**9), 10**9),
        settled=st.integers(-(10**9), 10**9),
        fee=st.decimals(-1000, 1000, places=6),
    ),
    max_size=20,
)


def settled_here(each: Total, currency: str) -> bool:
    return (each.settled_currency or each.currency) == currency


@given(totals)
def test_days_add_up_to_what_is_settled_less_the_fees_of_each_payout(
    lines: list[Total],
) -> None:
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for each in lines:
        if settled_here(each, "GBP"):
            fees[each.payout_ref] += each.fee
    gross = sum(
        each.settled if each.settled_currency else each.gross
        for each in lines
        if settled_here(each, "GBP")
    )
    cost = sum(int(fee.quantize(Decimal(1), ROUND_HALF_UP)) for fee in fees.values())

    moved = by_day("GBP", lines, {})

    assert sum(sum(kinds.values()) for kinds in moved.values()) == gross - cost


def test_what_is_allotted_to_a_payout_moves_nothing() -> None:
    kind = LineKind.ALLOTMENT
    allotted = Total(FIRST, "po_1", kind, "GBP", "", gross=500, settled=0, fee=Decimal(0))

    assert by_day("GBP", [allotted], {}) == {FIRST: {}}


@given(totals, st.integers(0, 9))
def test_what_comes_in_two_parts_adds_up_as_in_one(lines: list[Total], cut: int) -> None:
    until = FIRST + timedelta(days=cut)
    before: dict[str, Decimal] = defaultdict(Decimal)
    for each in lines:
        if each.day <= until and settled_here(each, "GBP"):
            before[each.payout_ref] += each.fee
    whole = by_day("GBP", lines, {})

    later = by_day("GBP", [each for each in lines if each.day > until], before)

    assert later == {day: kinds for day, kinds in whole.items() if day > until}


@given(totals, totals, st.builds(Held, st.integers(), st.integers()))
def test_opening_and_movements_are_the_closing(
    ours: list[Total], theirs: list[Total], held: Held
) -> None:
    side = Side(ProviderAccount(code="x"), "GBP")
    moved = Stretch(side, None, held, by_day("GBP", ours, {}), by_day("GBP", theirs, {}))
    for number in range(10):
        day = FIRST + timedelta(days=number)
        our, their = (sum(kinds.values()) for kinds in moved.of(day))
        assert moved.opening(day) + Held(our, their) == moved.closing(day)
