"""A statement in camt.053 is read as it was booked, and its balances prove it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.reports import BadLine, ReportRefused
from payments.statements import BankRow, open_statement
from tests.payments.statements.documents import (
    balance,
    details,
    document,
    entry,
    money,
    reference,
    stmt,
)
from tests.payments.statements.reading import lines_of, rows_of, statement

DAY = date(2026, 11, 28)
USTRD = "<RmtInf><Ustrd>Payout</Ustrd><Ustrd>of Saturday</Ustrd></RmtInf>"
CENTS = st.integers(-(10**9), 10**9)


def decimal(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def in_batch(*transactions: str, amount: str) -> str:
    """A statement of one entry that stands for several transactions."""
    return document(stmt("0.00", amount, entry(amount, details(*transactions))))


def test_a_statement_is_read_with_its_head() -> None:
    inside = details(reference("po_1") + USTRD)
    read = statement(document(stmt("10.00", "133.45", entry("123.45", inside))))

    head = read.header
    assert (head.statement_id, head.account_id) == ("S1", "DE89370400440532013000")
    assert (head.opening, head.closing) == ({"EUR": 1000}, {"EUR": 13345})
    assert list(read.lines()) == [BankRow(9, DAY, "EUR", 12345, "po_1", "Payout of Saturday")]
    assert (read.header.first_day, read.header.last_day) == (DAY, DAY)


@pytest.mark.parametrize("version", [f"{number:02}" for number in range(2, 14)])
def test_each_version_is_read(version: str) -> None:
    assert rows_of(document(stmt("0.00", "1.00", entry("1.00")), version=version))


@pytest.mark.parametrize("version", ["01", "14", "8"])
def test_another_version_is_refused_and_named(version: str) -> None:
    with pytest.raises(ReportRefused, match=f"camt.053.001.{version}, not"):
        statement(document(stmt("0.00", "0.00"), version=version))


@pytest.mark.parametrize("text", ["<html><body/></html>", "<Document/>", "<a><b/></a>"])
def test_other_xml_is_refused(text: str) -> None:
    with pytest.raises(ReportRefused):
        statement(text)


def test_the_days_are_those_that_the_statement_names() -> None:
    days = (
        "<FrToDt><FrDtTm>2026-11-01T00:00:00</FrDtTm><ToDtTm>2026-11-30T23:59:59</ToDtTm></FrToDt>"
    )
    text = document(stmt("0.00", "1.00", entry("1.00"))).replace("<Acct>", f"{days}<Acct>")
    read = statement(text)
    list(read.lines())

    head = read.header
    assert (head.first_day, head.last_day) == (date(2026, 11, 1), date(2026, 11, 30))


def test_money_out_is_below_zero() -> None:
    text = document(stmt("0.00", "-5.00", entry("-5.00")))

    assert [row.amount for row in rows_of(text)] == [-500]


def test_a_reversal_goes_the_way_that_it_says() -> None:
    back = entry("-5.00", "<RvslInd>true</RvslInd>")

    rows = rows_of(document(stmt("0.00", "0.00", entry("5.00"), back)))

    assert [row.amount for row in rows] == [500, -500]


@pytest.mark.parametrize("status", ["PDNG", "INFO", "FUTR", ""])
def test_what_is_not_booked_does_not_count(status: str) -> None:
    text = document(stmt("0.00", "5.00", entry("5.00"), entry("7.00", status=status)))

    assert [row.amount for row in rows_of(text)] == [500]


def test_the_older_form_of_the_status_is_read() -> None:
    text = document(stmt("0.00", "5.00", entry("5.00"))).replace(
        "<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>"
    )

    assert [row.amount for row in rows_of(text)] == [500]


def test_an_entry_of_several_transactions_is_split() -> None:
    one, other = (money(amount) for amount in ("7.00", "-2.00"))
    text = in_batch(reference("po_1") + one, reference("po_2") + other, amount="5.00")

    assert [(row.reference, row.amount) for row in rows_of(text)] == [("po_1", 700), ("po_2", -200)]


def test_transactions_without_a_direction_have_that_of_their_entry() -> None:
    one, other = (
        f'<AmtDtls><TxAmt><Amt Ccy="EUR">{amount}</Amt></TxAmt></AmtDtls>' for amount in (3, 2)
    )

    assert [row.amount for row in rows_of(in_batch(one, other, amount="-5.00"))] == [-300, -200]


@pytest.mark.parametrize("other", [reference("po_2"), money("9.00"), money("2.00", currency="USD")])
def test_transactions_that_do_not_add_up_leave_the_entry_whole(other: str) -> None:
    text = in_batch(reference("po_1") + money("3.00"), other, amount="5.00")

    assert [(row.reference, row.amount) for row in rows_of(text)] == [("", 500)]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (details(reference("po_1")), "po_1"),
        ("<NtryRef>n_1</NtryRef>" + details(reference("NOTPROVIDED")), "n_1"),
        ("<AcctSvcrRef>b_1</AcctSvcrRef>", "b_1"),
        (details("<RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf>"), "RF18"),
        ("", ""),
    ],
)
def test_the_reference_is_that_of_whoever_sent_the_money(inside: str, expected: str) -> None:
    assert rows_of(document(stmt("0.00", "1.00", entry("1.00", inside))))[0].reference == expected


def test_each_line_has_a_number_of_its_own_that_is_its_line_where_it_can_be() -> None:
    pretty = document(stmt("0.00", "3.00", entry("1.00"), entry("2.00")))

    assert [row.number for row in rows_of(pretty)] == [9, 11]
    assert [row.number for row in rows_of(pretty.replace("\n", ""))] == [1, 2]


@pytest.mark.parametrize("closing", ["4.99", "5.01", "-5.00", "0.00"])
def test_a_balance_that_entries_do_not_lead_to_is_refused(closing: str) -> None:
    with pytest.raises(ReportRefused, match="EUR balance after"):
        lines_of(document(stmt("0.00", closing, entry("5.00"))))


def test_a_balance_in_another_currency_is_proven_too() -> None:
    more = balance("OPBD", "1", currency="JPY") + balance("CLBD", "500", currency="JPY")
    text = document(stmt("0.00", "0.00", more, entry("499", currency="JPY")))

    assert rows_of(text)
    with pytest.raises(ReportRefused, match="JPY balance after"):
        lines_of(text.replace(">499<", ">498<"))


@pytest.mark.parametrize(("kind", "name"), [("OPBD", "before"), ("CLBD", "after")])
def test_a_statement_without_a_balance_is_refused(kind: str, name: str) -> None:
    with pytest.raises(ReportRefused, match=f"no booked balance {name}"):
        lines_of(document(stmt("0.00", "0.00")).replace(kind, "ITBD"))


def test_an_entry_without_a_day_cannot_be_read_and_its_amount_counts() -> None:
    text = document(stmt("0.00", "3.00", entry("1.00"), entry("2.00")))
    text = text.replace("<BookgDt><Dt>2026-11-28</Dt></BookgDt>", "", 1)

    bad, good = lines_of(text)

    assert isinstance(bad, BadLine)
    assert isinstance(good, BankRow)
    assert (bad.number, str(bad.why)) == (9, "“” is not a day")


def test_statements_that_follow_each_other_are_one() -> None:
    text = document(stmt("0.00", "1.00", entry("1.00")), stmt("1.00", "3.00", entry("2.00")))
    read = statement(text)

    assert sum(isinstance(row, BankRow) for row in read.lines()) == 2
    assert (read.header.opening, read.header.closing) == ({"EUR": 0}, {"EUR": 300})


@pytest.mark.parametrize(
    "second", [stmt("0.00", "0.00"), stmt("1.00", "1.00", account="GB33BUKB20201555555555")]
)
def test_statements_that_do_not_follow_each_other_are_refused(second: str) -> None:
    with pytest.raises(ReportRefused, match="one at a time"):
        lines_of(document(stmt("0.00", "1.00", entry("1.00")), second))


@given(st.lists(CENTS, max_size=6), CENTS)
def test_any_statement_that_adds_up_is_read_whole(amounts: list[int], opening: int) -> None:
    text = document(
        stmt(decimal(opening), decimal(opening + sum(amounts)), *map(entry, map(decimal, amounts)))
    )

    assert [row.amount for row in rows_of(text)] == amounts


@given(st.integers(1, 300))
def test_any_split_into_pieces_reads_the_same(size: int) -> None:
    text = document(
        stmt("0.00", "3.00", entry("1.00", details(reference("ä") + USTRD)), entry("2"))
    )
    pieces = [text[at : at + size] for at in range(0, len(text), size)]

    assert list(open_statement(iter(pieces)).lines()) == lines_of(text)
