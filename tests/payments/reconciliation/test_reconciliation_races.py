"""Many at once on real connections: each file is loaded once, each question asked once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from django.db.models import Sum

from orders.clock import now
from payments.errors import DiscrepancyRefused
from payments.models import (
    Attempt,
    BankLine,
    Discrepancy,
    Entry,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.settlement import FileState
from payments.providers.reports import BadLine
from payments.reconciliation import heal as healing
from payments.reconciliation import load_statement
from payments.reconciliation.importing import import_path
from payments.reconciliation.reading import Reader
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from payments.services.apply import apply_outcome
from payments.services.check_ledger import faults
from payments.statements import BankRow
from tests.config.waiting import until
from tests.factories import an_attempt, an_order, captured, later
from tests.payments.crowd import all_at_once, at_once
from tests.payments.disagreeing import a_person, settle
from tests.payments.flows.cast import ask_bank
from tests.payments.reconciliation.books import (
    Theirs,
    found,
    imported,
    posted,
    refunded_by_them,
    sold,
    the_account,
)
from tests.payments.reconciliation.night import a_sale_unheard_of, connected, today
from tests.payments.statements.documents import balance, document, entry
from tests.workers.process import ROOT
from tests.workers.shop import database_url

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TIMES = 4
MANY = 60_000


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def today_of(account: ProviderAccount) -> Theirs:
    return Theirs(account, today())


def line(theirs: Theirs, kind: str, **given: Any) -> Theirs:
    return theirs.line(kind, **({"occurred_at": now().isoformat()} | given))


def states() -> list[str]:
    return sorted(SettlementFile.objects.values_list("state", flat=True))


def test_one_file_in_eight_hands_is_loaded_once(account: ProviderAccount) -> None:
    text = line(today_of(account), "adjustment", gross=1).text().encode()

    files = at_once(8, lambda _: imported(account, text).pk)

    assert len(set(files)) == 1
    assert (states(), SettlementLine.objects.count()) == (["loaded"], 1)
    assert SettlementTotal.objects.count() == 1


def test_a_refused_file_in_eight_hands_tells_each_of_them(account: ProviderAccount) -> None:
    for number in range(TIMES):
        broken = f"{today_of(account).text()[:-20]}{number}".encode()
        at_once(8, lambda _: imported(account, broken).pk)  # noqa: B023  # all are done by then

    assert set(states()) == {"refused"}
    assert SettlementLine.objects.count() == 0


def test_of_two_files_of_one_day_one_is_loaded(account: ProviderAccount) -> None:
    for _ in range(TIMES):
        bodies = [
            line(today_of(account), "adjustment", gross=gross).text().encode() for gross in (1, 2)
        ]

        at_once(2, lambda number: imported(account, bodies[number]).pk)  # noqa: B023  # all are done by then

        assert (states().count("loaded"), SettlementLine.objects.count()) == (1, 1)
        take_back(SettlementFile.objects.get(state="loaded").pk, by=None)
        SettlementLine.objects.all().delete()


def a_statement(number: int) -> bytes:
    """The same statement, by other bytes."""
    head = "<Id>S7</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>\n"
    inside = balance("OPBD", "0.00") + balance("CLBD", "5.00") + entry("5.00")
    return document(f"<Stmt>\n{head}{inside}</Stmt>\n", before=f"<!-- {number} -->").encode()


def test_one_statement_in_two_files_is_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has read all of it before either of them ends."""
    keep, both = load_statement._keep, Barrier(2)

    def together(reader: Reader, some: Sequence[BankRow | BadLine]) -> None:
        keep(reader, some)
        both.wait(timeout=30)

    monkeypatch.setattr(load_statement, "_keep", together)
    at_once(2, lambda copy: imported(None, a_statement(copy)).pk)

    assert (states(), BankLine.objects.count()) == (["loaded", "refused"], 1)


def test_one_statement_in_many_files_is_loaded_once() -> None:
    for number in range(TIMES):
        at_once(2, lambda copy: imported(None, a_statement(2 * number + copy)).pk)  # noqa: B023  # all are done by then

    assert (states().count("loaded"), BankLine.objects.count()) == (1, 1)


def test_of_two_who_compare_one_does_and_all_is_there_once(account: ProviderAccount) -> None:
    for number in range(20):
        theirs = Theirs(account, today() - timedelta(days=number))
        at = (now() - timedelta(days=number)).isoformat()
        theirs.line("capture", gross=500, fee=10, payout=f"po_{number}", occurred_at=at)
        theirs.line("payout", gross=-490, payout=f"po_{number}", occurred_at=at).comes()

    told = at_once(4, lambda _: reconcile(account))

    assert 20 in told
    assert set(told) <= {20, None}
    assert Discrepancy.objects.count() == 20
    assert posted("payout")["bank", "GBP"] == 20 * 490
    assert Entry.objects.values("key").distinct().count() == Entry.objects.count() == 40


