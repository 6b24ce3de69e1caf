"""Any bank's CSV is read by the names of its columns; what is missing or unsure is said."""

from __future__ import annotations

from datetime import date

import pytest

from payments.providers.reports import ReportRefused
from payments.statements import BankRow
from tests.payments.statements.reading import lines_of, reasons, rows_of, statement

PLAIN = "booked_on,currency,amount,reference,text\n2026-11-28,GBP,123.45,po_1,Payout\n"
GERMAN = (
    '"Musterbank";"Umsatzanzeige"\n'
    '"IBAN";"DE89 3704 0044 0532 0130 00"\n'
    "\n"
    '"Buchung";"Wertstellung";"Buchungstext";"Verwendungszweck";'
    '"Saldo";"Währung";"Betrag";"Währung"\n'
    '"28.11.2026";"29.11.2026";"Gutschrift";"po_1 Auszahlung";"9.000,00";"USD";"1.234,56";"EUR"\n'
    '"27.11.2026";"27.11.2026";"Entgelt";"Gebühr";"7.765,44";"USD";"-12,50";"EUR"\n'
)
CHINESE = (
    "账号:6222000000000000\n"
    "交易日期,交易流水号,收入金额\uff08元\uff09,支出金额(元),账户余额,摘要\n"
    "20261128,`4200001,123.45,,1000.00,货款\n"
    "20261129,`4200002\t,0.00,20.00,980.00,手续费\n"
)


def headers(*, day: str = "date", amount: str = "amount", rest: str = "") -> str:
    return f"{day};{amount}{rest}\n"


def test_the_sandbox_banks_statement_is_read() -> None:
    assert lines_of(PLAIN) == [BankRow(2, date(2026, 11, 28), "GBP", 12345, "po_1", "Payout")]


def test_a_german_statement_is_read_with_lines_before_its_headers() -> None:
    read = statement(GERMAN)

    assert list(read.lines()) == [
        BankRow(5, date(2026, 11, 28), "EUR", 123456, "", "po_1 Auszahlung"),
        BankRow(6, date(2026, 11, 27), "EUR", -1250, "", "Gebühr"),
    ]
    assert read.header.account_id == "DE89370400440532013000"
    assert (read.header.first_day, read.header.last_day) == (date(2026, 11, 27), date(2026, 11, 28))


def test_a_chinese_statement_is_read_with_money_in_and_out_apart() -> None:
    assert lines_of(CHINESE) == [
        BankRow(3, date(2026, 11, 28), "CNY", 12345, "4200001", "货款"),
        BankRow(4, date(2026, 11, 29), "CNY", -2000, "4200002", "手续费"),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_delimiter_is_seen(delimiter: str) -> None:
    text = PLAIN.replace(",", delimiter)

    assert lines_of(text) == lines_of(PLAIN)


def test_columns_come_in_any_order_and_others_do_not_matter() -> None:
    text = "Balance,Amount,Note,Currency,Date\n1.00,2.50,x,GBP,2026-11-28\n"

    assert rows_of(text)[0].amount == 250


def test_the_currency_is_the_accounts_where_the_file_names_none() -> None:
    text = "date;amount\n2026-11-28;500\n"

    assert [row.amount for row in rows_of(text, "JPY")] == [500]
    assert [row.amount for row in rows_of(text, "GBP")] == [50000]


@pytest.mark.parametrize("amount", ["Betrag (EUR)", "Betrag in EUR", "Betrag (€)", "Betrag(EUR)"])
def test_the_currency_may_stand_in_a_header(amount: str) -> None:
    assert rows_of(f"Buchungstag;{amount}\n28.11.2026;12,50\n")[0].currency == "EUR"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("date;currency;reference\n", "the amount"),
        ("currency;amount;reference\n", "the day"),
        ("date;amount;reference\n", "the currency"),
        ("date;currency;credit\n", "the amount"),
    ],
)
def test_a_missing_column_is_named_with_the_line_of_the_headers(text: str, missing: str) -> None:
    with pytest.raises(ReportRefused, match=f"no column with {missing}") as refused:
        statement("My bank\n" + text)

    assert refused.value.number == 2


