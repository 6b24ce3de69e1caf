"""Two people, or a person and the machine, at the same moment: settled once, one entry at most."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from payments.errors import DiscrepancyRefused
from payments.models import Discrepancy, Entry
from payments.models.discrepancy import Resolution
from payments.reconciliation.resolve import settle_by_itself, take, take_over
from payments.services.check_ledger import faults
from tests.payments.crowd import all_at_once, at_once
from tests.payments.disagreeing import a_discrepancy, a_person, agree, disagree, settle

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIMES = 5


@pytest.fixture
def limited(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0"}}


def tried(act: Any, *given: Any, **named: Any) -> str:
    """Whether it did something, or that it was refused."""
    try:
        return str(act(*given, **named))
    except DiscrepancyRefused:
        return "refused"


def test_of_two_people_who_settle_it_at_once_one_does() -> None:
    for _ in range(TIMES):
        row, ann, bob = a_discrepancy(), a_person(), a_person()

        told = all_at_once(
            partial(tried, settle, row, by=ann, key="ann"),
            partial(tried, settle, row, Resolution.WRITTEN_OFF, by=bob, key="bob"),
        )

        assert sorted(map(str, told)) == ["True", "refused"]
        assert Entry.objects.filter(discrepancy=row).count() == 1
    assert list(faults()) == []


def test_ten_clicks_of_one_form_settle_it_once() -> None:
    row, ann = a_discrepancy(), a_person()

    told = at_once(10, lambda _: tried(settle, row, by=ann, key="once"))

    assert sorted(map(str, told)) == ["False"] * 9 + ["True"]
    assert Entry.objects.count() == 1


@pytest.mark.usefixtures("limited")
def test_what_is_approved_while_it_settles_itself_ends_one_way() -> None:
    for _ in range(TIMES):
        row, bob = a_discrepancy(), a_person()
        settle(row)

        told = all_at_once(
            partial(tried, agree, row, bob),
            partial(settle_by_itself, [row.pk], reason="it came"),
        )

        approved = told[0] == "True"
        assert told == (["True", 0] if approved else ["refused", 1])
        ended = Discrepancy.objects.get(pk=row.pk).resolution
        assert ended == (Resolution.ADJUSTED if approved else Resolution.AUTO)
        assert Entry.objects.filter(discrepancy=row).count() == approved


@pytest.mark.usefixtures("limited")
def test_what_is_approved_and_rejected_at_once_is_decided_by_the_first() -> None:
    for _ in range(TIMES):
        row, bob, eve = a_discrepancy(), a_person(), a_person()
        settle(row)

        told = all_at_once(
            partial(tried, agree, row, bob, key="b"), partial(tried, disagree, row, eve, key="e")
        )

        assert sorted(map(str, told)) == ["True", "refused"]
        assert Entry.objects.filter(discrepancy=row).count() == (told[0] == "True")


@pytest.mark.usefixtures("limited")
def test_two_who_approve_at_once_post_one_entry() -> None:
    for _ in range(TIMES):
        row, bob, eve = a_discrepancy(), a_person(), a_person()
        settle(row)

        told = all_at_once(partial(tried, agree, row, bob), partial(tried, agree, row, eve))

        assert sorted(map(str, told)) == ["True", "refused"]
        assert Entry.objects.filter(discrepancy=row).count() == 1


def test_of_ten_who_take_it_one_looks_after_it() -> None:
    row, people = a_discrepancy(), [a_person() for _ in range(10)]

    told = at_once(10, lambda n: tried(take, discrepancy_id=row.pk, by=people[n]))

    assert sorted(map(str, told)) == ["True"] + ["refused"] * 9


def test_it_is_settled_by_its_owner_or_by_who_takes_it_over_never_by_both() -> None:
    for _ in range(TIMES):
        row, ann, bob = a_discrepancy(), a_person(), a_person()
        take(discrepancy_id=row.pk, by=ann)

        told = all_at_once(
            partial(tried, settle, row, by=ann),
            partial(tried, take_over, discrepancy_id=row.pk, by=bob),
        )

        assert sorted(map(str, told)) == ["True", "refused"]
