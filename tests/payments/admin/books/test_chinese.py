"""Staff whose browser asks for Chinese read the pages of the books in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from orders.clock import clock_at, now
from payments.models import Discrepancy, ProviderAccount, SettlementFile
from payments.models.discrepancy import DiscrepancyKind as Kind
from payments.models.discrepancy import DiscrepancyState, Resolution
from payments.models.settlement import FileKind, FileState
from payments.providers.cause import because
from payments.reconciliation.close import close_days
from payments.reconciliation.receive import take_back
from payments.reconciliation.resolve import figures
from payments.sights import stored
from payments.states import EntryKind
from tests.factories import a_payment, an_account
from tests.payments.admin.books.cast import UPLOAD, deed_url, file_page, page_of, take_back_url
from tests.payments.admin.chinese import a_chief, english, english_of
from tests.payments.admin.waiting import QUEUE
from tests.payments.disagreeing import (
    a_bank_line,
    a_discrepancy,
    a_file,
    a_line,
    a_payout,
    a_person,
    about,
)
from tests.payments.reconciliation.proving import DAY, a_report, agreed, at, booked, of_payout, told

pytestmark = pytest.mark.django_db
LIST = reverse("admin:payments_discrepancy_changelist")
FILES = reverse("admin:payments_settlementfile_changelist")
PAYOUTS = reverse("admin:payments_payout_changelist")
REPORTS = reverse("admin:payments_reports")
PROOFS = reverse("admin:payments_daybalance_changelist")
MONTH = reverse("admin:payments_proof_month", args=["sandbox.GBP"])
PROOF = reverse("admin:payments_proof_day", args=["sandbox.GBP", DAY.isoformat()])
LEDGER = reverse("admin:payments_entry_changelist")
NAME = "11.CSV"
OF_THE_BANK = {"SANDBOX", "PAYMENTS", "november", "xml"}


@pytest.fixture
def chief() -> Client:
    return a_chief()


@pytest.fixture
def account() -> ProviderAccount:
    return an_account()


@pytest.fixture
def proposed() -> Discrepancy:
    return a_discrepancy(
        state=DiscrepancyState.PROPOSED,
        resolution=Resolution.ADJUSTED,
        reason="1",
        evidence="2",
        proposed_by_id=a_person("王"),
    )


@pytest.mark.parametrize("kind", Kind)
def test_a_discrepancy_with_both_its_sides(chief: Client, kind: Kind) -> None:
    attempt, file = a_payment().attempts.get(), a_file(name=NAME)
    a_line(file, our_ref=attempt.our_ref, settled_currency="EUR", settled_gross=7000, stray="2")
    row = about(attempt, kind, payout=a_payout(), file=file, line_no=7, asked_at=now())

    for path in (LIST, page_of(row), deed_url(row, "resolve")):
        assert not english(chief, path)


@pytest.mark.parametrize("act", ["evidence", "approve", "reject"])
def test_the_pages_of_what_is_done_about_it(chief: Client, act: str) -> None:
    assert not english(chief, deed_url(a_discrepancy(), act))


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_the_pages_of_what_is_proposed(chief: Client, proposed: Discrepancy, act: str) -> None:
    assert not english(chief, deed_url(proposed, act))
    assert not english(chief, page_of(proposed))


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        ("take", {}),
        ("evidence", {"evidence": "1"}),
        ("resolve", {"resolution": "adjusted", "reason": "1", "evidence": "2"}),
        ("resolve", {}),
    ],
)
def test_what_was_done_about_it(chief: Client, act: str, typed: dict[str, str]) -> None:
    row = a_discrepancy()

    asked = {"seen": figures(row), "request_key": "1"} | typed
    answer = chief.post(deed_url(row, act), asked, follow=True)

    assert not english_of(answer.content)


@pytest.mark.parametrize("state", FileState)
def test_a_settlement_file(chief: Client, state: FileState) -> None:
    file = a_file(name=NAME, state=state, why="1", why_line=3, bad_lines=1)
    a_discrepancy(Kind.UNPARSEABLE_LINE, file=file, line_no=7, detail="1")
    a_file(name=NAME, kind=FileKind.STATEMENT, state=state)

    assert not english(chief, file_page(file))
    assert not english_of(chief.get(take_back_url(file), follow=True).content)
    assert not english(chief, FILES)


def test_why_a_file_is_refused_and_what_a_line_says(chief: Client) -> None:
    missing = {"why": "The column %(name)s is missing", "why_facts": {"name": "1"}}
    file = a_file(name=NAME, state=FileState.REFUSED, why_line=3, bad_lines=1, **missing)
    why = because("%(count)s columns, not %(width)s", count=1, width=14)
    facts = stored({"why": why, "text": "1"})
    said = {"detail": "%(why)s: %(text)s", "facts": facts}
    row = a_discrepancy(Kind.UNPARSEABLE_LINE, file=file, line_no=7, **said)

    for path in (FILES, file_page(file), page_of(row), QUEUE):
        assert not english(chief, path)


def test_why_it_was_settled_by_itself(chief: Client) -> None:
    file = a_file(name=NAME)
    row = a_discrepancy(Kind.UNPARSEABLE_LINE, file=file, line_no=7)

    take_back(file.pk, by=None)

    assert not english(chief, page_of(row))


def test_the_reports_name_the_way_to_pay(chief: Client) -> None:
    a_payment()

    page = chief.get(REPORTS).content.decode()

    assert '<option value="card">银行卡</option>' in page
    assert "<td>银行卡</td>" in page


def test_the_empty_lists(chief: Client) -> None:
    for path in (FILES, PAYOUTS, f"{FILES}?q=1", PROOFS, REPORTS):
        assert not english(chief, path)


def test_an_upload(chief: Client, account: ProviderAccount) -> None:
    sent = {"whose": account.code, "file": SimpleUploadedFile(NAME, b"1")}

    assert not english(chief, UPLOAD)
    assert not english_of(chief.post(UPLOAD, {}).content)
    assert not english_of(chief.post(UPLOAD, sent, follow=True).content)
    file = SettlementFile.objects.get()
    assert not english_of(chief.post(take_back_url(file), {}, follow=True).content)


def test_a_payout(chief: Client) -> None:
    payout = a_payout(arrived=9000)
    a_bank_line(payout)
    a_discrepancy(Kind.PAYOUT_TOTAL, payout=payout)
    a_payout("", amount=None, sent_at=None)

    for path in (PAYOUTS, reverse("admin:payments_payout_change", args=[payout.pk])):
        assert not [word for word in english(chief, path) if word not in OF_THE_BANK]


def agreeing(account: ProviderAccount) -> None:
    agreed(a_report(account, name=NAME), 6000, at(DAY))


def unexplained(account: ProviderAccount) -> None:
    report = a_report(account, name=NAME, opening={"GBP": 1}, closing={"GBP": 2})
    told(report, 2500)


def explained(account: ProviderAccount) -> None:
    agreeing(account)
    booked(account, 100, at(DAY))
    payout = a_payout(account=account)
    of_payout(payout, EntryKind.FEE, -30, moment=at(DAY + timedelta(days=1)))


def unreported(account: ProviderAccount) -> None:
    booked(account, 6000, at(DAY))


@pytest.fixture
def _two_days_later() -> Iterator[None]:
    with clock_at(lambda: at(DAY + timedelta(days=2))):
        yield


@pytest.mark.usefixtures("_two_days_later")
@pytest.mark.parametrize("moved", [agreeing, unexplained, explained, unreported])
def test_the_proof_of_a_day(
    chief: Client, account: ProviderAccount, moved: Callable[[ProviderAccount], None]
) -> None:
    moved(account)
    close_days()

    for path in (PROOFS, MONTH, PROOF, REPORTS, f"{REPORTS}?first=1", LEDGER):
        assert not english(chief, path)


def test_the_queue_of_what_does_not_agree(chief: Client, proposed: Discrepancy) -> None:
    file = a_file(name=NAME)
    for kind in Kind:
        a_discrepancy(kind, file=file, line_no=7, owner_id=proposed.proposed_by_id)

    assert not english(chief, QUEUE)
