"""What one line leaves open another decides, or nobody: nothing is guessed."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.reports import ReportRefused
from payments.statements import csv_file
from tests.payments.statements.reading import lines_of, reasons, rows_of

HEAD = "date;currency;amount\n"
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
AMOUNTS = st.integers(-(10**12), 10**12)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0`"), max_size=20)


def amounts(*cells: str, currency: str = "KWD") -> str:
    return HEAD + "".join(f"2026-11-28;{currency};{cell}\n" for cell in cells)


def days(*cells: str) -> str:
    return HEAD + "".join(f"{cell};GBP;1.00\n" for cell in cells)


@pytest.mark.parametrize(
    ("decides", "means"), [("12,5", 1234000), ("12.5", 1234), ("1,234,567", 1234)]
)
@pytest.mark.parametrize("first", [True, False])
def test_another_amount_of_the_column_decides(decides: str, means: int, first: bool) -> None:
    cells = (decides, "1.234") if first else ("1.234", decides)

    assert means in [row.amount for row in rows_of(amounts(*cells))]


def test_the_order_of_lines_stays_while_some_wait() -> None:
    rows = rows_of(amounts("1.234", "7", "2.345", "0,5", "3"))

    assert [row.number for row in rows] == [2, 3, 4, 5, 6]


def test_where_no_line_decides_the_unsure_ones_are_not_read() -> None:
    text = amounts("1.234", "7", "5.678")

    assert [row[0] for row in lines_of(text)] == [2, 3, 4]
    assert list(reasons(text)) == [2, 4]
    assert "thousands or thousandths" in reasons(text)[2]


def test_a_second_decimal_mark_cannot_be_read() -> None:
    assert "another decimal mark" in reasons(amounts("1.50", "1,50", currency="GBP"))[3]


def test_three_decimals_are_not_taken_for_thousands_after_a_point() -> None:
    assert "at most 2 decimals" in reasons(amounts("1.50", "1.234", currency="GBP"))[3]


def test_no_more_than_so_many_lines_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_HELD", 2)
    text = amounts("1.234", "1.234", "1.234", "12,5", "1.234")

    assert list(reasons(text)) == [2]


@pytest.mark.parametrize(
    ("decides", "day"), [("28/11/2026", date(2026, 4, 3)), ("11/28/2026", date(2026, 3, 4))]
)
@pytest.mark.parametrize("first", [True, False])
def test_another_day_of_the_column_decides(decides: str, day: date, first: bool) -> None:
    cells = (decides, "03/04/2026") if first else ("03/04/2026", decides)

    assert day in [row.day for row in rows_of(days(*cells))]


def test_days_that_may_be_two_are_refused_with_what_to_do() -> None:
    with pytest.raises(ReportRefused, match="export with days as") as refused:
        lines_of(days("05/05/2026", "03/04/2026"))

    assert refused.value.number == 3


def test_days_of_both_orders_are_refused() -> None:
    with pytest.raises(ReportRefused, match="some days have the day first") as refused:
        lines_of(days("28/11/2026", "11/28/2026"))

    assert refused.value.number == 3


@given(
    rows=st.lists(st.tuples(DAYS, AMOUNTS, WORDS, WORDS), max_size=8),
    form=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d"]),
    delimiter=st.sampled_from(",;\t"),
)
def test_any_table_comes_back(
    rows: list[tuple[date, int, str, str]], form: str, delimiter: str
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["date", "currency", "amount", "reference", "text"])
    for day, amount, reference, text in rows:
        cents = f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02}"
        writer.writerow([day.strftime(form), "EUR", cents, reference, text])

    back = rows_of(file.getvalue())

    assert [(row.day, row.amount) for row in back] == [row[:2] for row in rows]
    assert [row.reference for row in back] == [row[2].strip() for row in rows]
    assert [row.text for row in back] == [" ".join(row[3].split()) for row in rows]
