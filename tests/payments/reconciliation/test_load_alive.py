"""Which days a file may be of, and whose it is while it is read."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from pytest_django import DjangoAssertNumQueries

from orders.clock import clock_at
from payments.models import ProviderAccount, SettlementFile, SettlementLine, SettlementTotal
from payments.models.settlement import FileSource, FileState
from payments.reconciliation import importing, load, reading
from tests.payments.reconciliation.books import DAY, NOON, Theirs, a_sale, at_noon, the_account

pytestmark = pytest.mark.django_db
_noon = pytest.fixture(autouse=True)(at_noon)


@pytest.fixture
def account() -> ProviderAccount:
    return the_account()


@pytest.fixture
def theirs(account: ProviderAccount) -> Theirs:
    """A report of one sale that agrees."""
    return Theirs(account).sale(a_sale(account))


def outcome(file: SettlementFile) -> tuple[str, int, int, int | None]:
    return file.state, file.lines_read, file.bad_lines, file.why_line


@pytest.mark.parametrize(
    ("first", "last"),
    [("1999-12-31", "1999-12-31"), ("2026-03-02", "2026-03-03"), ("9999-12-31", "9999-12-31")],
)
def test_days_that_cannot_be_are_refused(account: ProviderAccount, first: str, last: str) -> None:
    theirs = Theirs(account, head={"#period": f"{first},{last}"})
    assert outcome(theirs.comes()) == ("refused", 0, 0, 4)


def test_today_is_that_of_the_zone_of_the_reports(account: ProviderAccount) -> None:
    account.report_zone = "Pacific/Kiritimati"
    tomorrow = DAY + timedelta(days=1)
    theirs = Theirs(account, head={"#period": f"{tomorrow},{tomorrow}"})
    assert outcome(theirs.comes()) == ("loaded", 0, 0, None)


def test_what_a_dead_reader_has_left_goes_batch_by_batch(
    theirs: Theirs,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    monkeypatch.setattr(reading, "LINES", 2)
    for number in range(4):
        theirs.line("adjustment", gross=number)
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.READING, claim="mine")
    # look, begin, say alive, delete, commit; the end
    with django_assert_num_queries(3 * 5 + 1 + 6):
        reading.forget_lines(file.pk, "mine")
    assert SettlementLine.objects.count() == SettlementTotal.objects.count() == 0


def test_whose_lease_was_taken_over_deletes_no_line_of_another(theirs: Theirs) -> None:
    file = theirs.comes()
    SettlementFile.objects.update(state=FileState.READING, claim="another's")
    with pytest.raises(reading.LostClaim):
        reading.forget_lines(file.pk, "mine")
    assert SettlementLine.objects.count() == SettlementTotal.objects.count() == 1


class Slow(BytesIO):
    """Every piece of it takes twenty seconds."""

    waited = timedelta(0)

    def read(self, size: int | None = -1) -> bytes:
        self.waited += timedelta(seconds=20)
        return super().read(size)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_is_kept_while_its_encoding_is_learned(
    theirs: Theirs, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    for _ in range(40):
        theirs.raw("支" * 60_000)
    taken: list[str | None] = []
    monkeypatch.setattr(
        load, "check_header", lambda *given: taken.append(reading.claim(given[2].pk))
    )
    body = Slow(theirs.text().encode(encoding))
    new = SettlementFile(account=theirs.account, name="slow.csv", source=FileSource.COMMAND)

    with clock_at(lambda: NOON + body.waited):
        file = importing.import_new(new, body)

    assert (taken, outcome(file)) == ([None], ("loaded", 1, 40, None))


def test_a_file_is_kept_while_parts_of_it_take_longer_to_read_than_a_lease(
    theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each part somebody looks whether its reader has died."""
    monkeypatch.setattr(reading, "LINES", 10)
    for _ in range(40):
        theirs.raw("支" * 60_000)
    taken: list[str | None] = []
    body = Slow(theirs.text().encode())
    new = SettlementFile(account=theirs.account, name="slow.csv", source=FileSource.COMMAND)

    with clock_at(lambda: NOON + body.waited):
        file = importing.import_new(new, body, lambda part: taken.append(reading.claim(part.pk)))

    assert (taken, outcome(file)) == ([None] * 5, ("loaded", 1, 40, None))


def test_a_line_that_is_settled_on_no_day_of_its_report_is_shown_and_counts_for_nothing(
    account: ProviderAccount,
) -> None:
    """A day before or after is taken: zones differ."""
    theirs = Theirs(account)
    for days in (-2, -1, 0, 1, 2):
        moment = (NOON + timedelta(days=days)).isoformat()
        theirs.line("adjustment", gross=1, occurred_at=moment)

    assert outcome(theirs.comes()) == ("loaded", 3, 2, None)


def test_who_was_followed_by_another_stops_before_a_line_is_stored(
    theirs: Theirs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def followed(*_given: object) -> None:
        SettlementFile.objects.update(claim="another's")

    monkeypatch.setattr(load, "check_header", followed)
    with pytest.raises(reading.LostClaim):
        theirs.comes()

    assert SettlementLine.objects.count() == 0
