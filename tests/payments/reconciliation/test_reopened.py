"""A discrepancy that was settled and has other amounts since is settled anew, by the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Sum

from payments.models import Discrepancy, Entry, Posting
from payments.models.discrepancy import DiscrepancyState as State
from payments.models.discrepancy import Resolution
from payments.reconciliation import resolve
from tests.payments.disagreeing import a_discrepancy, settle

pytestmark = pytest.mark.django_db


def reopened(**changes: Any) -> Discrepancy:
    """One that was adjusted by £1.00; a match has found other amounts since."""
    row = a_discrepancy()
    settle(row, key="first")
    back = {"state": State.OPEN, "resolution": "", "resolved_at": None, "owner": None}
    Discrepancy.objects.update(**(back | changes))
    return Discrepancy.objects.get(pk=row.pk)


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
