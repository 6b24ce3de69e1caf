"""A statement of the bank is read whole or not at all, and each one once."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from orders.clock import clock_at, now
from payments.models import BankLine, Discrepancy, Payout, SettlementFile
from payments.models.settlement import FileSource, FileState
from payments.providers.reports import BadLine
from payments.reconciliation import load_statement, reading
from payments.reconciliation.importing import import_new
from payments.reconciliation.reading import Reader
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from payments.services.forget import forget_movements
from payments.statements import BankRow
from tests.payments.reconciliation.books import DAY, NOON, imported, paid, statement, the_account
from tests.payments.statements.documents import balance, document, entry

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
IBAN = "DE89370400440532013000"


def numbered(number: str, opening: str, closing: str, *, account: str = IBAN) -> str:
    """One statement of so many that follow each other; the difference is its one entry."""
    head = f"<Id>{number}</Id><Acct><Id><IBAN>{account}</IBAN></Id></Acct>\n"
    moved = f"{float(closing) - float(opening):.2f}"
    return (
        f"<Stmt>\n{head}{balance('OPBD', opening)}{balance('CLBD', closing)}{entry(moved)}</Stmt>\n"
    )


def comes(*statements: str, note: str = "") -> SettlementFile:
    before = f"<!-- {note} -->" if note else ""
    return imported(None, document(*statements, before=before).encode(), f"{note}.xml")


FIRST, SECOND = numbered("S1", "0.00", "5.00"), numbered("S2", "5.00", "7.00")


HEAD = "booked_on,currency,amount,reference,text\r\n"


def lines_of(rows: Sequence[tuple[date, str, str]]) -> str:
    return "".join(f"{day},GBP,{amount},{ref},Payout\r\n" for day, amount, ref in rows)


def test_a_statement_is_kept_with_its_number_and_balances() -> None:
    file = comes(FIRST)

    assert (file.state, file.statement_id, file.statement_of) == ("loaded", "S1", IBAN)
    assert (file.opening, file.closing) == ({"EUR": 0}, {"EUR": 500})
    assert [*BankLine.objects.values_list("amount", flat=True)] == [500]


def test_the_same_statement_by_other_bytes_is_refused() -> None:
    comes(FIRST, note="first")

    again = comes(FIRST, note="again")

    assert (again.state, BankLine.objects.count()) == ("refused", 1)
    assert "S1 came in already" in again.refused_for
    assert "first.xml" in again.refused_for


@pytest.mark.parametrize("here", [FIRST, SECOND])
def test_two_statements_of_which_one_is_here_are_refused(here: str) -> None:
    comes(here, note="here")

    both = comes(FIRST, SECOND, note="both")

    assert (both.state, BankLine.objects.count()) == ("refused", 1)


@pytest.mark.parametrize("next_one", [FIRST, SECOND])
def test_one_of_two_statements_that_are_here_is_refused(next_one: str) -> None:
    comes(FIRST, SECOND, note="both")

    one = comes(next_one, note="one")

    assert (one.state, BankLine.objects.count()) == ("refused", 2)


def test_the_same_number_of_another_account_is_another_statement() -> None:
    comes(FIRST)

    other = comes(numbered("S1", "0.00", "5.00", account="GB33BUKB20201555555555"))

    assert other.state == FileState.LOADED


def test_a_statement_comes_again_once_it_is_taken_back() -> None:
    take_back(comes(FIRST, note="wrong").pk, by=None)

    assert comes(FIRST, note="right").state == FileState.LOADED


def test_statements_as_csv_may_share_days() -> None:
    """Of two accounts of ours, or of the morning and the afternoon."""
    files = [statement((DAY, "1.00", "a")), statement((DAY, "1.00", "b"), (DAY, "2.00", "c"))]

    assert [file.state for file in files] == ["loaded", "loaded"]


@pytest.mark.parametrize("more", [[], [(DAY, "2.00", "b")], [(DAY + ONE_DAY, "2.00", "b")]])
def test_a_statement_as_csv_that_has_the_rows_of_another_is_refused(
    more: list[tuple[date, str, str]],
) -> None:
    """Saved anew, exported again later on the day, or for a day more."""
    statement((DAY, "1.00", "a"), (DAY, "1.00", "a"))

    again = imported(None, (HEAD + lines_of([(DAY, "1.00", "a")] * 2 + more)).encode())

    assert (again.state, BankLine.objects.count()) == ("refused", 2)
    assert "statement.csv" in again.refused_for


def test_a_statement_on_which_nothing_has_moved_is_kept() -> None:
    nothing = f"<Stmt>\n<Id>S1</Id>{balance('OPBD', '5.00')}{balance('CLBD', '5.00')}</Stmt>\n"

    assert comes(nothing).state == FileState.LOADED


def test_the_same_rows_come_again_once_they_are_taken_back() -> None:
    take_back(statement((DAY, "1.00", "a")).pk, by=None)

    assert statement((DAY, "1.00", "a")).state == FileState.LOADED


def test_a_line_that_cannot_be_read_is_shown_and_stops_nothing() -> None:
    text = f"booked_on,currency,amount,reference,text\n{DAY},GBP,x,r,t\n{DAY},GBP,1.00,r,t\n"

    file = imported(None, text.encode())

    assert (file.state, file.lines_read, file.bad_lines) == ("loaded", 1, 1)
    row = Discrepancy.objects.get()
    assert (row.kind, row.line_no, row.account) == ("unparseable_line", 2, None)


def test_a_statement_that_breaks_off_is_refused_with_its_line_and_leaves_nothing() -> None:
    body = document(FIRST, SECOND).encode()

    file = imported(None, body[:-200])

    assert (file.state, file.why_line) == ("refused", body[:-200].count(b"\n") + 1)
    assert BankLine.objects.count() == 0


def test_a_statement_in_no_currency_says_so() -> None:
    file = imported(None, f"booked_on,amount,reference\n{DAY},1.00,r\n".encode())

    assert (file.state, "currency" in file.refused_for, file.why_line) == ("refused", True, 1)


@pytest.mark.parametrize("end", [FileState.REPLACED, FileState.READING])
def test_who_has_lost_a_statement_leaves_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, end: FileState
) -> None:
    """It was taken back meanwhile, or another reads it now."""
    keep = load_statement._keep

    def meanwhile(reader: Reader, some: Sequence[BankRow | BadLine]) -> None:
        SettlementFile.objects.update(state=end, claim="another")
        keep(reader, some)

    monkeypatch.setattr(load_statement, "_keep", meanwhile)
    with pytest.raises(reading.LostClaim):
        statement((DAY - timedelta(days=1), "1.00", "a"))

    assert BankLine.objects.count() == 0


def test_a_long_statement_says_how_far_it_is_and_counts_once_it_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(load_statement, "SOME", 2)
    told: list[tuple[int, str]] = []
    text = "".join(f"{DAY},GBP,{amount}.00,r,t\n" for amount in range(1, 6))
    body = io.BytesIO(f"booked_on,currency,amount,reference,text\n{text}".encode())

    def say(file: SettlementFile) -> None:
        told.append((file.lines_read, SettlementFile.objects.get().state))

    file = import_new(SettlementFile(name="long.csv", source=FileSource.COMMAND), body, say)

    assert told == [(2, "reading"), (4, "reading"), (5, "reading")]
    assert (file.state, file.lines_read, BankLine.objects.count()) == ("loaded", 5, 5)


def test_what_a_dead_reader_has_left_of_a_statement_is_thrown_away() -> None:
    file = statement((DAY, "1.00", "a"))
    SettlementFile.objects.update(state=FileState.WAITING)

    assert reading.claim(file.pk)

    assert BankLine.objects.count() == 0


@pytest.mark.parametrize(("days", "bad"), [(0, 0), (1, 0), (2, 1), (-2000 * 365, 1)])
def test_a_line_of_a_day_that_cannot_be_is_shown_and_stops_nothing(days: int, bad: int) -> None:
    """A day of a far future, or of the year 26, would make every payout late."""
    with clock_at(lambda: NOON):
        file = statement((DAY + days * ONE_DAY, "1.00", "a"), (DAY, "2.00", "b"))

    assert (file.state, file.bad_lines, file.last_day) == (
        "loaded",
        bad,
        DAY + (days == 1) * ONE_DAY,
    )


@pytest.mark.parametrize("last", ["1926-03-02", "2026-03-05"])
def test_a_statement_whose_days_are_turned_round_or_to_come_is_refused(last: str) -> None:
    days = f"<FrToDt><FrDtTm>2026-03-02T00:00:00</FrDtTm><ToDtTm>{last}T00:00:00</ToDtTm></FrToDt>"
    with clock_at(lambda: NOON):
        file = comes(FIRST.replace("<Acct>", f"{days}<Acct>"))

    assert (file.state, file.why_line, BankLine.objects.count()) == ("refused", 3, 0)


def test_a_statement_of_which_references_were_forgotten_does_not_come_in_again() -> None:
    rows = [(DAY, "59.20", "po_1"), (DAY, "-2000.00", "salary")]
    statement(*rows)
    SettlementFile.objects.update(ended_at=now() - timedelta(days=91))
    forget_movements()

    again = imported(None, (HEAD + lines_of(rows)).encode())

    assert (again.state, BankLine.objects.count()) == ("refused", 2)


def test_bad_lines_at_the_beginning_do_not_refuse_a_statement_that_is_mostly_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_BAD", 2)
    monkeypatch.setattr(load_statement, "SOME", 3)
    bad, good = lines_of([(DAY, "x", "r")] * 3), lines_of([(DAY, f"{n}.00", "r") for n in range(4)])

    file = imported(None, (HEAD + bad + good).encode())

    assert (file.state, file.lines_read, file.bad_lines) == ("loaded", 4, 3)


def test_a_statement_of_which_most_lines_are_bad_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_BAD", 2)
    rows = [(DAY, "x", "r")] * 3 + [(DAY, "1.00", "r")] * 2

    file = imported(None, (HEAD + lines_of(rows)).encode())

    assert (file.state, file.why_line, BankLine.objects.count()) == ("refused", 2, 0)


def test_what_is_still_being_read_counts_for_nothing() -> None:
    account = the_account()
    paid(account, 5920).comes()
    file = statement((DAY, "59.20", "po_1"))
    SettlementFile.objects.filter(pk=file.pk).update(state=FileState.READING)

    reconcile(account)

    assert Payout.objects.get(ref="po_1").arrived is None
