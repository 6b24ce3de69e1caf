"""An amount is read as its bank wrote it, or not at all: no decimal mark is ever guessed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.statements.amounts import COMMA, EITHER, NONE, POINT, written
from payments.statements.base import Unreadable, minor_units

GROUPS = {POINT: [",", " ", "'", ""], COMMA: [".", " ", "'", ""]}


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("1.234,56", COMMA, "1234.56"),
        ("1,234.56", POINT, "1234.56"),
        ("1234.56", POINT, "1234.56"),
        ("1234,5", COMMA, "1234.5"),
        ("1.234.567", COMMA, "1234567"),
        ("1,234,567", POINT, "1234567"),
        ("1 234,56", COMMA, "1234.56"),
        ("1\u202f234\u202f567,00", COMMA, "1234567.00"),
        ("1'234.50", POINT, "1234.50"),
        ("1\u2019234.50", POINT, "1234.50"),
        ("0.123", POINT, "0.123"),
        ("1234.567", POINT, "1234.567"),
        (".50", POINT, "0.50"),
        ("-,5", COMMA, "-0.5"),
        ("-12.50", POINT, "-12.50"),
        ("12.50-", POINT, "-12.50"),
        ("+12.50", POINT, "12.50"),
        ("\u221212.50", POINT, "-12.50"),
        ("(12.50)", POINT, "-12.50"),
        ("500", NONE, "500"),
    ],
)
def test_the_decimal_mark_is_seen_from_the_amount(text: str, mark: str, plain: str) -> None:
    found = written(text)

    assert (found.mark, found.plain(mark)) == (mark, plain)


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma"),
    [
        ("1.234", "1.234", "1234"),
        ("-999,999", "-999999", "-999.999"),
        ("12.000", "12.000", "12000"),
    ],
)
def test_three_digits_after_one_mark_may_be_two_amounts(
    text: str, by_point: str, by_comma: str
) -> None:
    found = written(text)

    assert found.mark == EITHER
    assert (found.plain(POINT), found.plain(COMMA)) == (by_point, by_comma)


NO_AMOUNTS = (
    "", "-", "abc", "1.2.3", "1,23,456.00", "1.234,567.89", "12 50", "1.234,5,6", "--1", "-1-",
    "1e5", "NaN", "12,50 EUR", "\u0661\u0662", "0x10", "1_000", "5.", "(-5)", "0.123,45",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_AMOUNTS)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        written(text)


@given(
    cents=st.integers(-(10**14), 10**14),
    mark=st.sampled_from([POINT, COMMA]),
    group=st.integers(0, 3),
)
def test_any_amount_of_cents_reads_as_it_was_written(cents: int, mark: str, group: int) -> None:
    sign, (whole, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    text = f"{sign}{whole:,}".replace(",", GROUPS[mark][group]) + f"{mark}{rest:02}"

    found = written(text)

    assert found.mark == mark
    assert minor_units(found.plain(mark), "EUR") == cents


@given(st.text("0123456789.,' -+()", max_size=12), st.sampled_from([POINT, COMMA]))
def test_whatever_is_read_as_an_amount_is_a_plain_decimal(text: str, mark: str) -> None:
    try:
        found = written(text)
    except Unreadable:
        return
    mark = found.mark if found.mark in {POINT, COMMA} else mark

    assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", found.plain(mark))


@pytest.mark.parametrize(
    ("text", "currency"), [("1.5", "JPY"), ("1.234", "EUR"), ("1.2345", "KWD")]
)
def test_more_decimals_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    with pytest.raises(Unreadable, match="decimals"):
        minor_units(text, currency)


def test_more_than_a_row_can_hold_is_refused() -> None:
    assert minor_units("92233720368547758.07", "EUR") == 2**63 - 1
    with pytest.raises(Unreadable):
        minor_units("92233720368547758.08", "EUR")
