"""What the worker does with files that came in: nothing that one of them is holds up the others."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from orders.clock import clock_at
from payments.models import Match, ProviderAccount, SettlementFile, SettlementLine
from payments.models.settlement import FileKind, FileState
from payments.providers.reports import ReportRefused
from payments.reconciliation import load, reading, run
from payments.reconciliation.follow import import_and_compare, to_compare
from payments.reconciliation.headers import check_header
from payments.reconciliation.importing import import_waiting
from payments.reconciliation.receive import receive_upload, take_back
from payments.reconciliation.run import reconcile
from tests.factories import later
from tests.payments.reconciliation.books import DAY, NOON, Theirs, a_sale, at_noon, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


def uploaded(theirs: Theirs, account: ProviderAccount | None = None) -> SettlementFile:
    body = SimpleUploadedFile("report.csv", theirs.text().encode())
    return receive_upload(account or theirs.account, FileKind.REPORT, body, by=None)


def states() -> list[str]:
    return list(SettlementFile.objects.order_by("pk").values_list("state", flat=True))


def two_days(account: ProviderAccount) -> list[SettlementFile]:
    days = (DAY - timedelta(days=1), DAY)
    return [uploaded(Theirs(account, day).line("adjustment", gross=1)) for day in days]


def test_what_was_uploaded_is_read_and_compared(account: ProviderAccount) -> None:
    uploaded(Theirs(account).sale(a_sale(account)))

    assert import_and_compare() == 1

    assert (states(), Match.objects.get().lines) == (["loaded"], 1)


def test_what_nothing_has_changed_of_is_not_compared_again(account: ProviderAccount) -> None:
    two_days(account)
    import_and_compare()

    with later(A_MINUTE):
        assert list(to_compare()) == []


def test_once_a_night_all_is_compared_again(account: ProviderAccount) -> None:
    two_days(account)
    import_and_compare()

    with later(timedelta(hours=21)):
        assert list(to_compare()) == [account]


def test_what_came_while_the_books_were_compared_is_compared_next(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    Theirs(account).comes()

    def meanwhile(_account: ProviderAccount) -> None:
        Theirs(account, DAY + timedelta(days=1)).line("adjustment", gross=1).comes()

    monkeypatch.setattr(run, "question_fees", meanwhile)
    seconds = count()
    with clock_at(lambda: NOON + timedelta(seconds=next(seconds))):
        reconcile(account)

        assert list(to_compare()) == [account]


def test_an_upload_whose_bytes_are_gone_is_refused_and_the_next_one_read(
    account: ProviderAccount,
) -> None:
    first, _second = two_days(account)
    first.chunks.all().delete()

    import_and_compare()

    assert states() == ["refused", "loaded"]
    assert "upload it again" in SettlementFile.objects.get(pk=first.pk).why


def test_an_upload_of_an_account_that_is_not_served_is_refused_and_the_next_one_read(
    account: ProviderAccount,
) -> None:
    live = the_account(code="live", merchant_id="mer_live", mode="live")
    uploaded(Theirs(live))
    uploaded(Theirs(account))

    import_and_compare()

    assert states() == ["refused", "loaded"]


def test_without_a_provider_that_has_reports_a_file_says_so(
    account: ProviderAccount, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {"sandbox": f"{__name__}.NoReports"}}

    file = Theirs(account).comes()

    assert (file.state, "no settlement reports" in file.refused_for) == ("refused", True)


class NoReports:
    """A provider that only takes payments."""

    def __init__(self, *_given: object, **_more: object) -> None: ...


def test_an_upload_that_is_taken_back_while_it_is_read_holds_up_no_other(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_days(account)

    def taken_back(*given: object) -> None:
        take_back(first.pk, by=None)
        monkeypatch.setattr(load, "check_header", check_header)

    monkeypatch.setattr(load, "check_header", taken_back)
    import_waiting()

    assert states() == ["replaced", "loaded"]
    assert set(SettlementLine.objects.values_list("file", flat=True)) == {second.pk}


def test_who_has_lost_a_file_does_not_throw_away_what_another_has_read_of_it(
    account: ProviderAccount,
) -> None:
    file = Theirs(account).sale(a_sale(account)).comes()
    lost = reading.Claim("another token", reading.silent)

    with pytest.raises(reading.LostClaim):
        reading.refuse(file, ReportRefused("it is of another day"), lost)

    assert (states(), SettlementLine.objects.count()) == ([FileState.LOADED], 1)


def test_what_a_dead_reader_has_left_is_read_anew(account: ProviderAccount) -> None:
    file = uploaded(Theirs(account).sale(a_sale(account)))
    reading.claim(file.pk)
    SettlementLine.objects.create(
        file=file, line_no=7, kind="capture", gross=1, fee=0, occurred_at=NOON, settled_at=NOON
    )

    with later(3 * A_MINUTE):
        assert import_waiting() == 1

    assert (states(), SettlementLine.objects.get().gross) == (["loaded"], 6000)
