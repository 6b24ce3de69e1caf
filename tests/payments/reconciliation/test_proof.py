"""A day is proven by one number, and each difference has its reason."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.books import SUSPENSE
from payments.models import ProviderAccount
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.reconciliation.balances import Held
from payments.reconciliation.proof import Because, Mark, Proof, Reason, prove
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
MIDNIGHT = time(23, 59)
X1 = "A" + "X" * 20
"""A reference that ours look like."""


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def proof_of(account: ProviderAccount, day: date = DAY) -> Proof:
    """As somebody sees it two days later."""
    with clock_at(lambda: at(DAY + timedelta(days=2))):
        return prove(gbp(account), day)


def test_a_day_that_both_sides_tell_alike_agrees(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))

    proof = proof_of(account)

    assert (proof.mark, proof.closing, proof.reasons) == (Mark.AGREES, Held(6000, 6000), [])


def test_a_day_without_a_report_is_not_proven(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY))

    assert proof_of(account).mark == Mark.NO_REPORT


def test_what_they_book_after_midnight_is_explained_on_the_day_and_gone_on_the_next(
    account: ProviderAccount,
) -> None:
    a_report(account)
    agreed(a_report(account, NEXT), 6000, at(DAY, MIDNIGHT))

    assert proof_of(account).reasons == [Reason(Because.WE_FIRST, -6000, 1)]
    assert proof_of(account).mark == Mark.EXPLAINED
    next_day = proof_of(account, NEXT)
    assert next_day.opening == Held(6000, 0)
    assert (next_day.gap, next_day.unexplained) == (0, 0)


def test_what_they_had_before_us_is_explained_too(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(NEXT))

    assert proof_of(account).reasons == [Reason(Because.THEY_FIRST, 6000, 1)]


def test_what_nobody_explains_is_left(account: ProviderAccount) -> None:
    told(a_report(account), 2500)

    proof = proof_of(account)

    assert (proof.mark, proof.unexplained, proof.reasons) == (Mark.UNEXPLAINED, 2500, [])


def test_an_open_discrepancy_explains_by_its_kind(account: ProviderAccount) -> None:
    told(a_report(account), 2500, our_ref=X1)
    a_discrepancy(account, X1, theirs=2500)

    assert proof_of(account).reasons == [
        Reason(Because.DISCREPANCY, 2500, 1, DiscrepancyKind.MISSING_IN_LEDGER)
    ]


def test_an_older_one_explains_for_as_long_as_it_is_open(account: ProviderAccount) -> None:
    old = DAY - timedelta(days=20)
    told(a_report(account, old), 2500, our_ref=X1, occurred_at=at(old), settled_at=at(old))
    a_discrepancy(account, X1, theirs=2500, at=at(old))
    a_report(account)

    assert proof_of(account).mark == Mark.EXPLAINED


def test_once_adjusted_both_sides_agree_and_before_it_is_still_explained(
    account: ProviderAccount,
) -> None:
    told(a_report(account), 2500, our_ref=X1)
    a_report(account, NEXT)
    asked = a_discrepancy(
        account,
        X1,
        theirs=2500,
        state=DiscrepancyState.RESOLVED,
        resolution=Resolution.ADJUSTED,
        resolved_at=at(NEXT),
    )
    adjusted = {"kind": EntryKind.ADJUSTMENT, "other": SUSPENSE, "discrepancy": asked}
    booked(account, 2500, at(NEXT), **adjusted)

    assert proof_of(account).reasons[0].because == Because.SETTLED_SINCE
    assert proof_of(account).unexplained == 0
    assert (proof_of(account, NEXT).gap, proof_of(account, NEXT).mark) == (0, Mark.AGREES)


def test_what_was_ignored_explains_for_ever(account: ProviderAccount) -> None:
    told(a_report(account), 2500, our_ref=X1)
    a_report(account, NEXT)
    ended = {"state": DiscrepancyState.RESOLVED, "resolved_at": at(DAY)}
    a_discrepancy(account, X1, theirs=2500, resolution=Resolution.IGNORED, **ended)

    assert proof_of(account, NEXT).mark == Mark.EXPLAINED


def test_fees_and_a_payout_that_are_not_posted_yet_are_explained(account: ProviderAccount) -> None:
    report = a_report(account)
    entry = booked(account, 6000, at(DAY))
    assert entry.attempt
    paid = {"payout_ref": "po_1"}
    told(report, 6000, our_ref=entry.attempt.our_ref, fee=Decimal("104.4"), **paid)
    told(report, -5896, kind="payout", **paid)

    proof = proof_of(account)

    assert proof.closing == Held(6000, 0)
    assert proof.reasons == [
        Reason(Because.NOT_POSTED, -104, 1, EntryKind.FEE),
        Reason(Because.NOT_POSTED, -5896, 1, EntryKind.PAYOUT),
    ]


def test_fees_that_were_posted_on_another_day_are_explained(account: ProviderAccount) -> None:
    told(a_report(account), 0, kind="fee", fee=Decimal(30), payout_ref="po_1")
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(NEXT))

    assert proof_of(account).reasons == [Reason(Because.POSTED_LATER, -30, 1, EntryKind.FEE)]


def test_a_fee_that_a_person_is_asked_about_is_explained_by_that(account: ProviderAccount) -> None:
    report = a_report(account)
    line = told(report, 0, kind="fee", fee=Decimal(34), payout_ref="po_1")
    of_payout(a_payout(account), EntryKind.FEE, -30, moment=at(DAY))
    about = {"kind": DiscrepancyKind.FEE, "about": "fee", "file": report, "line_no": line.line_no}
    a_discrepancy(account, X1, ours=30, theirs=34, **about)

    assert proof_of(account).reasons == [Reason(Because.DISCREPANCY, -4, 1, DiscrepancyKind.FEE)]


def test_fractions_of_fees_are_rounded_by_the_payout_not_by_the_day(
    account: ProviderAccount,
) -> None:
    for day in (DAY, NEXT):
        told(a_report(account, day), 0, kind="fee", fee=Decimal("0.5"), payout_ref="po_1")
    of_payout(a_payout(account), EntryKind.FEE, -1, moment=at(NEXT))

    assert (proof_of(account, NEXT).closing, proof_of(account, NEXT).gap) == (Held(-1, -1), 0)


def test_what_is_in_no_report_yet_is_waited_for_as_long_as_it_may_take(
    account: ProviderAccount,
) -> None:
    a_report(account)
    booked(account, 6000, at(DAY))

    assert proof_of(account).reasons == [Reason(Because.WAITING, -6000, 1)]
    with clock_at(lambda: at(DAY + timedelta(days=9))):
        assert prove(gbp(account), DAY).mark == Mark.UNEXPLAINED


def test_what_a_missing_report_would_have_told_is_explained(account: ProviderAccount) -> None:
    a_report(account, DAY - timedelta(days=20))
    booked(account, 6000, at(DAY - timedelta(days=19)))
    agreed(a_report(account), 700, at(DAY - timedelta(days=18)))

    assert Reason(Because.UNREPORTED, -6000, 1) in proof_of(account).reasons
    assert proof_of(account).unexplained == 0


def test_what_was_there_before_the_first_report_is_explained_for_ever(
    account: ProviderAccount,
) -> None:
    booked(account, 90_000, at(DAY - timedelta(days=40)))
    a_report(account, opening={"GBP": 12_300})
    agreed(a_report(account, NEXT), 500, at(NEXT))

    proof = proof_of(account, NEXT)

    assert proof_of(account).opening == Held(90_000, 12_300)
    assert proof.closing == Held(90_500, 12_800)
    assert proof.reasons == [Reason(Because.BEFORE, -77_700)]


def test_what_crosses_the_first_midnight_of_all_is_counted_once(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY - timedelta(days=1), MIDNIGHT))

    assert (proof_of(account).gap, proof_of(account).unexplained) == (0, 0)


def test_money_settled_in_another_currency_goes_by_fx_on_both_sides(
    account: ProviderAccount,
) -> None:
    report = a_report(account)
    told(report, 1000, currency="EUR", settled_currency="GBP", settled_gross=850, fee=Decimal(20))

    proof = proof_of(account)

    assert {m.kind: m.held.theirs for m in proof.movements} == {
        EntryKind.FEE: -20,
        EntryKind.FX: 850,
    }


def test_a_report_that_contradicts_its_own_lines_is_not_explained(account: ProviderAccount) -> None:
    agreed(a_report(account, closing={"GBP": 6100}), 6000, at(DAY))

    assert proof_of(account).mark == Mark.UNEXPLAINED


def test_the_day_is_that_of_the_zone_of_the_account(account: ProviderAccount) -> None:
    ProviderAccount.objects.update(report_zone="Asia/Shanghai")
    account.refresh_from_db()
    booked(account, 6000, at(DAY, time(16, 30)))
    a_report(account, NEXT)

    assert proof_of(account, NEXT).movements[0].held.ours == 6000


def test_a_day_costs_the_same_however_much_moved(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report = a_report(account)
    told(report, 100, fee=Decimal(1), payout_ref="po_1")
    for number in range(5):
        agreed(report, 100 + number, at(DAY))
    with clock_at(lambda: at(NEXT)), django_assert_num_queries(15):
        prove(gbp(account), DAY)


def test_a_reference_that_is_none_of_ours_is_explained_by_its_discrepancy(
    account: ProviderAccount,
) -> None:
    told(a_report(account), 333, our_ref="SHOP2-991", provider_ref="pay_foreign")
    a_discrepancy(account, "pay_foreign", subject="capture:#pay_foreign", theirs=333)

    assert proof_of(account).mark == Mark.EXPLAINED


def test_what_ended_since_its_file_was_taken_back_is_no_reason_any_more(
    account: ProviderAccount,
) -> None:
    old = DAY - timedelta(days=20)
    ended = {"state": DiscrepancyState.RESOLVED, "resolved_at": at(NEXT)}
    a_discrepancy(account, X1, theirs=777, at=at(old), resolution=Resolution.AUTO, **ended)
    told(a_report(account), 333, our_ref="A" + "Y" * 20)

    assert [reason.because for reason in proof_of(account).reasons] == []