@pytest.mark.parametrize("text", ["Dear customer,\n", "a,b,c\n1,2,3\n", "x\n" * 500])
def test_a_file_without_headers_is_refused(text: str) -> None:
    with pytest.raises(ReportRefused, match="no row of headers"):
        statement(text)


def test_a_column_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ReportRefused, match="amount is there twice") as refused:
        statement("date,amount,amount,currency\n")

    assert refused.value.number == 1


def test_a_line_that_cannot_be_read_stops_nothing() -> None:
    text = (
        "date,currency,amount,reference\n"
        "2026-11-28,GBP,1.00,a\n"
        "soon,GBP,1.00,b\n"
        "2026-11-28,GBP,one,c\n"
        "2026-11-28,POUNDS,1.00,d\n"
        "2026-11-28,JPY,1.50,e\n"
        "2026-11-28,GBP,1.00\n"
        f"2026-11-28,GBP,1.00,{'f' * 141}\n"
        '2026-11-28,GBP,1.00,"g"h\n'
        "\n"
        "2026-11-28,GBP,2.00,i\n"
    )

    assert [row.number for row in lines_of(text) if isinstance(row, BankRow)] == [2, 11]
    why = reasons(text)
    assert list(why) == [3, 4, 5, 6, 7, 8, 9]
    assert "not a day" in why[3]
    assert "not an amount" in why[4]
    assert "no currency" in why[5]
    assert "at most 0 decimals" in why[6]
    assert "3 columns where the headers are 4" in why[7]
    assert "longer than 140" in why[8]
    assert "no row of CSV" in why[9]


def test_a_line_that_cannot_be_read_is_quoted_in_part() -> None:
    (bad,) = lines_of(f"date,currency,amount\nsoon,GBP,{'9' * 500}\n")

    assert bad.text == f"soon | GBP | {'9' * 500}"[:200]


def test_numbers_of_lines_count_breaks_inside_cells() -> None:
    text = PLAIN + '2026-11-28,GBP,1.00,po_2,"two\nlines"\n2026-11-28,GBP,2.00,po_3,\n'

    rows = rows_of(text)

    assert [(row.number, row.text) for row in rows] == [(2, "Payout"), (3, "two lines"), (5, "")]


@pytest.mark.parametrize("rest", ["", "2026-11-28,GBP,2.00,po_3,\n" * 1000])
def test_a_quotation_mark_that_is_never_closed_is_refused_where_it_opens(rest: str) -> None:
    with pytest.raises(ReportRefused, match="never closed") as refused:
        lines_of(PLAIN + '2026-11-28,GBP,1.00,po_2,"open\n' + rest)

    assert refused.value.number == 3


@pytest.mark.parametrize(
    ("credit", "debit", "amount"),
    [("5.00", "", 500), ("", "5.00", -500), ("0.00", "5.00", -500), ("5.00", "0", 500)],
)
def test_one_of_credit_and_debit_is_the_amount(credit: str, debit: str, amount: int) -> None:
    text = f"date;currency;money in;money out\n2026-11-28;GBP;{credit};{debit}\n"

    assert rows_of(text)[0].amount == amount


def test_debits_below_zero_went_out_too() -> None:
    text = "date;currency;credit;debit\n2026-11-28;GBP;;-5.00\n2026-11-28;GBP;;-6.00\n"

    assert [row.amount for row in rows_of(text)] == [-500, -600]


@pytest.mark.parametrize("cells", ["1.00;2.00", ";", "0;0", "-1.00;"])
def test_what_says_neither_credit_nor_debit_cannot_be_read(cells: str) -> None:
    assert 2 in reasons(f"date;currency;credit;debit\n2026-11-28;GBP;{cells}\n")


def test_a_debit_of_another_sign_than_the_others_cannot_be_read() -> None:
    text = "date;currency;credit;debit\n2026-11-28;GBP;;5.00\n2026-11-28;GBP;;-5.00\n"

    assert "another sign" in reasons(text)[3]
