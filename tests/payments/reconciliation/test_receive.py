"""The same bytes are one file; what is taken back counts no more, and the same may come again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orders.clock import now
from payments.errors import FileRefused
from payments.models import Discrepancy, SettlementChunk, SettlementFile
from payments.models.discrepancy import DiscrepancyKind, DiscrepancyState
from payments.models.settlement import FileKind, FileState
from payments.providers.reports import ReportRefused
from payments.reconciliation.receive import (
    CHUNK,
    decided_about,
    receive_upload,
    stored,
    take_back,
)
from tests.factories import an_account
from tests.payments.crowd import at_once
from tests.payments.disagreeing import (
    a_bank_line,
    a_discrepancy,
    a_file,
    a_line,
    a_payout,
    a_person,
    settle,
    the_account,
)
from tests.payments.reconciliation.proving import DAY, NEXT, a_report, at, told

pytestmark = pytest.mark.django_db


def upload(body: bytes = b"type,id\n", kind: FileKind = FileKind.REPORT) -> SettlementFile:
    account = the_account() if kind == FileKind.REPORT else None
    return receive_upload(account, kind, SimpleUploadedFile("report.csv", body), by=None)


def test_an_upload_comes_out_as_it_went_in_however_large() -> None:
    body = bytes(range(256)) * 10_000
    file = upload(body)

    with stored(file) as kept:
        assert kept.read() == body

    assert file.chunks.count() == len(body) // CHUNK + 1
    assert (file.size, file.state, len(file.sha256)) == (len(body), FileState.WAITING, 64)


@pytest.mark.parametrize("kind", FileKind)
def test_the_same_bytes_are_the_same_row(kind: FileKind) -> None:
    assert upload(kind=kind) == upload(kind=kind)

    assert (SettlementFile.objects.count(), SettlementChunk.objects.count()) == (1, 1)


def test_the_same_bytes_may_be_of_two_accounts() -> None:
    first = upload()
    other = an_account(code="second")

    second = receive_upload(
        other, FileKind.REPORT, SimpleUploadedFile("a.csv", b"type,id\n"), by=None
    )

    assert first != second


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileRefused, match="empty"):
        upload(b"")

    assert not SettlementFile.objects.exists()


class Broken(SimpleUploadedFile):
    """Its second reading breaks off."""

    readings = 0

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        self.readings += 1
        yield from super().chunks(chunk_size)
        if self.readings > 1:
            raise OSError("the disk is gone")


def test_what_breaks_off_leaves_nothing() -> None:
    with pytest.raises(OSError, match="gone"):
        receive_upload(the_account(), FileKind.REPORT, Broken("a.csv", b"type,id\n"), by=None)

    assert (SettlementFile.objects.count(), SettlementChunk.objects.count()) == (0, 0)


def test_bytes_that_are_no_longer_kept_are_not_read_as_an_empty_file() -> None:
    file = upload()
    file.chunks.all().delete()

    with pytest.raises(ReportRefused, match="not kept"), stored(file):
        pass


@pytest.mark.parametrize("state", [FileState.WAITING, FileState.READING, FileState.LOADED])
def test_what_is_taken_back_counts_no_more_and_the_same_may_come_again(state: FileState) -> None:
    file, ann = upload(), a_person()
    SettlementFile.objects.update(state=state)

    assert [take_back(file.pk, by=ann) for _ in range(2)] == [True, False]

    file.refresh_from_db()
    assert (file.state, file.chunks.count()) == (FileState.REPLACED, 0)
    assert upload() != file


def test_what_was_refused_need_not_be_taken_back() -> None:
    file = a_file(state=FileState.REFUSED)

    with pytest.raises(FileRefused, match="was refused"):
        take_back(file.pk, by=a_person())


@pytest.mark.parametrize("kind", ["unparseable_line", "wrong_account_or_mode", "fee"])
def test_with_a_file_the_questions_about_its_lines_are_settled_and_no_others(
    kind: DiscrepancyKind,
) -> None:
    file = a_file()
    line = a_discrepancy(kind, file=file, line_no=3, subject="line:3")
    other = a_discrepancy(file=file, line_no=4)

    take_back(file.pk, by=a_person())

    states = dict(Discrepancy.objects.values_list("pk", "state"))
    assert states == {line.pk: DiscrepancyState.RESOLVED, other.pk: DiscrepancyState.OPEN}


def test_what_was_decided_about_a_file_is_counted_once_and_nothing_else() -> None:
    day, line = now().date(), "A7KQ"
    file = a_file(first_day=day, last_day=day)
    a_line(file, our_ref=line)
    long_ago = now() - timedelta(days=30)
    settle(a_discrepancy())
    settle(a_discrepancy(reference=line, at=long_ago), "written_off")
    settle(a_discrepancy(DiscrepancyKind.FEE, file=file, line_no=7, at=long_ago))
    settle(a_discrepancy(), "ignored")
    settle(a_discrepancy(at=long_ago))
    settle(a_discrepancy(account=an_account(code="other")))

    assert decided_about(file) == 4


def test_a_statement_carries_what_was_decided_about_its_payouts() -> None:
    line = a_bank_line(a_payout())
    settle(a_discrepancy(DiscrepancyKind.BANK_TOTAL, about="payout", payout=line.payout))

    assert [decided_about(file) for file in (line.file, a_file(kind="statement"))] == [1, 0]


def test_a_report_carries_what_was_written_off_of_payouts_that_its_lines_name() -> None:
    files = [a_report(the_account(), day) for day in (DAY, NEXT)]
    told(files[0], 10000, payout_ref="po_1")
    later, totals = at(DAY + timedelta(days=9)), DiscrepancyKind.PAYOUT_TOTAL
    row = a_discrepancy(
        totals, about="payout", payout=a_payout(), ours=10000, theirs=9500, at=later
    )
    settle(row, "written_off")

    assert [decided_about(file) for file in files] == [1, 0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_at_the_same_moment_are_one_row() -> None:
    the_account()

    files = at_once(6, lambda _: upload(b"at once\n").pk)

    assert len(set(files)) == 1
    assert (SettlementFile.objects.count(), SettlementChunk.objects.count()) == (1, 1)
