"""A discrepancy that was settled and has other amounts since is settled anew, by the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum

from payments.models import Discrepancy, Entry, Posting
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState, Resolution
from payments.reconciliation import resolve
from payments.reconciliation.questions import Question, keep_questions
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from tests.payments.disagreeing import a_discrepancy, a_payout, a_person, agree, settle
from tests.payments.reconciliation.books import Theirs, a_sale, at_noon, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


def reopened(**changes: Any) -> Discrepancy:
    """One that was adjusted by £1.00; a match has found other amounts since."""
    row = a_discrepancy()
    settle(row, key="first")
    back = {"state": DiscrepancyState.OPEN, "resolution": "", "resolved_at": None, "owner": None}
    Discrepancy.objects.update(**(back | changes))
    return Discrepancy.objects.get(pk=row.pk)


def decided() -> dict[str, Any]:
    """How the only discrepancy stands, and who is said to have decided it."""
    names = ("state", "resolution", "proposed_by", "approved_by")
    row: dict[str, Any] = Discrepancy.objects.values(*names).get()
    return row


def undecided(state: DiscrepancyState) -> dict[str, Any]:
    return {"state": state, "resolution": "", "proposed_by": None, "approved_by": None}


def balances() -> dict[str, int]:
    sums = Posting.objects.values_list("account").annotate(sum=Sum("amount"))
    return {account: held for account, held in sums if held}


@pytest.mark.parametrize(
    ("how", "held"),
    [
        (Resolution.ADJUSTED, {"provider:sandbox": 250, "suspense": -250}),
        (Resolution.WRITTEN_OFF, {"provider:sandbox": 250, "losses": -250}),
        (Resolution.IGNORED, {}),
    ],
)
def test_one_that_is_opened_again_posts_what_it_now_differs_by(
    how: Resolution, held: dict[str, int]
) -> None:
    row = reopened(theirs=6250)

    settle(row, how, key="second")

    assert balances() == held
    assert list(Entry.objects.order_by("pk").values_list("key", flat=True)) == [
        f"adjustment:{row.pk}",
        f"adjustment:{row.pk}:2",
    ]


def test_one_that_is_opened_again_and_settles_itself_leaves_nothing_booked() -> None:
    row = reopened(theirs=6000)

    resolve.settle_by_itself([row.pk])

    assert balances() == {}


@pytest.fixture
def two_people(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0"}}


@pytest.fixture(params=["of a match", "of a payout"])
def differ_by(request: pytest.FixtureRequest) -> Callable[[int], None]:
    """Lets the books be found to differ by so much: those of one sale, or of one payout."""
    account = the_account()
    attempt = a_sale(account)
    payout = a_payout(account=account)

    def by_match(more: int) -> None:
        for file in account.settlement_files.all():
            take_back(file.pk, by=None)
        Theirs(account).sale(attempt, gross=6000 + more).comes()
        reconcile(account)

    def by_payout(more: int) -> None:
        kind = DiscrepancyKind.PAYOUT_TOTAL
        keep_questions(account, kind, [Question(kind, payout, 6000, 6000 + more)])

    return by_match if request.param == "of a match" else by_payout


@pytest.mark.usefixtures("two_people")
def test_what_waits_for_approval_and_has_other_amounts_is_decided_by_nobody(
    differ_by: Callable[[int], None],
) -> None:
    differ_by(100)
    settle(Discrepancy.objects.get(), "written_off")

    differ_by(200)

    assert decided() == undecided(DiscrepancyState.INVESTIGATING)


@pytest.mark.usefixtures("two_people")
def test_what_waits_for_approval_goes_on_waiting_while_its_amounts_stay(
    differ_by: Callable[[int], None],
) -> None:
    differ_by(100)
    settle(Discrepancy.objects.get(), "written_off", by=(ann := a_person()))

    differ_by(100)

    waits = {"state": DiscrepancyState.PROPOSED, "resolution": Resolution.WRITTEN_OFF}
    assert decided() == waits | {"proposed_by": ann, "approved_by": None}


@pytest.mark.usefixtures("two_people")
def test_what_two_people_settled_is_decided_by_nobody_once_it_is_opened_again(
    differ_by: Callable[[int], None],
) -> None:
    differ_by(100)
    settle(Discrepancy.objects.get(), "written_off")
    agree(Discrepancy.objects.get(), a_person())

    differ_by(200)

    assert decided() == undecided(DiscrepancyState.OPEN)


@pytest.mark.usefixtures("two_people")
def test_what_settles_itself_was_approved_by_nobody(differ_by: Callable[[int], None]) -> None:
    differ_by(100)
    settle(Discrepancy.objects.get(), "written_off")
    agree(Discrepancy.objects.get(), a_person())

    resolve.undo([Discrepancy.objects.get().pk])

    by_itself = {"state": DiscrepancyState.RESOLVED, "resolution": Resolution.AUTO}
    assert decided() == undecided(DiscrepancyState.RESOLVED) | by_itself