def test_what_is_sold_while_books_are_compared_is_no_question_in_the_end(
    account: ProviderAccount,
) -> None:
    attempts = [an_attempt(an_order(), account) for _ in range(24)]
    theirs = today_of(account)
    for attempt in attempts:
        theirs.sale(attempt, occurred_at=now().isoformat())
        line(theirs, "refund", id=f"re_{attempt.pk}", gross=-1000)
    theirs.comes()
    done = Event()

    def compare() -> int:
        rounds = 0
        while not done.is_set():
            reconcile(account)
            rounds += 1
        return rounds

    def sell() -> None:
        try:
            at_once(4, lambda number: live(attempts[number::4]))
        finally:
            done.set()

    rounds, _ = all_at_once(compare, sell)

    assert isinstance(rounds, int)
    assert reconcile(account) == 0
    assert (found(account), list(faults())) == ([], [])
    assert Entry.objects.count() == 2 * len(attempts)


def live(attempts: list[Attempt]) -> int:
    """Captured, and refunded at the provider's own site."""
    for attempt in attempts:
        sold(attempt)
        refunded_by_them(attempt, 1000, theirs=f"re_{attempt.pk}")
    return len(attempts)


def test_a_late_webhook_and_the_report_book_a_capture_once(bank: str) -> None:
    account = connected(bank)
    for amount in range(1000, 1000 + TIMES):
        attempt = a_sale_unheard_of(account, amount)
        file = today_of(account).sale(attempt, occurred_at=now().isoformat()).comes()
        reconcile(account)

        all_at_once(
            partial(healing.heal, account),
            partial(ask_bank, attempt),
            partial(apply_outcome, attempt_id=attempt.pk, outcome=captured(attempt), source="hook"),
        )

        reconcile(account)
        assert f"capture:{attempt.our_ref}" not in [subject for _kind, subject in found(account)]
        assert Entry.objects.filter(attempt=attempt).count() == 1
        take_back(file.pk, by=None)
    assert list(faults()) == []


def test_what_a_person_settles_while_it_settles_itself_is_settled_one_way(
    account: ProviderAccount,
) -> None:
    for _ in range(TIMES):
        attempt = an_attempt(an_order(), account)
        file = today_of(account).sale(attempt, occurred_at=now().isoformat()).comes()
        reconcile(account)
        row, ann = Discrepancy.objects.latest("pk"), a_person()
        sold(attempt)

        all_at_once(partial(reconcile, account), partial(tried, row, ann))

        reconcile(account)  # the books agree now: what was adjusted meanwhile is undone
        row.refresh_from_db()
        entries = Entry.objects.filter(discrepancy=row).count()
        assert (row.resolution, entries) in {("auto", 0), ("auto", 2)}
        take_back(file.pk, by=None)
    assert list(faults()) == []


def tried(row: Discrepancy, by: int) -> str:
    try:
        return str(settle(row, by=by))
    except DiscrepancyRefused:
        return "refused"


@pytest.fixture
def large(account: ProviderAccount, tmp_path: Path) -> Path:
    """A report that takes some seconds to read."""
    theirs = line(today_of(account), "adjustment", gross=1)
    theirs.rows *= MANY * 5
    path = tmp_path / "large.csv"
    path.write_text(theirs.text())
    return path


@pytest.fixture
def reader(large: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that reads it."""
    command = [sys.executable, "manage.py", "import_settlement", "sandbox", str(large)]
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database_url()}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stdout=quiet, stderr=quiet
    )
    yield process
    process.kill()
    process.wait()


def test_a_reader_who_is_killed_is_followed_by_one_who_reads_each_line_once(
    account: ProviderAccount, large: Path, reader: subprocess.Popen[bytes]
) -> None:
    assert until(SettlementFile.objects.filter(lines_read__gt=MANY).exists)
    reader.kill()
    reader.wait()
    assert SettlementFile.objects.get().state == FileState.READING

    at_once_again = import_path(account, large)
    with later(timedelta(minutes=3)):
        file = import_path(account, large)

    assert (at_once_again.state, file.state, file.pk) == ("reading", "loaded", at_once_again.pk)
    assert SettlementLine.objects.count() == file.lines_read == MANY * 5
    assert SettlementTotal.objects.aggregate(sum=Sum("lines"))["sum"] == MANY * 5
