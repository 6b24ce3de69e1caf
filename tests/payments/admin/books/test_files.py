"""Settlement files: uploaded by who may, shown as far as they are read, taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from orders.clock import now
from payments.admin.books import upload as upload_module
from payments.models import SettlementFile
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileKind, FileSource, FileState
from tests.payments.admin.books.cast import (
    IMPORT,
    RESOLVE,
    SEE,
    SEE_FILES,
    UPLOAD,
    file_page,
    page_of,
    take_back_url,
)
from tests.payments.admin.cast import staff
from tests.payments.disagreeing import a_discrepancy, a_file, settle, the_account
from tests.payments.reconciliation.proving import told

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_settlementfile_changelist")


@pytest.fixture(autouse=True)
def _an_account() -> None:
    the_account()


def send(client: Client, body: bytes = b"type,id\n", whose: str = "sandbox") -> Any:
    file = SimpleUploadedFile("november.csv", body)
    return client.post(UPLOAD, {"whose": whose, "file": file}, follow=True)


def test_an_upload_is_kept_once_with_who_sent_it_and_leads_to_its_page() -> None:
    answer = send(staff(SEE_FILES, IMPORT))

    file = SettlementFile.objects.get()
    assert answer.redirect_chain == [(file_page(file), 302)]
    assert (file.name, file.state, file.source) == (
        "november.csv",
        FileState.WAITING,
        FileSource.UPLOAD,
    )
    assert (str(file.uploaded_by), file.account) == ("clerk", the_account())
    assert str(LogEntry.objects.get().user) == "clerk"


def test_a_statement_is_of_no_account() -> None:
    send(staff(SEE_FILES, IMPORT), whose="our:bank")

    file = SettlementFile.objects.get()
    assert (file.kind, file.account) == (FileKind.STATEMENT, None)


def test_the_very_same_file_leads_to_the_one_that_is_here_and_says_so() -> None:
    clerk = staff(SEE_FILES, IMPORT)
    send(clerk)

    page = send(clerk).content.decode()

    assert SettlementFile.objects.count() == 1
    assert "The very same file came in before" in page
    assert LogEntry.objects.count() == 1


def test_an_empty_file_is_refused_beside_its_field() -> None:
    answer = send(staff(SEE_FILES, IMPORT), body=b"")

    assert answer.status_code == 400
    assert "The submitted file is empty." in answer.content.decode()


@pytest.mark.parametrize(("whose", "command"), [("sandbox", "sandbox"), ("our:bank", "bank")])
def test_a_file_that_is_too_large_is_told_the_command(
    monkeypatch: pytest.MonkeyPatch, whose: str, command: str
) -> None:
    monkeypatch.setattr(upload_module, "MOST_BYTES", 5)

    answer = send(staff(SEE_FILES, IMPORT), whose=whose)

    page = answer.content.decode()
    assert (answer.status_code, SettlementFile.objects.count()) == (400, 0)
    assert f"manage.py import_settlement {command} &lt;path&gt;" in page
    assert f'<option value="{whose}" selected>' in page


@pytest.mark.parametrize("may", [[SEE_FILES], [IMPORT], [SEE]])
def test_nobody_uploads_or_takes_back_without_the_permission(may: list[str]) -> None:
    clerk, file = staff(*may), a_file()

    assert clerk.get(UPLOAD).status_code == 403
    assert send(clerk).status_code == 403
    assert clerk.get(take_back_url(file)).status_code == 403
    assert clerk.post(take_back_url(file)).status_code == 403

    assert [each.state for each in SettlementFile.objects.all()] == [FileState.LOADED]


def test_the_buttons_are_there_for_who_may() -> None:
    file, clerk, reader = a_file(), staff(SEE_FILES, IMPORT), staff(SEE_FILES, name="reader")

    assert UPLOAD in clerk.get(LIST).content.decode()
    assert UPLOAD not in reader.get(LIST).content.decode()
    assert take_back_url(file) in clerk.get(file_page(file)).content.decode()
    assert take_back_url(file) not in reader.get(file_page(file)).content.decode()


def test_what_is_being_read_says_how_far_and_looks_again_with_and_without_script() -> None:
    file = a_file(state=FileState.READING, bytes_read=1000, lines_read=25)

    page = staff(SEE_FILES).get(file_page(file)).content.decode()

    assert "25 % has been read, 25 lines so far." in page
    assert "payments/progress.js" in page
    assert '<a href="">Look again</a>' in page


def test_what_is_read_looks_no_more() -> None:
    page = staff(SEE_FILES).get(file_page(a_file())).content.decode()

    assert "payments/progress.js" not in page


def test_a_refusal_names_the_line_on_the_page_and_on_the_list() -> None:
    file = a_file(state=FileState.REFUSED, why="a column is missing: gross", why_line=9)
    clerk = staff(SEE_FILES)

    assert "refused for its line 9: a column is missing: gross" in (
        clerk.get(file_page(file)).content.decode()
    )
    assert "line 9: a column is missing: gross" in clerk.get(LIST).content.decode()


def test_lines_that_cannot_be_read_are_shown_with_their_numbers() -> None:
    file = a_file(bad_lines=1)
    kind = DiscrepancyKind.UNPARSEABLE_LINE
    row = a_discrepancy(kind, file=file, line_no=1234, detail="no amount: capture,x", subject="l")

    page = staff(SEE_FILES, SEE).get(file_page(file)).content.decode()

    assert f'<a href="{page_of(row)}">1234</a>' in page
    assert "no amount: capture,x" in page


@pytest.mark.parametrize("state", [FileState.LOADED, FileState.REPLACED])
def test_only_a_file_that_counts_is_to_be_taken_back_for_its_lines(state: FileState) -> None:
    file = a_file(bad_lines=1, state=state)
    a_discrepancy(DiscrepancyKind.UNPARSEABLE_LINE, file=file, line_no=3)

    page = staff(SEE_FILES).get(file_page(file)).content.decode()

    assert ("take this one back" in page) is (state == FileState.LOADED)
    assert ("It was taken back" in page) is (state == FileState.REPLACED)


def test_an_upload_that_is_refused_at_once_is_not_said_to_be_read() -> None:
    clerk, file = staff(SEE_FILES, IMPORT), SimpleUploadedFile("november.csv", b"type,id\n")
    clerk.post(UPLOAD, {"whose": "sandbox", "file": file})
    SettlementFile.objects.update(state=FileState.REFUSED, why="a column is missing: gross")

    page = clerk.get(file_page(SettlementFile.objects.get())).content.decode()

    assert "It has come in: what becomes of it is told below." in page
    assert "This file is refused: a column is missing: gross" in page


def test_taking_back_is_done_once_with_one_audit_row() -> None:
    file, clerk = a_file(), staff(SEE_FILES, IMPORT)
    assert "so can the very same" in clerk.get(take_back_url(file)).content.decode()

    pages = [clerk.post(take_back_url(file), follow=True).content.decode() for _ in range(2)]

    assert SettlementFile.objects.get().state == FileState.REPLACED
    assert "Nothing of this file counts any more." in pages[0]
    assert "This was done already." in pages[1]
    assert LogEntry.objects.get().change_message == "Taken back"


@pytest.mark.parametrize("mine", [[], [RESOLVE]])
def test_what_others_have_booked_is_undone_only_by_who_may_settle(mine: list[str]) -> None:
    file = a_file(first_day=now().date(), last_day=now().date())
    settle(a_discrepancy())
    clerk = staff(SEE_FILES, IMPORT, *mine)
    assert "1 decision rests" in clerk.get(take_back_url(file)).content.decode()

    page = clerk.post(take_back_url(file), follow=True).content.decode()

    assert ("have somebody take it back who may" in page) is not bool(mine)
    assert SettlementFile.objects.get().state == ("replaced" if mine else "loaded")


def test_what_was_refused_is_not_taken_back() -> None:
    file = a_file(state=FileState.REFUSED)

    page = staff(SEE_FILES, IMPORT).post(take_back_url(file), follow=True).content.decode()

    assert "This file was refused: upload the corrected one at once." in page


@pytest.mark.parametrize("state", [FileState.REFUSED, FileState.REPLACED])
def test_where_nothing_counts_there_is_nothing_to_take_back(state: FileState) -> None:
    file = a_file(state=state)

    page = staff(SEE_FILES, IMPORT).get(take_back_url(file), follow=True).content.decode()

    assert "there is nothing to take back" in page


def test_a_report_leads_to_the_proof_of_its_last_day() -> None:
    file = a_file(first_day=date(2026, 11, 28), last_day=date(2026, 11, 28))
    told(file, 6000)

    page = staff(SEE_FILES, "payments.view_daybalance").get(file_page(file)).content.decode()

    assert f"/of/{the_account().code}.GBP/2026-11-28/" in page


def test_a_file_is_found_by_its_name_and_its_fingerprint() -> None:
    file, other = a_file(name="Oct.csv"), a_file(name="november.csv")
    clerk = staff(SEE_FILES)

    found = [
        list(clerk.get(LIST, {"q": term}).context["cl"].result_list)
        for term in ("oct", other.sha256.upper())
    ]

    assert found == [[file], [other]]


def test_the_list_takes_as_many_statements_for_many_files(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(27):
        a_file()
    clerk = staff(SEE_FILES)

    with django_assert_num_queries(6):  # session, user, two of permissions, accounts, rows
        clerk.get(LIST)
