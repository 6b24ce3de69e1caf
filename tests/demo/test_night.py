"""One command shows who is new how books are compared, without waiting for a night."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments.models import Discrepancy, SettlementFile
from tests.payments.reconciliation.night import a_sale, connected

pytestmark = pytest.mark.django_db


def night(**options: bool) -> str:
    told = StringIO()
    call_command("demo_night", stdout=told, **options)
    return told.getvalue()


def test_a_night_reads_the_report_and_the_statement_of_today(bank: str) -> None:
    a_sale(connected(bank))

    told = night()

    assert "0 discrepancies to settle" in told
    assert {file.kind: file.state for file in SettlementFile.objects.all()} == {
        "report": "loaded",
        "statement": "loaded",
    }


def test_mistakes_are_found(bank: str) -> None:
    account = connected(bank)
    for amount in (1000, 2000, 3000):
        a_sale(account, amount)

    night(mistakes=True)

    assert Discrepancy.objects.exclude(state="resolved").exists()


def test_a_second_night_of_the_same_day_changes_nothing(bank: str) -> None:
    a_sale(connected(bank))
    night()
    before = list(SettlementFile.objects.values())

    night()

    assert list(SettlementFile.objects.values()) == before


def test_without_an_account_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="make demo"):
        night()
