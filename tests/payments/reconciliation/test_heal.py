"""What the provider can settle is asked of the real bank, once a night, and booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from payments.models import Attempt, Discrepancy, Entry, Operation, ProviderAccount
from payments.reconciliation import heal as healing
from payments.reconciliation.heal import heal
from payments.reconciliation.resolve import take
from payments.reconciliation.run import reconcile
from payments.services.check_ledger import faults
from tests.config.waiting import until
from tests.factories import an_attempt, an_order, later
from tests.payments.disagreeing import a_person
from tests.payments.flows.cast import ask_bank, bank_payment, begin, pay
from tests.payments.reconciliation.books import Theirs
from tests.payments.reconciliation.night import (
    a_refund,
    a_sale_unheard_of,
    close,
    connected,
    held,
    night,
    owed,
    today,
    unsettled,
)
from tests.payments.sandbox.cast import BankProcess

pytestmark = pytest.mark.django_db
NOBODY = "http://127.0.0.1:9"
ALMOST_A_DAY = timedelta(hours=19)
A_NIGHT = timedelta(hours=21)


@pytest.fixture
def account(bank: str) -> ProviderAccount:
    return connected(bank)


@pytest.fixture
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderAccount]:
    """An account at a bank where half a minute is half a second."""
    bank = BankProcess(tmp_path_factory.mktemp("quick"), pace=0.02)
    bank.start()
    yield connected(bank.url)
    bank.kill()


def told_of(attempt: Attempt) -> Discrepancy:
    """A report of today tells of its capture, and the books were compared."""
    Theirs(attempt.account, today()).sale(attempt).comes()
    reconcile(attempt.account)
    return Discrepancy.objects.get()


def out_of_reach(account: ProviderAccount) -> ProviderAccount:
    ProviderAccount.objects.filter(pk=account.pk).update(base_url=NOBODY)
    return ProviderAccount.objects.get(pk=account.pk)


def at_an_hour(account: ProviderAccount, hours: timedelta) -> int:
    with later(hours):
        return heal(account)


def test_a_capture_of_which_nothing_was_heard_is_booked_by_the_report(
    account: ProviderAccount,
) -> None:
    attempt = a_sale_unheard_of(account)
    close(account)
    assert not Entry.objects.exists()

    night()

    attempt.refresh_from_db()
    assert (attempt.status, attempt.captured) == ("captured", 6000)
    assert (unsettled(), list(faults())) == ([], [])
    assert abs(held(account)["GBP"] - owed(account)["GBP"]) < 1


def test_what_the_bank_has_settled_ends_by_itself(account: ProviderAccount) -> None:
    row = told_of(a_sale_unheard_of(account))
    assert (row.kind, row.state) == ("missing_in_ledger", "open")

    assert heal(account) == 1

    row.refresh_from_db()
    assert (row.state, row.resolution) == ("resolved", "auto")


def test_a_refund_that_is_settled_there_and_pending_here_is_booked(quick: ProviderAccount) -> None:
    sale = ask_bank(pay(begin(quick, order=an_order()), "tok_refund_pending"))
    a_refund(sale, 1000)
    assert Operation.objects.get().status == "pending"
    assert until(lambda: bank_payment(sale)["refunded"] == 1000, seconds=30)
    close(quick)

    night()

    assert Operation.objects.get().status == "succeeded"
    assert [*Discrepancy.objects.values_list("kind", "state", "resolution")] == [
        ("status", "resolved", "auto")
    ]
    assert unsettled() == []


def test_a_reference_that_nobody_knows_is_never_asked_about(account: ProviderAccount) -> None:
    Theirs(account, today()).line("capture", reference="A" + "0" * 20, gross=500).comes()
    reconcile(account)

    assert heal(account) == 0

    assert Discrepancy.objects.get().asked_at is None


def test_what_a_person_looks_after_is_left_to_them(account: ProviderAccount) -> None:
    row = told_of(a_sale_unheard_of(account))
    take(discrepancy_id=row.pk, by=a_person())

    assert heal(account) == 0

    row.refresh_from_db()
    assert (row.state, row.asked_at) == ("investigating", None)


def test_a_bank_that_is_down_is_asked_again_the_next_night_and_not_before(
    account: ProviderAccount,
) -> None:
    attempt = a_sale_unheard_of(account)
    row = told_of(attempt)
    gone = out_of_reach(account)

    asked = [heal(gone), at_an_hour(gone, ALMOST_A_DAY), at_an_hour(gone, A_NIGHT)]

    assert asked == [1, 0, 1]
    row.refresh_from_db()
    assert (row.state, Entry.objects.count()) == ("open", 0)


def test_once_the_bank_is_back_it_is_settled(account: ProviderAccount) -> None:
    row = told_of(a_sale_unheard_of(account))
    heal(out_of_reach(account))
    ProviderAccount.objects.update(base_url=account.base_url)

    assert at_an_hour(account, A_NIGHT) == 1

    row.refresh_from_db()
    assert (row.state, row.resolution) == ("resolved", "auto")


def test_what_the_bank_does_not_settle_stays_for_a_person(account: ProviderAccount) -> None:
    """The report tells of a payment that nobody has made."""
    row = told_of(begin(account, order=an_order()))

    assert heal(account) == 1

    row.refresh_from_db()
    assert (row.kind, row.state) == ("missing_in_ledger", "open")


def test_what_the_bank_has_never_heard_of_stays_for_a_person(account: ProviderAccount) -> None:
    row = told_of(an_attempt(account=account))

    assert heal(account) == 1

    row.refresh_from_db()
    assert (row.state, Entry.objects.count()) == ("open", 0)


def test_several_lines_of_one_attempt_are_one_question(account: ProviderAccount) -> None:
    attempt = a_sale_unheard_of(account)
    theirs = Theirs(account, today()).sale(attempt)
    theirs.line("refund", id="re_x", reference="", gross=-5).comes()
    reconcile(account)
    Discrepancy.objects.update(attempt=attempt, kind="status")

    assert heal(account) == 1

    assert not Discrepancy.objects.filter(asked_at=None).exists()


def test_a_bank_that_stays_silent_is_not_asked_about_all_of_them(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "MOST_SILENT", 2)
    unheard_of(account, 5)
    gone = out_of_reach(account)

    assert [heal(gone), heal(gone), heal(gone)] == [2, 2, 1]


def test_those_that_get_no_answer_hold_up_no_others(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "MOST_SILENT", 2)
    theirs = Theirs(account, today())
    for _ in range(3):
        theirs.sale(an_attempt(an_order(), account))
    theirs.sale(a_sale_unheard_of(account)).comes()
    reconcile(account)

    at_an_hour(account, timedelta(0))
    at_an_hour(account, A_NIGHT)

    assert Entry.objects.filter(kind="capture").count() == 1


def test_a_night_asks_about_all_of_them(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(healing, "SOME", 2)
    for amount in (1000, 2000, 3000, 4000, 5000):
        a_sale_unheard_of(account, amount)
    close(account)

    night()

    assert unsettled() == []


def unheard_of(account: ProviderAccount, count: int) -> None:
    """A report of payments that the bank is not asked about yet."""
    theirs = Theirs(account, today())
    for _ in range(count):
        theirs.sale(an_attempt(an_order(), account))
    theirs.comes()
    reconcile(account)
