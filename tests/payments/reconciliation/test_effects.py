"""What each way to settle a discrepancy does to the ledger, kind by kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.models import Discrepancy, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import Resolution
from payments.reconciliation.effects import ALLOWED, POSTED, effect, moves, possible

AT_PROVIDER, SUSPENSE = ("provider:sandbox", "GBP"), ("suspense", "GBP")
BANK, LOSSES, FEES = ("bank", "GBP"), ("losses", "GBP"), ("fees:sandbox", "GBP")
AMOUNTS = st.none() | st.integers(-(10**12), 10**12)


def unsaved(kind: Kind, **told: Any) -> Discrepancy:
    account = ProviderAccount(code="sandbox")
    values = {"account": account, "about": "capture", "currency": "GBP"}
    return Discrepancy(kind=kind, **(values | told))


@pytest.mark.parametrize(
    ("kind", "ours", "theirs", "moved"),
    [
        (Kind.MISSING_IN_PROVIDER, 6000, None, {AT_PROVIDER: -6000, SUSPENSE: 6000}),
        (Kind.MISSING_IN_LEDGER, None, 2500, {AT_PROVIDER: 2500, SUSPENSE: -2500}),
        (Kind.AMOUNT, 6000, 5900, {AT_PROVIDER: -100, SUSPENSE: 100}),
        (Kind.DUPLICATE_IN_PROVIDER, 6000, 12000, {AT_PROVIDER: 6000, SUSPENSE: -6000}),
        (Kind.DUPLICATE_IN_LEDGER, 12000, 6000, {AT_PROVIDER: -6000, SUSPENSE: 6000}),
        (Kind.FEE, 104, 150, {AT_PROVIDER: -46, FEES: 46}),
        (Kind.FEE, 104, 100, {AT_PROVIDER: 4, FEES: -4}),
        (Kind.BANK_TOTAL, 9500, 9000, {BANK: -500, SUSPENSE: 500}),
        (Kind.STATUS, 6000, 6000, {}),
        (Kind.AMOUNT, 6000, 6000, {}),
    ],
)
def test_adjusting_makes_our_books_hold_what_theirs_say(
    *, kind: Kind, ours: int | None, theirs: int | None, moved: dict[tuple[str, str], int]
) -> None:
    row = unsaved(kind, ours=ours, theirs=theirs)

    assert moves(row, Resolution.ADJUSTED) == moved


@pytest.mark.parametrize(
    ("kind", "moved"),
    [
        (Kind.AMOUNT, {AT_PROVIDER: -100, LOSSES: 100}),
        (Kind.FEE, {AT_PROVIDER: 100, LOSSES: -100}),
        (Kind.BANK_TOTAL, {BANK: -100, LOSSES: 100}),
        (Kind.PAYOUT_TOTAL, {AT_PROVIDER: -100, LOSSES: 100}),
    ],
)
def test_what_is_written_off_is_our_loss(kind: Kind, moved: dict[tuple[str, str], int]) -> None:
    row = unsaved(kind, ours=600, theirs=500)

    assert moves(row, Resolution.WRITTEN_OFF) == moved


def test_another_currency_is_taken_back_in_ours_and_booked_in_theirs() -> None:
    row = unsaved(Kind.CURRENCY, our_currency="GBP", ours=6000, currency="USD", theirs=7500)

    assert moves(row, Resolution.ADJUSTED) == {
        AT_PROVIDER: -6000,
        SUSPENSE: 6000,
        ("provider:sandbox", "USD"): 7500,
        ("suspense", "USD"): -7500,
    }


@given(
    kind=st.sampled_from(Kind),
    how=st.sampled_from(Resolution),
    ours=AMOUNTS,
    theirs=AMOUNTS,
    our_currency=st.sampled_from(["", "JPY"]),
)
def test_whatever_is_posted_adds_up_to_zero_in_each_currency(
    *, kind: Kind, how: Resolution, ours: int | None, theirs: int | None, our_currency: str
) -> None:
    row = unsaved(kind, ours=ours, theirs=theirs, our_currency=our_currency)

    sums: dict[str, int] = {}
    for (_account, currency), amount in moves(row, how).items():
        assert amount != 0
        sums[currency] = sums.get(currency, 0) + amount

    assert not any(sums.values())


def test_every_kind_has_a_way_to_end_and_a_sentence_for_each() -> None:
    assert set(ALLOWED) == set(Kind)
    assert all(effect(kind, how) for kind, ways in ALLOWED.items() for how in ways)
    assert all(Resolution.AUTO not in ways for ways in ALLOWED.values())


@pytest.mark.parametrize("kind", [Kind.TIMING, Kind.UNPARSEABLE_LINE, Kind.STATUS])
def test_what_has_no_money_in_it_is_only_ignored(kind: Kind) -> None:
    assert possible(unsaved(kind, ours=6000, theirs=None)) == [Resolution.IGNORED]


def test_a_payout_that_is_not_its_lines_leaves_nothing_to_adjust() -> None:
    row = unsaved(Kind.PAYOUT_TOTAL, ours=10000, theirs=9500)

    assert possible(row) == [Resolution.WRITTEN_OFF, Resolution.IGNORED]


def test_without_an_amount_nothing_can_be_booked() -> None:
    row = unsaved(Kind.AMOUNT, ours=None, theirs=None)

    assert not set(possible(row)) & set(POSTED)


def test_without_an_account_only_the_bank_can_be_adjusted() -> None:
    nobody = {"account": None, "ours": None, "theirs": 500}

    assert moves(unsaved(Kind.MISSING_IN_LEDGER, **nobody), Resolution.ADJUSTED) == {}
    found = moves(unsaved(Kind.BANK_TOTAL, **nobody), Resolution.ADJUSTED)
    assert found == {BANK: 500, SUSPENSE: -500}


@pytest.mark.parametrize(
    ("about", "ours", "theirs", "may"),
    [
        ("capture", None, 2500, True),
        ("capture", 6000, 6100, True),
        ("capture", 6000, 5900, False),
        ("refund", None, -2500, True),
        ("refund", -2500, None, False),
        ("dispute", None, 2500, False),
    ],
)
def test_refunded_is_said_only_of_a_shoppers_money(
    *, about: str, ours: int | None, theirs: int | None, may: bool
) -> None:
    row = unsaved(Kind.MISSING_IN_LEDGER, about=about, ours=ours, theirs=theirs)

    assert (Resolution.REFUNDED in possible(row)) == may
