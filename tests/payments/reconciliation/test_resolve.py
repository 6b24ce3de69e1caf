"""A discrepancy is looked after by one person and settled once, above a limit by two."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from payments.conf import payment_settings
from payments.errors import DiscrepancyRefused
from payments.models import Discrepancy, Entry, Posting
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import DiscrepancyState as State
from payments.models.discrepancy import Resolution
from payments.reconciliation import resolve
from payments.reconciliation.resolve import Decision, figures, propose
from payments.services.check_ledger import faults
from tests.payments.disagreeing import a_discrepancy, a_person, agree, disagree, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def limited(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": {"GBP": "0.99"}}


def fresh(row: Discrepancy) -> Discrepancy:
    return Discrepancy.objects.get(pk=row.pk)


def posted() -> dict[str, int]:
    return dict(Posting.objects.values_list("account", "amount"))


def test_who_takes_it_looks_after_it_and_a_second_call_changes_nothing() -> None:
    row, ann = a_discrepancy(), a_person()

    assert [resolve.take(discrepancy_id=row.pk, by=ann) for _ in range(2)] == [True, False]

    assert (fresh(row).owner_id, fresh(row).state) == (ann, State.INVESTIGATING)


def test_anothers_is_refused_unless_it_is_taken_over() -> None:
    row, ann, bob = a_discrepancy(), a_person("ann"), a_person()
    resolve.take(discrepancy_id=row.pk, by=ann)

    with pytest.raises(DiscrepancyRefused, match="ann looks after this"):
        resolve.take(discrepancy_id=row.pk, by=bob)
    assert fresh(row).owner_id == ann

    assert [resolve.take_over(discrepancy_id=row.pk, by=bob) for _ in range(2)] == [True, False]
    assert fresh(row).owner_id == bob


def test_evidence_is_kept_as_it_is_found() -> None:
    row, ann = a_discrepancy(), a_person()

    noted = [
        resolve.note_evidence(discrepancy_id=row.pk, by=ann, evidence=" mail of 3 May ")
        for _ in range(2)
    ]

    assert noted == [True, False]
    assert (fresh(row).evidence, fresh(row).owner_id) == ("mail of 3 May", ann)


@pytest.mark.parametrize("act", [resolve.take, resolve.take_over])
def test_what_is_settled_is_taken_by_nobody(act: Callable[..., bool]) -> None:
    row = a_discrepancy()
    settle(row)

    with pytest.raises(DiscrepancyRefused, match="settled already: our books were adjusted"):
        act(discrepancy_id=row.pk, by=a_person())


def test_adjusting_posts_one_balanced_entry_of_the_discrepancy() -> None:
    row = a_discrepancy()

    settle(row)

    entry = Entry.objects.get()
    assert (entry.key, entry.discrepancy) == (f"adjustment:{row.pk}", row)
    assert posted() == {"provider:sandbox": 100, "suspense": -100}
    assert list(faults()) == []


def test_a_second_click_settles_nothing_again() -> None:
    row, ann = a_discrepancy(), a_person()

    assert [settle(row, by=ann, key="once") for _ in range(2)] == [True, False]

    assert Entry.objects.count() == 1


def test_another_request_is_told_that_it_is_settled() -> None:
    row, ann = a_discrepancy(), a_person()
    settle(row, by=ann, key="first")

    with pytest.raises(DiscrepancyRefused, match="settled already"):
        settle(row, Resolution.WRITTEN_OFF, by=ann, key="second")

    assert fresh(row).resolution == Resolution.ADJUSTED


@pytest.mark.parametrize("how", [Resolution.REFUNDED, Resolution.IGNORED])
def test_what_moves_nothing_posts_nothing(how: Resolution) -> None:
    row = a_discrepancy()

    settle(row, how)

    assert (fresh(row).state, fresh(row).resolution) == (State.RESOLVED, how)
    assert not Entry.objects.exists()


DECISION = Decision(0, 0, Resolution.ADJUSTED, "a reason", "ticket 1")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": " "}, "say why"),
        ({"evidence": ""}, "name the evidence"),
        ({"resolution": Resolution.AUTO}, "cannot be settled this way"),
        ({"resolution": "anyhow"}, "cannot be settled this way"),
        ({"seen": "amount:1:2"}, "amounts have changed"),
    ],
)
def test_what_is_not_whole_is_refused_and_nothing_changes(
    changed: dict[str, str], said: str
) -> None:
    row, ann = a_discrepancy(), a_person()

    with pytest.raises(DiscrepancyRefused, match=said):
        propose(replace(DECISION, discrepancy_id=row.pk, by=ann, **changed))

    assert (fresh(row).state, Entry.objects.count()) == (State.OPEN, 0)


def test_ignoring_needs_a_reason_and_no_evidence() -> None:
    row, ann = a_discrepancy(Kind.TIMING, theirs=None), a_person()

    propose(Decision(row.pk, ann, Resolution.IGNORED, "comes on Monday", seen=figures(row)))

    assert fresh(row).state == State.RESOLVED


def test_what_another_looks_after_is_not_settled_past_them() -> None:
    row = a_discrepancy()
    resolve.take(discrepancy_id=row.pk, by=a_person("ann"))

    with pytest.raises(DiscrepancyRefused, match="ann looks after this: take it over"):
        settle(row)

    assert fresh(row).state == State.INVESTIGATING


@pytest.mark.parametrize("how", [Resolution.ADJUSTED, Resolution.IGNORED, Resolution.REFUNDED])
@pytest.mark.usefixtures("limited")
def test_above_the_limit_nothing_is_posted_until_another_agrees(how: Resolution) -> None:
    row, ann, bob = a_discrepancy(), a_person(), a_person()
    settle(row, how, by=ann)
    assert (fresh(row).state, Entry.objects.count()) == (State.PROPOSED, 0)

    with pytest.raises(DiscrepancyRefused, match="who proposed this cannot approve it"):
        agree(row, ann)
    assert [agree(row, bob) for _ in range(2)] == [True, False]

    assert (fresh(row).state, fresh(row).approved_by_id) == (State.RESOLVED, bob)
    assert Entry.objects.count() == (how == Resolution.ADJUSTED)


@pytest.mark.usefixtures("limited")
def test_the_limit_itself_needs_nobody_else() -> None:
    row = a_discrepancy(theirs=6099)

    settle(row)

    assert fresh(row).state == State.RESOLVED


@pytest.mark.parametrize("limits", [{}, {"GBP": "0"}])
def test_a_currency_that_is_not_named_has_no_limit(settings: Any, limits: dict[str, str]) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "approve_resolutions_above": limits}
    row = a_discrepancy(currency="EUR", theirs=10**12)

    settle(row)

    assert fresh(row).state == State.RESOLVED
    assert payment_settings().resolution_limit("EUR") is None


@pytest.mark.usefixtures("limited")
def test_of_two_currencies_each_has_its_own_limit() -> None:
    row = a_discrepancy(Kind.CURRENCY, our_currency="GBP", ours=100, currency="USD", theirs=10)

    settle(row)

    assert fresh(row).state == State.PROPOSED


@pytest.mark.usefixtures("limited")
def test_what_is_rejected_is_looked_into_again_with_its_reason_and_may_be_proposed_anew() -> None:
    row, ann, bob = a_discrepancy(), a_person(), a_person()
    settle(row, by=ann, key="first")

    assert [disagree(row, bob, key="no") for _ in range(2)] == [True, False]

    again = fresh(row)
    assert (again.state, again.owner_id, again.resolution) == (State.INVESTIGATING, ann, "")
    assert (again.reason, again.decision_note) == ("the provider said so by mail", "not convinced")
    assert settle(row, by=ann, key="first") is False
    assert settle(row, by=ann, key="second") is True
    assert fresh(row).state == State.PROPOSED


@pytest.mark.usefixtures("limited")
def test_a_rejected_one_is_approved_by_nobody() -> None:
    row, bob = a_discrepancy(), a_person()
    settle(row)
    disagree(row, bob)

    with pytest.raises(DiscrepancyRefused, match="nothing is proposed here"):
        agree(row, bob)

    assert not Entry.objects.exists()


@pytest.mark.usefixtures("limited")
def test_what_settles_itself_is_approved_by_nobody() -> None:
    row = a_discrepancy()
    settle(row)

    assert [resolve.settle_by_itself([row.pk], reason="it came") for _ in range(2)] == [1, 0]

    with pytest.raises(DiscrepancyRefused, match="settled already: by itself"):
        agree(row, a_person())
    assert not Entry.objects.exists()


@pytest.mark.usefixtures("limited")
def test_what_a_match_has_changed_meanwhile_is_looked_at_again() -> None:
    row, bob = a_discrepancy(), a_person()
    settle(row)
    seen = figures(row)
    Discrepancy.objects.update(theirs=9900)

    with pytest.raises(DiscrepancyRefused, match="amounts have changed"):
        resolve.approve(resolve.Answer(row.pk, bob, seen=seen))

    assert fresh(row).state == State.PROPOSED


@pytest.mark.usefixtures("limited")
def test_what_no_longer_differs_cannot_be_approved_only_rejected() -> None:
    row, bob = a_discrepancy(), a_person()
    settle(row)
    Discrepancy.objects.update(theirs=6000)

    with pytest.raises(DiscrepancyRefused, match="reject it"):
        agree(row, bob)

    assert disagree(row, bob) is True


@pytest.mark.parametrize(
    ("named", "changes"),
    [
        ("discrepancy_says_why", {"resolution": Resolution.IGNORED}),
        ("discrepancy_has_evidence", {"resolution": Resolution.REFUNDED, "reason": "so"}),
        ("discrepancy_proposed_somehow", {"state": State.PROPOSED}),
    ],
)
def test_the_database_refuses_what_says_too_little(named: str, changes: dict[str, str]) -> None:
    row = a_discrepancy()

    with pytest.raises(IntegrityError, match=named), transaction.atomic():
        Discrepancy.objects.filter(pk=row.pk).update(**changes)
