"""Which reader a statement needs is seen from how it begins, not from what it is called."""

from __future__ import annotations

import pytest

from payments.providers.reports import ReportRefused
from tests.payments.statements.documents import document, entry, stmt
from tests.payments.statements.reading import lines_of, rows_of, statement

CSV = "date,currency,amount\n2026-11-28,EUR,1.00\n"


@pytest.mark.parametrize("before", ["", "\n", " \n\t\n", "\ufeff"])
@pytest.mark.parametrize("text", [CSV, document(stmt("0.00", "1.00", entry("1.00")))])
def test_both_kinds_are_told_apart(text: str, before: str) -> None:
    assert [row.amount for row in rows_of(before + text)] == [100]


@pytest.mark.parametrize("text", ["", "\n\n", " \n"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(ReportRefused, match="empty"):
        statement(text)


@pytest.mark.parametrize("text", [":20:STARTUMS\n:25:1/2\n", "{1:F01X}{2:I940X}{4:\n:20:1\n"])
def test_mt940_is_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(ReportRefused, match="MT940: export the statement as camt"):
        statement(text)


def test_numbers_of_lines_count_blank_ones_before() -> None:
    assert lines_of("\n\n" + CSV)[0].number == 4
