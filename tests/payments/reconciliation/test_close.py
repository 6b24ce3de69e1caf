"""Days that ended are written down once, and anew where what they were made of has changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.models import DayBalance, ProviderAccount
from payments.models.settlement import FileState
from payments.reconciliation.close import close_days
from payments.reconciliation.proof import prove
from tests.factories import an_account
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_discrepancy,
    a_report,
    agreed,
    at,
    booked,
    gbp,
    told,
)

pytestmark = pytest.mark.django_db
MORNING = at(NEXT + timedelta(days=1), time(14))


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture(autouse=True)
def _two_days_later() -> Iterator[None]:
    with clock_at(lambda: MORNING):
        yield


def written() -> dict[date, tuple[int, int, int | None]]:
    rows = DayBalance.objects.order_by("day")
    return {row.day: (row.ours, row.theirs, row.unexplained) for row in rows}


def test_each_day_that_ended_is_written_down_once(account: ProviderAccount) -> None:
    agreed(a_report(account), 6000, at(DAY))
    booked(account, 500, at(NEXT))

    assert close_days() == 2
    assert written() == {DAY: (6000, 6000, 0), NEXT: (6500, 6000, None)}
    assert close_days() == 0


def test_a_day_is_left_alone_for_an_hour_after_its_end(account: ProviderAccount) -> None:
    booked(account, 500, at(DAY))

    with clock_at(lambda: at(NEXT, time(0, 59))):
        assert close_days() == 0
    with clock_at(lambda: at(NEXT, time(1, 1))):
        assert close_days() == 1


def test_a_report_that_comes_later_is_written_into_its_day(account: ProviderAccount) -> None:
    entry = booked(account, 6000, at(DAY))
    close_days()
    assert entry.attempt

    told(a_report(account), 6000, our_ref=entry.attempt.our_ref)
    close_days()

    assert written()[DAY] == (6000, 6000, 0)


def test_a_report_that_is_taken_back_is_taken_out(account: ProviderAccount) -> None:
    report = a_report(account)
    agreed(report, 6000, at(DAY))
    close_days()

    report.state = FileState.REPLACED
    report.save()
    close_days()

    assert written()[DAY] == (6000, 0, None)


def test_a_corrected_report_in_its_place_is_noticed(account: ProviderAccount) -> None:
    report = a_report(account)
    agreed(report, 6000, at(DAY))
    close_days()
    report.state = FileState.REPLACED
    report.save()

    told(a_report(account, ended_at=MORNING + timedelta(minutes=5)), 5000)
    with clock_at(lambda: MORNING + timedelta(minutes=10)):
        close_days()

    assert written()[DAY][1] == 5000


def test_what_is_booked_late_counts_at_once_and_is_written_down(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY))
    close_days()

    booked(account, 500, at(DAY))

    assert prove(gbp(account), NEXT).opening.ours == 6500
    close_days()
    assert written()[DAY][0] == 6500


def test_what_was_unexplained_is_looked_at_again(account: ProviderAccount) -> None:
    reference = "A" + "X" * 20
    told(a_report(account), 2500, our_ref=reference)
    close_days()
    assert written()[DAY][2] == 2500

    a_discrepancy(account, reference, theirs=2500)
    close_days()

    assert written()[DAY][2] == 0


def test_a_proof_from_what_is_written_is_the_proof_from_all_there_is(
    account: ProviderAccount,
) -> None:
    for number in range(40):
        day = DAY - timedelta(days=number)
        agreed(a_report(account, day, opening={"GBP": 70}), 100 + number, at(day))
    from_all = prove(gbp(account), DAY)

    close_days()

    assert prove(gbp(account), DAY) == from_all


def test_a_run_with_nothing_to_do_costs_the_same_however_long_the_history(
    account: ProviderAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        day = NEXT - timedelta(days=number)
        agreed(a_report(account, day), 100, at(day))
    close_days()

    with django_assert_num_queries(9):
        close_days()
