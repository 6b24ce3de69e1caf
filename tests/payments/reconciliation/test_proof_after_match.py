"""After a match a day is proven by what the match found and posted: all of it, and once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.clock import now
from payments.models import Discrepancy, Payment, ProviderAccount, SettlementFile
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.reconciliation.proof import Because, Mark, Proof, Reason, prove
from payments.reconciliation.run import reconcile
from tests.factories import a_payment
from tests.payments.disagreeing import settle
from tests.payments.reconciliation.proving import a_report, gbp, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment() -> Payment:
    return a_payment(amount=6000)


@pytest.fixture
def report(payment: Payment) -> SettlementFile:
    """The report of today, with the payment in it."""
    attempt = payment.attempts.get()
    file = a_report(attempt.account, now().date(), ended_at=now())
    line(file, 6000, our_ref=attempt.our_ref, fee=Decimal("104.4"), payout_ref="po_1")
    return file


def line(file: SettlementFile, gross: int, **given: object) -> None:
    told(file, gross, **{"settled_at": now(), "occurred_at": now(), **given})


def proven(account: ProviderAccount | None) -> Proof:
    assert account
    reconcile(account)
    return prove(gbp(account), now().date())


def test_fees_and_payout_are_posted_and_both_sides_agree(report: SettlementFile) -> None:
    line(report, -5896, kind="payout", payout_ref="po_1")

    proof = proven(report.account)

    assert (proof.mark, proof.closing.ours, proof.gap) == (Mark.AGREES, 0, 0)


def test_what_only_they_have_is_explained_by_what_was_found(report: SettlementFile) -> None:
    line(report, 2500, our_ref="A" + "9" * 20)

    assert proven(report.account).reasons == [
        Reason(Because.DISCREPANCY, 2500, 1, DiscrepancyKind.MISSING_IN_LEDGER)
    ]


def test_what_they_have_by_their_own_id_only_is_explained_too(report: SettlementFile) -> None:
    line(report, -700, kind="adjustment", provider_ref="adj_1")

    proof = proven(report.account)

    assert (proof.mark, proof.gap) == (Mark.EXPLAINED, -700)


def test_another_amount_is_explained(payment: Payment) -> None:
    attempt = payment.attempts.get()
    file = a_report(attempt.account, now().date(), ended_at=now())
    line(file, 5900, our_ref=attempt.our_ref)

    proof = proven(attempt.account)

    assert proof.reasons == [Reason(Because.DISCREPANCY, -100, 1, DiscrepancyKind.AMOUNT)]
    assert proof.unexplained == 0


def test_a_payment_in_no_report_yet_is_explained_once(payment: Payment) -> None:
    account = payment.attempts.get().account
    a_report(account, now().date() - timedelta(days=1), ended_at=now())
    a_report(account, now().date(), ended_at=now())

    proof = proven(account)

    assert (proof.mark, proof.gap, len(proof.reasons)) == (Mark.EXPLAINED, -6000, 1)


def test_a_payout_that_is_written_off_is_no_more_on_our_side_and_explained(
    report: SettlementFile,
) -> None:
    line(report, -5396, kind="payout", payout_ref="po_1")
    proven(report.account)
    settle(Discrepancy.objects.get(), Resolution.WRITTEN_OFF)

    proof = proven(report.account)

    assert (proof.closing.ours, proof.closing.theirs, proof.unexplained) == (0, 500, 0)
    kept = Reason(Because.SETTLED_SINCE, 500, 0, DiscrepancyKind.PAYOUT_TOTAL)
    assert (proof.mark, proof.reasons) == (Mark.EXPLAINED, [kept])
