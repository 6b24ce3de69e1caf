"""What comes in, is posted or is taken back while books are compared: the next run has it right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from orders.clock import clock_at
from payments.models import Discrepancy, Entry, ProviderAccount
from payments.reconciliation import fees, post_report, run
from payments.reconciliation.claim import LEASE
from payments.reconciliation.follow import import_and_compare
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from payments.services.check_ledger import faults
from tests.factories import later
from tests.payments.reconciliation.books import (
    DAY,
    NOON,
    Theirs,
    a_sale,
    paid,
    posted,
    with_agreed_fee,
)

pytestmark = pytest.mark.django_db
STEPS = ["match", "question_fees", "sum_payouts", "follow_payouts", "post_report"]
FEE = {("fees:sandbox", "GBP"): 80, ("provider:sandbox", "GBP"): -80}
PAYOUT = {("bank", "GBP"): 5920, ("provider:sandbox", "GBP"): -5920}


@pytest.fixture(autouse=True)
def _from_noon_on() -> Iterator[None]:
    """Each time somebody looks at the clock a second has gone by."""
    seconds = count()
    with clock_at(lambda: NOON + timedelta(seconds=next(seconds))):
        yield


@pytest.fixture
def account() -> ProviderAccount:
    return with_agreed_fee()


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets something happen once, when a function of a module has done its part."""

    def plan(module: object, name: str, happens: Callable[[], object]) -> None:
        done = getattr(module, name)

        def meanwhile(*given: Any) -> Any:
            monkeypatch.setattr(module, name, done)
            result = done(*given)
            happens()
            return result

        monkeypatch.setattr(module, name, meanwhile)

    return plan


def test_a_payout_that_came_since_payouts_were_summed_up_is_posted_by_the_next_run(
    account: ProviderAccount, after: Callable[..., None]
) -> None:
    theirs, sold_first = paid(account, 5920), a_sale(account)
    yesterday = Theirs(account, DAY - timedelta(days=1)).sale(sold_first, fee=80, payout="po_0")
    yesterday.comes()
    after(run, "follow_payouts", theirs.comes)

    reconcile(account)
    assert (posted("fee"), posted("payout")) == (FEE, {})

    import_and_compare()
    assert posted("payout") == PAYOUT
    assert (posted("fee")["fees:sandbox", "GBP"], list(faults())) == (160, [])


@pytest.mark.parametrize("read", ["_must", "_has"])
def test_what_another_has_posted_since_the_ledger_was_read_is_not_posted_twice(
    account: ProviderAccount, after: Callable[..., None], read: str
) -> None:
    """Who has said nothing for half an hour is taken for dead, though it goes on."""
    paid(account, 5920).comes()

    def another() -> None:
        with later(LEASE + timedelta(minutes=1)):
            reconcile(account)

    after(post_report, read, another)

    reconcile(account)

    assert (posted("fee"), posted("payout")) == (FEE, PAYOUT)
    assert Entry.objects.exclude(payout=None).count() == 2


@pytest.mark.parametrize("step", STEPS)
def test_of_a_file_that_is_taken_back_while_books_are_compared_nothing_stays_posted(
    account: ProviderAccount, after: Callable[..., None], step: str
) -> None:
    file = paid(account, 5900, fee="100").comes()
    after(run, step, lambda: take_back(file.pk, by=None))

    reconcile(account)
    import_and_compare()

    assert (posted("fee"), posted("payout"), list(faults())) == ({}, {}, [])
    assert not Discrepancy.objects.filter(kind="fee").exclude(state="resolved").exists()


def test_what_was_read_of_a_file_before_it_was_taken_back_is_posted_and_evened_out_by_the_next_run(
    account: ProviderAccount, after: Callable[..., None]
) -> None:
    file = paid(account, 5920).comes()
    after(post_report, "_must", lambda: take_back(file.pk, by=None))

    reconcile(account)
    assert (posted("fee"), posted("payout")) == (FEE, PAYOUT)

    import_and_compare()
    assert (posted("fee"), posted("payout"), list(faults())) == ({}, {}, [])


def test_no_fee_is_asked_about_of_a_file_that_is_taken_back_before_its_turn(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = paid(account, 5900, fee="100").comes()

    def now() -> datetime:
        take_back(file.pk, by=None)
        return NOON

    monkeypatch.setattr(fees, "now", now)
    reconcile(account)

    assert not Discrepancy.objects.filter(kind="fee").exists()
