"""What each account must hold: for any facts zero in sum, and the same in every order."""

from __future__ import annotations

from collections import Counter
from functools import reduce
from operator import add
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.books import ROLES, Totals, balances, moved, named, role_of

amounts = st.integers(0, 10**12)
totals = st.builds(Totals, *[amounts] * 5)
facts = st.lists(
    st.one_of(
        st.builds(lambda came, more: Totals(captured=came + more, surplus=more), amounts, amounts),
        st.builds(lambda went: Totals(refunded=went), amounts),
        st.builds(lambda back: Totals(refunded=back, refund_reversed=back), amounts),
        st.builds(lambda held: Totals(disputed=held), amounts),
        st.builds(lambda gone: Totals(returned_elsewhere=gone), amounts),
    )
)


def posted(steps: list[Totals]) -> Counter[str]:
    """What the accounts hold when each step was posted as a difference of its own."""
    held: Counter[str] = Counter()
    stood = Totals()
    for step in steps:
        held.update(moved(stood, stood + step))
        stood += step
    return held


@given(totals)
def test_whatever_the_totals_the_accounts_sum_to_zero(stands: Totals) -> None:
    assert sum(balances(stands).values()) == 0


@given(totals, totals)
def test_every_entry_is_balanced(before: Totals, after: Totals) -> None:
    assert sum(moved(before, after).values()) == 0


@given(facts, st.randoms())
def test_the_order_of_facts_changes_no_balance(steps: list[Totals], order: Random) -> None:
    shuffled = order.sample(steps, len(steps))

    stands = balances(reduce(add, steps, Totals()))
    assert {role: posted(shuffled)[role] for role in stands} == stands


@given(totals)
def test_nothing_new_moves_nothing(stands: Totals) -> None:
    assert moved(stands, stands) == {}


@pytest.mark.parametrize(
    ("stands", "held"),
    [
        (Totals(captured=6000), [6000, 0, 0, 0, -6000]),
        (Totals(captured=6000, refunded=1500), [4500, 0, 0, 0, -4500]),
        (Totals(captured=6000, refunded=1500, refund_reversed=1500), [6000, 0, 0, 0, -6000]),
        (Totals(captured=9000, surplus=3000), [9000, 0, 0, -3000, -6000]),
        (Totals(captured=9000, surplus=3000, refunded=3000), [6000, 0, 0, 0, -6000]),
        (Totals(captured=9000, surplus=3000, refunded=4000), [5000, 0, 0, 0, -5000]),
        (Totals(captured=6000, disputed=6000), [0, 6000, 0, 0, -6000]),
        (Totals(refunded=1500), [-1500, 0, 0, 0, 1500]),
        (Totals(captured=6000, returned_elsewhere=1500), [6000, 0, -1500, 0, -4500]),
        (Totals(captured=9000, surplus=3000, returned_elsewhere=3000), [9000, 0, -3000, 0, -6000]),
    ],
    ids=[
        *("paid", "refunded", "came back", "too much", "went back", "more", "disputed", "early"),
        *("elsewhere", "surplus elsewhere"),
    ],
)
def test_provider_disputes_bank_overpaid_and_sales_hold(stands: Totals, held: list[int]) -> None:
    assert list(balances(stands).values()) == held


@pytest.mark.parametrize("code", ["sandbox", "bank:eu"])
def test_an_account_of_the_ledger_tells_its_role_whatever_its_provider_is_called(code: str) -> None:
    assert [role_of(named(role, code)) for role in ROLES] == list(ROLES)
