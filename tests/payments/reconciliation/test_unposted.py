"""A fee that a person is asked about is explained by that question, and by nothing besides."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from orders.clock import clock_at
from payments.models import ProviderAccount, SettlementFile
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.models.settlement import FileState
from payments.reconciliation.proof import Mark, prove
from payments.reconciliation.unposted import Open, Unposted, unposted_at
from payments.states import EntryKind
from tests.factories import an_account
from tests.payments.reconciliation.proving import (
    DAY,
    NEXT,
    a_discrepancy,
    a_payout,
    a_report,
    at,
    gbp,
    of_payout,
    told,
)

pytestmark = pytest.mark.django_db
X1 = "A" + "X" * 20
ASKED = Unposted(Open.ASKED, "fee", amount=-4, how_many=1)
LEFT = Unposted(Open.SETTLED_SINCE, "fee", amount=-4, how_many=1)
LATER = Unposted(Open.POSTED_LATER, "fee", amount=-30, how_many=1)


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


def questioned(report: SettlementFile, **given: Any) -> None:
    """A fee of 34 in a line of "po_1" that is asked about: 30 was agreed."""
    assert report.account
    line = told(report, 0, kind="fee", fee=Decimal(34), payout_ref="po_1")
    about = {"kind": DiscrepancyKind.FEE, "about": "fee", "file": report, "line_no": line.line_no}
    values = {"subject": f"line:{line.line_no}", "ours": 30, "theirs": 34} | about | given
    a_discrepancy(report.account, X1, **values)


def settled(resolution: Resolution, day: int = 0) -> dict[str, Any]:
    """As it stands once it is settled so many days after DAY."""
    ended = {"state": DiscrepancyState.RESOLVED, "resolved_at": at(DAY + timedelta(days=day))}
    return {"resolution": resolution, **ended}


def charged(account: ProviderAccount, moment: datetime, amount: int = -30) -> None:
    payout = account.payouts.filter(ref="po_1").first() or a_payout(account)
    of_payout(payout, EntryKind.FEE, amount, moment=moment)


def test_what_is_asked_about_is_not_unposted_besides(account: ProviderAccount) -> None:
    questioned(a_report(account))
    charged(account, at(DAY))

    assert unposted_at(gbp(account), DAY) == [ASKED]


def test_a_question_about_its_fee_holds_nothing_else_of_a_payout_back(
    account: ProviderAccount,
) -> None:
    report = a_report(account)
    questioned(report)
    told(report, -26, kind="payout", payout_ref="po_1")
    charged(account, at(DAY))
    of_payout(account.payouts.get(), EntryKind.PAYOUT, -26, moment=at(NEXT))

    assert unposted_at(gbp(account), DAY) == [ASKED, LATER._replace(kind="payout", amount=-26)]


def test_what_was_posted_on_the_day_after_leaves_what_is_asked_about(
    account: ProviderAccount,
) -> None:
    questioned(a_report(account))
    charged(account, at(NEXT))

    assert unposted_at(gbp(account), DAY) == [ASKED, LATER]
    with clock_at(lambda: at(NEXT)):
        assert prove(gbp(account), DAY).mark == Mark.EXPLAINED


def test_what_a_line_of_the_day_after_is_asked_about_is_no_reason_yet(
    account: ProviderAccount,
) -> None:
    told(a_report(account), 0, kind="fee", fee=Decimal(30), payout_ref="po_1")
    questioned(a_report(account, NEXT))
    charged(account, at(DAY))
    charged(account, at(NEXT))

    assert unposted_at(gbp(account), DAY) == []
    assert unposted_at(gbp(account), NEXT) == [ASKED]


@pytest.mark.parametrize(
    ("resolution", "left"),
    [(Resolution.ADJUSTED, []), (Resolution.WRITTEN_OFF, []), (Resolution.IGNORED, [LEFT])],
)
def test_once_it_is_settled_only_what_nothing_was_booked_of_is_left(
    account: ProviderAccount, resolution: Resolution, left: list[Unposted]
) -> None:
    questioned(a_report(account), **settled(resolution))
    charged(account, at(DAY))

    assert unposted_at(gbp(account), DAY) == left


def test_on_the_days_before_it_was_settled_it_is_what_was_settled_since(
    account: ProviderAccount,
) -> None:
    questioned(a_report(account), **settled(Resolution.ADJUSTED, 1))
    charged(account, at(DAY))

    assert unposted_at(gbp(account), DAY) == [LEFT]
    assert unposted_at(gbp(account), NEXT) == []


def test_as_many_are_told_as_are_asked_about_and_not_their_payouts(
    account: ProviderAccount,
) -> None:
    report = a_report(account)
    questioned(report)
    questioned(report)
    questioned(report, **settled(Resolution.IGNORED))
    charged(account, at(DAY), -90)

    asked = [ASKED._replace(amount=-8, how_many=2), LEFT]
    assert unposted_at(gbp(account), DAY) == asked


@pytest.mark.parametrize("how", [Resolution.IGNORED, Resolution.AUTO, ""])
def test_of_a_file_that_was_taken_back_nothing_is_asked(
    account: ProviderAccount, how: Resolution
) -> None:
    wrong = a_report(account, state=FileState.REPLACED)
    questioned(wrong, **(settled(how) if how else {}))
    told(a_report(account), 0, kind="fee", fee=Decimal(30), payout_ref="po_1")
    charged(account, at(NEXT))

    assert unposted_at(gbp(account), DAY) == [LATER]


@pytest.mark.parametrize(
    "given",
    [
        settled(Resolution.AUTO),
        {"currency": "EUR"},
        {"kind": DiscrepancyKind.UNPARSEABLE_LINE},
    ],
)
def test_what_is_no_open_question_about_a_fee_of_the_currency_holds_nothing_back(
    account: ProviderAccount, given: dict[str, Any]
) -> None:
    questioned(a_report(account), **given)
    charged(account, at(NEXT), -34)

    assert unposted_at(gbp(account), DAY) == [LATER._replace(amount=-34)]


def test_a_payout_of_another_account_by_the_same_name_holds_nothing_back(
    account: ProviderAccount,
) -> None:
    questioned(a_report(an_account(code="other")))
    told(a_report(account), 0, kind="fee", fee=Decimal(34), payout_ref="po_1")
    charged(account, at(NEXT), -34)

    assert unposted_at(gbp(account), DAY) == [LATER._replace(amount=-34)]


def test_a_question_about_another_payout_holds_nothing_back(account: ProviderAccount) -> None:
    report = a_report(account)
    questioned(report)
    told(report, 0, kind="fee", fee=Decimal(34), payout_ref="po_2")
    of_payout(a_payout(account, "po_2"), EntryKind.FEE, -34, moment=at(NEXT))
    charged(account, at(DAY))

    assert unposted_at(gbp(account), DAY) == [ASKED, LATER._replace(amount=-34)]
