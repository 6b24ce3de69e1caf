"""What a report says of itself is held against its own lines, and known lines explain it too."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from orders.clock import clock_at
from payments.models import DayBalance, ProviderAccount
from payments.models.discrepancy import DiscrepancyKind
from payments.reconciliation.close import close_days
from payments.reconciliation.proof import Mark, Proof, prove
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_discrepancy,
    a_payout,
    a_report,
    agreed,
    at,
    booked,
    gbp,
    of_payout,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def proof_of(account: ProviderAccount, day: date = DAY) -> Proof:
    with clock_at(lambda: at(DAY + timedelta(days=6))):
        return prove(gbp(account), day)


def a_day_paid_out(account: ProviderAccount, number: int, *, opening: int, closing: int) -> None:
    """10.00 came, 34.4 pence were kept, and 9.66 went: four tenths of a penny too much."""
    day, ref = DAY + timedelta(days=number), f"po_{number}"
    report = a_report(account, day, opening={"GBP": opening}, closing={"GBP": closing})
    fee = Decimal("34.4")
    entry = booked(account, 1000, at(day))
    assert entry.attempt
    told(report, 1000, our_ref=entry.attempt.our_ref, fee=fee, payout_ref=ref)
    told(report, -966, kind="payout", payout_ref=ref)
    payout = a_payout(account, ref)
    of_payout(payout, EntryKind.FEE, -34, moment=at(day))
    of_payout(payout, EntryKind.PAYOUT, -966, moment=at(day))


def test_what_payouts_round_off_makes_no_day_differ(account: ProviderAccount) -> None:
    balances = [0, 0, -1, -1, -2, -2]
    for number in range(5):
        opening, closing = balances[number : number + 2]
        a_day_paid_out(account, number, opening=opening, closing=closing)

    proofs = [proof_of(account, DAY + timedelta(days=number)) for number in range(5)]

    assert [proof.mark for proof in proofs] == [Mark.AGREES] * 5
    assert not any(proof.stated.jump for proof in proofs)


def test_two_units_are_no_rounding(account: ProviderAccount) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6002}), 6000, at(DAY))

    proof = proof_of(account)

    assert (proof.mark, proof.stated.off) == (Mark.UNEXPLAINED, 2)


def left_out(account: ProviderAccount, *, closing: int) -> Proof:
    """Their report lacks a line of 1.00, and 0.50 of ours has not reached them yet."""
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": closing}), 6000, at(DAY))
    entry = booked(account, 100, at(DAY))
    assert entry.attempt
    kind = DiscrepancyKind.MISSING_IN_PROVIDER
    a_discrepancy(account, entry.attempt.our_ref, kind=kind, ours=100, attempt=entry.attempt)
    booked(account, 50, at(DAY))
    with clock_at(lambda: at(NEXT)):
        return prove(gbp(account), DAY)


def test_a_line_that_is_known_to_be_left_out_explains_their_balance(
    account: ProviderAccount,
) -> None:
    proof = left_out(account, closing=6100)

    assert (proof.stated.off, proof.contradicted, proof.mark) == (100, False, Mark.EXPLAINED)


def test_known_lines_that_come_to_another_amount_explain_nothing(
    account: ProviderAccount,
) -> None:
    proof = left_out(account, closing=6103)

    assert (proof.stated.off, proof.mark) == (103, Mark.UNEXPLAINED)


def test_a_report_that_does_not_begin_where_the_one_before_ended_is_denied(
    account: ProviderAccount,
) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6000}), 6000, at(DAY))
    agreed(a_report(account, NEXT, opening={"GBP": 5000}, closing={"GBP": 5700}), 700, at(NEXT))

    proof = proof_of(account, NEXT)

    assert (proof.stated.jump, proof.stated.off) == (-1000, 0)
    assert (proof.mark, proof.stated.denied) == (Mark.UNEXPLAINED, -1000)


def test_two_contradictions_that_even_out_are_two(account: ProviderAccount) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6000}), 6000, at(DAY))
    agreed(a_report(account, NEXT, opening={"GBP": 5000}, closing={"GBP": 6750}), 700, at(NEXT))
    booked(account, 20, at(NEXT))

    assert proof_of(account, NEXT).mark == Mark.UNEXPLAINED


def test_what_nothing_explains_stays_so_on_every_day_after_it(account: ProviderAccount) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6000}), 6000, at(DAY))
    later = [DAY + timedelta(days=number) for number in (1, 2)]
    for day in later:
        told_so = {"opening": {"GBP": 11_000}, "closing": {"GBP": 11_000}}
        a_report(account, day, **told_so)
    with clock_at(lambda: at(DAY + timedelta(days=6))):
        close_days()

    assert [proof_of(account, day).mark for day in later] == [Mark.UNEXPLAINED] * 2
    rows = DayBalance.objects.filter(day__in=later).order_by("day")
    assert list(rows.values_list("unexplained", flat=True)) == [5000, 5000]


def test_what_jumps_back_is_denied_no_longer(account: ProviderAccount) -> None:
    for number, balance in enumerate((0, 5000, 0)):
        day, said = DAY + timedelta(days=number), {"GBP": balance}
        a_report(account, day, opening=said, closing=said)
    a_report(account, DAY + timedelta(days=3), opening={"GBP": 0}, closing={"GBP": 0})
    with clock_at(lambda: at(DAY + timedelta(days=6))):
        close_days()

    assert proof_of(account, DAY + timedelta(days=3)).mark == Mark.AGREES


def test_once_known_lines_explain_a_day_those_after_it_are_written_anew(
    account: ProviderAccount,
) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6100}), 6000, at(DAY))
    entry = booked(account, 100, at(DAY))
    booked(account, 50, at(DAY))
    a_report(account, NEXT, opening={"GBP": 6100}, closing={"GBP": 6100})
    assert entry.attempt
    with clock_at(lambda: at(NEXT + timedelta(days=1), time(14))):
        close_days()
        kind = DiscrepancyKind.MISSING_IN_PROVIDER
        a_discrepancy(account, entry.attempt.our_ref, kind=kind, ours=100, attempt=entry.attempt)

        close_days()

    assert set(DayBalance.objects.values_list("denied", flat=True)) == {0}


def test_days_without_a_report_are_no_contradiction(account: ProviderAccount) -> None:
    agreed(a_report(account, opening={"GBP": 0}, closing={"GBP": 6000}), 6000, at(DAY))
    after = DAY + timedelta(days=2)
    booked(account, 1000, at(NEXT))
    report = a_report(account, after, opening={"GBP": 7000}, closing={"GBP": 7500})
    agreed(report, 500, at(after))

    proof = proof_of(account, after)

    assert (proof.stated.jump, proof.contradicted) == (0, False)


def test_a_provider_may_keep_the_fractions_of_fees(account: ProviderAccount) -> None:
    report = a_report(account, opening={"GBP": 0}, closing={"GBP": 3000 - 3 * 34})
    for number in range(3):
        told(report, 1000, fee=Decimal("34.4"), payout_ref=f"po_{number}")

    assert proof_of(account).stated.off == 0


def test_a_closing_without_an_opening_is_held_against_all_lines(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    agreed(a_report(account, NEXT, closing={"GBP": 6800}), 700, at(NEXT))

    proof = proof_of(account, NEXT)

    assert (proof.stated.came_to, proof.mark) == (6700, Mark.UNEXPLAINED)


def test_a_line_of_the_eve_of_its_report_counts_though_that_day_was_written_down(
    account: ProviderAccount,
) -> None:
    agreed(a_report(account), 100, at(DAY))
    late = booked(account, 6000, at(DAY, time(23, 59)))
    with clock_at(lambda: at(NEXT, time(14))):
        close_days()
    assert late.attempt
    moment = at(DAY, time(23, 59))
    about = {"our_ref": late.attempt.our_ref, "occurred_at": moment, "settled_at": moment}
    told(a_report(account, NEXT, ended_at=at(NEXT, time(15))), 6000, **about)

    with clock_at(lambda: at(NEXT + timedelta(days=1), time(14))):
        close_days()
        proofs = [prove(gbp(account), day) for day in (DAY, NEXT)]

    assert [proof.closing.theirs for proof in proofs] == [6100, 6100]
    assert [proof.mark for proof in proofs] == [Mark.AGREES, Mark.AGREES]
