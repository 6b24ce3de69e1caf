"""Each night the reports that are ready are fetched from the real bank, each day once."""

from __future__ import annotations

import logging

import pytest

from payments.models import Discrepancy, Entry, Posting, ProviderAccount, SettlementFile
from payments.models.settlement import FileState
from payments.reconciliation.receive import take_back
from payments.services.check_ledger import faults
from tests.payments.reconciliation.books import posted
from tests.payments.reconciliation.night import (
    A_DAY,
    a_refund,
    a_sale,
    close,
    connected,
    days_here,
    held,
    night,
    owed,
    send,
    today,
    unsettled,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(bank: str) -> ProviderAccount:
    return connected(bank)


def test_a_day_at_the_bank_agrees_to_the_penny(account: ProviderAccount) -> None:
    a_refund(a_sale(account, 6000))
    a_sale(account, 4500)
    close(account)

    assert night() == 1

    assert days_here(account) == [(today(), "loaded")]
    assert (unsettled(), list(faults())) == ([], [])


def test_fees_and_the_payout_come_into_the_ledger(account: ProviderAccount) -> None:
    a_refund(a_sale(account, 6000), 1000)
    close(account)

    night()

    assert posted("fee") == {("fees:sandbox", "GBP"): 104, ("provider:sandbox", "GBP"): -104}
    assert posted("payout") == {("bank", "GBP"): 4896, ("provider:sandbox", "GBP"): -4896}


def test_the_ledger_holds_what_the_bank_says_that_it_owes(account: ProviderAccount) -> None:
    """But for parts of a penny, by which the bank has rounded its payout."""
    for amount in (6000, 4501, 3):
        a_sale(account, amount)
    close(account)

    night()

    assert abs(held(account)["GBP"] - owed(account)["GBP"]) < 1


def test_what_no_report_tells_of_yet_is_owed_without_its_fee(account: ProviderAccount) -> None:
    a_sale(account, 6000)
    close(account)
    a_sale(account, 5000)

    night()

    assert held(account)["GBP"] - owed(account)["GBP"] == 90


def test_a_second_night_changes_nothing(account: ProviderAccount) -> None:
    a_sale(account)
    close(account)
    night()
    before = list(Entry.objects.values()), list(Posting.objects.values())

    assert night() == 0

    assert (list(Entry.objects.values()), list(Posting.objects.values())) == before
    assert (SettlementFile.objects.count(), Discrepancy.objects.count()) == (1, 0)


def test_a_report_that_is_not_ready_is_fetched_once_it_is(account: ProviderAccount) -> None:
    a_sale(account)
    assert night() == 0

    close(account)

    assert night() == 1
    assert days_here(account) == [(today(), "loaded")]


def test_nights_that_were_missed_are_made_up(account: ProviderAccount) -> None:
    a_sale(account)
    close(account, today() + 2 * A_DAY)

    assert night(days=3) == 3

    assert days_here(account) == [(today() + n * A_DAY, "loaded") for n in range(3)]


def test_the_day_of_a_reader_who_died_is_fetched_again(account: ProviderAccount) -> None:
    a_sale(account)
    close(account)
    night()
    SettlementFile.objects.update(state=FileState.READING)

    assert night(days=2) == 1

    assert days_here(account) == [(today(), "loaded")]


def test_a_day_between_two_that_are_here_is_fetched(account: ProviderAccount) -> None:
    a_sale(account)
    close(account, today() + 2 * A_DAY)
    night(days=3)
    second = SettlementFile.objects.order_by("first_day")[1]
    take_back(second.pk, by=None)

    assert night(days=3) == 1

    assert [day for day, state in days_here(account) if state == "loaded"] == [
        today() + n * A_DAY for n in range(3)
    ]


def test_an_account_that_fails_holds_up_no_other(bank: str) -> None:
    down, well = connected(bank, "down"), connected(bank, "well")
    for account in (down, well):
        a_sale(account)
        close(account)
    ProviderAccount.objects.filter(pk=down.pk).update(base_url="http://127.0.0.1:9")

    assert night() == 1

    assert (days_here(down), days_here(well)) == ([], [(today(), "loaded")])


@pytest.mark.parametrize("change", [{"active": False}, {"mode": "live"}])
def test_an_account_that_is_not_used_is_left_alone(
    account: ProviderAccount, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    a_sale(account)
    close(account)
    ProviderAccount.objects.update(**change)

    with caplog.at_level(logging.WARNING):
        assert night() == 0

    assert (days_here(account), caplog.messages) == ([], [])


def test_a_refused_day_is_not_asked_for_again_and_the_next_ones_come(
    account: ProviderAccount,
) -> None:
    a_sale(account)
    close(account, today() + A_DAY)
    ProviderAccount.objects.update(merchant_id="mer_of_another")
    night()
    ProviderAccount.objects.update(merchant_id=account.merchant_id)

    assert night(days=2) == 1

    assert days_here(account) == [(today(), "refused"), (today() + A_DAY, "loaded")]


def test_each_fault_of_a_report_is_told(account: ProviderAccount) -> None:
    for amount in range(1000, 1004):
        a_sale(account, amount)
    close(account)
    wrong = some_faults(account)

    night()

    found = [kind for kind, _ in unsettled() if kind != "payout_total"]
    assert sorted(found) == wrong


def some_faults(account: ProviderAccount) -> list[str]:
    """Let the bank tell what is not so; the kinds of all that is wrong."""
    kinds = ["amount", "missing_in_provider", "missing_in_ledger", "duplicate_in_provider"]
    for seed in range(1000):
        wanted = {"seed": f"{seed}", "share": 0.2, "kinds": kinds}
        send(account, "PATCH", "/v1/merchants/me", json={"report_faults": wanted})
        told = send(account, "GET", f"/v1/reports/faults?day={today()}")["data"]
        if len(told) > 1:
            return sorted(each["kind"] for each in told)
    raise AssertionError("the bank makes no faults")
