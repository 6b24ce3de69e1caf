"""manage.py import_settlement: files of any size, what became of them, and what does not agree."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from orders.clock import clock_at
from payments.models import (
    Match,
    ProviderAccount,
    SettlementChunk,
    SettlementFile,
    SettlementLine,
)
from payments.models.settlement import FileKind, FileState
from payments.reconciliation import reading
from payments.reconciliation.receive import receive_upload
from tests.factories import an_attempt
from tests.payments.reconciliation.books import DAY, NOON, Theirs, a_sale, at_noon, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
LATER = NOON + timedelta(hours=1)
STATEMENT = f"booked_on,currency,amount,reference\n{DAY},GBP,59.20,po_1\n"


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


@pytest.fixture
def theirs(account: ProviderAccount) -> Theirs:
    """A report of one sale that agrees."""
    return Theirs(account).sale(a_sale(account))


@pytest.fixture
def path(tmp_path: Path, theirs: Theirs) -> Path:
    path = tmp_path / "report.csv"
    path.write_text(theirs.text())
    return path


def told(*arguments: str | Path) -> tuple[str, str]:
    """What it says, and what it says of its progress."""
    out, progress = io.StringIO(), io.StringIO()
    call_command("import_settlement", *map(str, arguments), stdout=out, stderr=progress)
    return out.getvalue(), progress.getvalue()


def refusal(*arguments: str | Path) -> str:
    with pytest.raises(CommandError) as refused:
        told(*arguments)
    assert refused.value.returncode == 1
    return str(refused.value)


def test_it_says_what_came_in_and_that_it_agrees(path: Path) -> None:
    out, _ = told("sandbox", path)

    number = SettlementFile.objects.get().pk
    assert out.splitlines() == [
        f"report.csv is file {number}: 1 lines, {DAY} to {DAY}; 0 cannot be read.",
        "sandbox: 0 discrepancies to settle; asked about 0 payments.",
    ]


def test_what_does_not_agree_is_counted_and_asked_about(path: Path, theirs: Theirs) -> None:
    theirs.sale(an_attempt(account=theirs.account)).raw("capture,what,is,this")
    path.write_text(theirs.text())

    out, _ = told("sandbox", path)

    assert "2 lines" in out
    assert "1 cannot be read" in out
    assert "sandbox: 2 discrepancies to settle; asked about 1 payments." in out


def test_the_same_again_changes_nothing(path: Path) -> None:
    first, _ = told("sandbox", path)
    with clock_at(lambda: LATER):
        again, _ = told("sandbox", path.rename(path.with_name("copy.csv")))

    assert "The very same file came in before: nothing was read again." in again
    assert "came in before" not in first
    assert (SettlementFile.objects.count(), SettlementLine.objects.count()) == (1, 1)


@pytest.mark.parametrize("text", ["", "no report at all\n"])
def test_bytes_that_wait_as_an_upload_are_kept_no_longer_than_until_the_command_has_read_them(
    path: Path, account: ProviderAccount, text: str
) -> None:
    path.write_text(text or path.read_text())
    upload = SimpleUploadedFile("report.csv", path.read_bytes())
    receive_upload(account, FileKind.REPORT, upload, by=None)

    with suppress(CommandError):
        told("sandbox", path)

    states = list(SettlementFile.objects.values_list("state", flat=True))
    assert states == [FileState.REFUSED if text else FileState.LOADED]
    assert not SettlementChunk.objects.exists()


def test_a_packed_file_is_read(path: Path) -> None:
    packed = path.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))

    assert "1 lines" in told("sandbox", packed)[0]


def test_a_statement_of_the_bank_is_compared_with_every_account(
    path: Path, account: ProviderAccount
) -> None:
    the_account(code="other", merchant_id="mer_other")
    path.write_text(STATEMENT)

    out, _ = told("bank", path)

    assert "1 lines" in out
    assert ("sandbox: 0 disc" in out, "other: 0 disc" in out) == (True, True)


def test_progress_is_told_of_a_longer_file(
    path: Path, theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LINES", 2)
    for number in range(4):
        theirs.line("adjustment", gross=number)
    path.write_text(theirs.text())

    _, progress = told("sandbox", path)

    lines = progress.splitlines()
    assert [line.split(" (")[0] for line in lines] == ["2 lines", "4 lines", "5 lines"]
    assert lines[-1].endswith("(100 %)")


def test_an_account_that_is_not_there_is_told_with_those_that_are(
    path: Path, account: ProviderAccount
) -> None:
    assert refusal("stripe", path) == "No account stripe. There are: sandbox, bank."
    assert not SettlementFile.objects.exists()


def test_a_file_that_is_not_there_is_told(path: Path) -> None:
    missing = path.with_name("missing.csv")

    assert refusal("sandbox", missing) == f"{missing} cannot be read: No such file or directory."


def test_a_directory_is_told(path: Path) -> None:
    assert refusal("sandbox", path.parent) == f"{path.parent} cannot be read: Is a directory."


def test_a_file_of_nothing_is_told(path: Path) -> None:
    path.write_bytes(b"")

    assert "empty" in refusal("sandbox", path)


def test_a_refused_file_is_told_with_its_line_and_nothing_is_compared(
    path: Path, theirs: Theirs
) -> None:
    theirs.head["#mode"] = "live"
    path.write_text(theirs.text())

    assert refusal("sandbox", path).startswith("report.csv is refused: line 3: it is of the mode")
    assert not Match.objects.exists()


def test_days_that_are_here_are_told_with_their_line(path: Path, theirs: Theirs) -> None:
    told("sandbox", path)
    path.write_text(theirs.line("adjustment", gross=1).text())

    assert f"line 4: {DAY} is in the file report.csv already" in refusal("sandbox", path)


def test_a_missing_column_is_told_with_the_line_of_the_headers(path: Path, theirs: Theirs) -> None:
    path.write_text(theirs.text().replace(",gross,", ",amount,"))

    assert "line 6: " in refusal("sandbox", path)


def test_a_file_that_breaks_off_is_told(path: Path, theirs: Theirs) -> None:
    path.write_text(theirs.text()[:-10])

    assert refusal("sandbox", path).startswith("report.csv is refused: line 8: ")
    assert not SettlementLine.objects.exists()


def test_an_archive_that_grows_without_end_is_told(path: Path) -> None:
    path.write_bytes(gzip.compress(b"0" * 5_000_000))

    assert "more than 100 times" in refusal("sandbox", path)


def test_a_statement_that_is_here_is_told(path: Path) -> None:
    path.write_text(STATEMENT)
    told("bank", path)

    with clock_at(lambda: LATER):
        assert "The very same file came in before" in told("bank", path)[0]
    assert SettlementFile.objects.count() == 1


def test_a_report_of_a_live_account_is_not_read_here(path: Path) -> None:
    ProviderAccount.objects.update(mode="live")

    assert "is live but" in refusal("sandbox", path)


def test_what_another_process_reads_is_left_to_it(path: Path) -> None:
    told("sandbox", path)
    SettlementFile.objects.update(state=FileState.READING)

    assert refusal("sandbox", path).startswith("report.csv is being read by another process.")


def test_books_that_another_process_compares_are_left_to_it(
    path: Path, account: ProviderAccount
) -> None:
    Match.objects.create(account=account, claimed_until=NOON.replace(year=2100))

    assert "sandbox: another process is comparing the books." in told("sandbox", path)[0]
