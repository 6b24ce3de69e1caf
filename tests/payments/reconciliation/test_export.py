"""No cell of an export is run by a spreadsheet, and all of them can be read back."""

from __future__ import annotations

import csv
import io
import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.reconciliation.export import BOM, FORMULA, NUMBER, csv_lines, safe_cell

WILD = st.text(
    st.one_of(
        st.sampled_from(sorted({*FORMULA, *" \u3000 1.,;'\""})),
        st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
    ),
    max_size=12,
)


RUN = (
    "=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1", "\u3000=1", "-1+1",
    "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a", "-12.50 EUR", "--1", "-",
)  # fmt: skip


@pytest.mark.parametrize("text", RUN)
def test_what_a_spreadsheet_may_run_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["-12.50", "+3", "-1,234.50", "-1.234,50", "0", "", "Alice", "a=b", "'=1", "12-3"]
)
def test_numbers_and_plain_words_are_left_alone(text: str) -> None:
    assert safe_cell(text) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2))
def test_every_amount_stays_a_number(amount: Decimal) -> None:
    assert safe_cell(f"{amount:f}") == f"{amount:f}"


@given(st.lists(st.lists(WILD, min_size=2, max_size=4), min_size=1, max_size=5))
def test_any_table_comes_back_with_nothing_to_run(table: list[list[str]]) -> None:
    text = "".join(csv_lines(table)).removeprefix(BOM)
    back = list(csv.reader(io.StringIO(text, newline="")))

    assert back == [[safe_cell(cell) for cell in row] for row in table]
    runs = [cell for row in back for cell in row if cell[:1] in FORMULA]
    assert [cell for cell in runs if not NUMBER.fullmatch(cell)] == []


def test_a_spreadsheet_sees_that_it_is_utf8() -> None:
    assert "".join(csv_lines([["金额", None, -5]])).encode() == b"\xef\xbb\xbf" + (
        "金额,,-5\r\n".encode()
    )


def test_rows_leave_one_by_one() -> None:
    lines = csv_lines([number] for number in itertools.count())

    assert list(itertools.islice(lines, 3)) == [BOM, "0\r\n", "1\r\n"]
