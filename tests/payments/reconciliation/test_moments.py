"""When something happened is kept to the microsecond, and its totals know from when to when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from payments.models import ProviderAccount, SettlementLine, SettlementTotal
from payments.reconciliation import reading
from payments.reconciliation.batch import TOGETHER
from payments.reconciliation.payouts import lines_of_payouts
from tests.payments.reconciliation.books import NOON, Theirs, at_noon, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
MOMENTS = [
    datetime(2026, 3, 2, 11, 59, 59, 123456, tzinfo=UTC),
    datetime(2026, 3, 2, 11, 59, 59, 7, tzinfo=UTC),
    datetime(2026, 3, 2, 11, 59, 59, 100000, tzinfo=UTC),
    datetime(2026, 3, 2, 11, 59, 59, tzinfo=UTC),
]
"""Within one second: what stands before it is remembered."""


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def at(moment: datetime) -> dict[str, str]:
    """A line of that moment, settled an hour and a microsecond later."""
    settled_at = moment + timedelta(hours=1, microseconds=1)
    return {"occurred_at": moment.isoformat(), "settled_at": settled_at.isoformat()}


def moments(theirs: Theirs) -> list[tuple[datetime, datetime]]:
    """Of the lines as they are stored, in the order of the file."""
    lines = SettlementLine.objects.filter(file=theirs.comes()).order_by("line_no")
    return list(lines.values_list("occurred_at", "settled_at"))


def test_a_line_keeps_the_microseconds_of_both_its_moments(account: ProviderAccount) -> None:
    theirs = Theirs(account)
    for moment in MOMENTS:
        theirs.line("adjustment", gross=1, **at(moment))

    later = timedelta(hours=1, microseconds=1)
    assert moments(theirs) == [(moment, moment + later) for moment in MOMENTS]


def test_so_does_a_line_that_is_looked_at_by_itself(account: ProviderAccount) -> None:
    """What is not ours is stored one by one, and so are those beside what cannot be read."""
    theirs = Theirs(account).raw("bad,line")
    for moment in MOMENTS:
        both = {"occurred_at": moment.isoformat(), "settled_at": moment.isoformat()}
        theirs.line("adjustment", gross=1, mode="live", **both)

    assert moments(theirs) == [(moment, moment) for moment in MOMENTS]


def spread(theirs: Theirs, minutes: list[int], kind: str = "adjustment") -> Theirs:
    """With lines of one payout so many minutes after noon, each settled an hour later."""
    for number in minutes:
        moment = NOON + timedelta(minutes=number, microseconds=number)
        theirs.line(kind, gross=1, payout="po_1", **at(moment))
    return theirs


@pytest.mark.parametrize("minutes", [[5, 3, 9, 7], [3, 9], [9, 3], [4]])
def test_a_total_is_from_its_first_line_to_its_last_as_they_occurred(
    account: ProviderAccount, minutes: list[int]
) -> None:
    spread(Theirs(account), minutes).comes()

    total, first, last = SettlementTotal.objects.get(), min(minutes), max(minutes)
    assert total.first_at == NOON + timedelta(minutes=first, microseconds=first)
    assert total.last_at == NOON + timedelta(minutes=last, microseconds=last)


def test_so_it_is_however_many_lines_there_are(account: ProviderAccount) -> None:
    """They are added up some at a time."""
    many = 2 * TOGETHER
    spread(Theirs(account), [*range(many, 0, -1), many + 1]).comes()

    total = SettlementTotal.objects.get()
    assert total.first_at == NOON + timedelta(minutes=1, microseconds=1)
    assert total.last_at == NOON + timedelta(minutes=many + 1, microseconds=many + 1)


def test_a_line_of_another_account_is_in_no_total(account: ProviderAccount) -> None:
    theirs = spread(Theirs(account), [5])
    for moment in (NOON, NOON + timedelta(hours=1)):
        theirs.line("adjustment", gross=1, payout="po_1", mode="live", **at(moment))
    theirs.comes()

    total, kept = SettlementTotal.objects.get(), NOON + timedelta(minutes=5, microseconds=5)
    assert (total.first_at, total.last_at) == (kept, kept)


def test_the_lines_of_a_payout_are_from_the_first_total_to_the_last_but_for_its_own(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a payout itself is known when it was sent: its other lines end before."""
    monkeypatch.setattr(reading, "LINES", 2)
    theirs = spread(spread(Theirs(account), [5, 3, 9, 7]), [4, 8], "capture")
    sent = {30: {}, 20: {"currency": "EUR", "settled_currency": "GBP", "settled_gross": -2}}
    for minute, given in sent.items():
        sent_at = at(NOON + timedelta(minutes=minute))
        theirs.line("payout", gross=-2, payout="po_1", **(sent_at | given))
    spread(theirs, [6], "refund").comes()

    lines = dict(lines_of_payouts(account))["po_1", "GBP"]
    assert SettlementTotal.objects.count() > 2
    assert (lines.first_at, lines.last_at, lines.sent_at) == (
        NOON + timedelta(minutes=3, microseconds=3),
        NOON + timedelta(minutes=9, microseconds=9),
        NOON + timedelta(minutes=30),
    )
