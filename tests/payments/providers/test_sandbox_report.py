"""A line of the bank's report is read exactly, or it is a bad line that says why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from payments.providers.reports import BadLine, LineKind, ReportLine
from payments.providers.sandbox.columns import KINDS, NAMES
from payments.providers.sandbox.report import AT_ONCE
from tests.payments.providers.report_cast import (
    CAPTURE,
    FIRST,
    a_line,
    a_report,
    bad,
    cells,
    only,
    read,
)


def test_a_line_is_read_as_it_stands() -> None:
    at = datetime(2026, 11, 28, 10, 0, 0, 123456, UTC)

    line = only(read(a_report(a_line()))[1])

    assert line == ReportLine(
        number=FIRST,
        kind=LineKind.CAPTURE,
        provider_ref="pay_1",
        our_ref="A1",
        method="card",
        currency="GBP",
        gross=1234,
        fee=Decimal("37.276"),
        settled_currency="",
        settled_gross=None,
        occurred_at=at,
        settled_at=at,
        payout_ref="po_1",
        merchant_id="mer_1",
        mode="test",
    )


def test_the_header_is_known_at_once_and_the_closing_balances_at_the_end() -> None:
    header, _ = read(a_report())

    assert (header.merchant_id, header.mode) == ("mer_1", "test")
    assert (header.first_day, header.last_day) == (date(2026, 11, 28), date(2026, 11, 28))
    assert header.opening == header.closing == {"GBP": 12300}
    assert header.lines == {"merchant_id": 2, "mode": 3, "days": 4}


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind != LineKind.ADJUSTMENT])
def test_every_type_of_line_is_known(kind: LineKind) -> None:
    assert only(read(a_report(a_line(type=kind.value)))[1]).kind is kind


@pytest.mark.parametrize(
    ("settled", "gross"), [(("EUR", "1400"), 1400), (("JPY", "-1"), -1), (("", ""), None)]
)
def test_a_line_may_be_settled_in_another_currency(
    settled: tuple[str, str], gross: int | None
) -> None:
    currency, amount = settled

    line = only(read(a_report(a_line(settled_currency=currency, settled_gross=amount)))[1])

    assert (line.settled_currency, line.settled_gross) == (currency, gross)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("type", ["", "captures", "Capture", " capture", "#capture", "payout\u200b"]),
        ("id", ["", "x" * 121, "pay\x00", "pay\u2028"]),
        ("reference", ["x" * 121, "a\x07"]),
        ("method", ["x" * 41, "\x1b"]),
        ("currency", ["", "gbp", "GB", "GBPP", "XXX", "QQQ", " GBP", "\uff27\uff22\uff30"]),
        (
            "gross",
            [
                *("", " 1", "1 ", "1_000", "+1", "1.0", "1e3", "0x10", "NaN", "--1", "-", "1-1"),
                *(
                    "\u0661\u0662",
                    "\uff11\uff12",
                    "9223372036854775808",
                    "-9223372036854775808",
                    "9" * 5000,
                ),
            ],
        ),
        (
            "fee",
            [
                *("", "NaN", "sNaN", "Infinity", "-inf", "1e2", "1_0", " 1", "1 ", "+1", "1.2.3"),
                *(".", "-", "\u0661", "0.1234567", "100000000000000", "1.0000000000000000000000"),
            ],
        ),
        ("settled_gross", ["1", "-1", "1_0", "x"]),
        ("settled_currency", ["EUR", "XXX"]),
        (
            "occurred_at",
            [
                *("", "2026-11-28", "2026-11-28T10:00:00", "2026-11-28 10:00:00Z", "yesterday"),
                *("2026-11-31T10:00:00Z", "2026-11-28T10:00:00z", "2026-W48-6T10:00:00Z"),
                *('"2026-11-28T10:00:00,5Z"', "1999-12-31T10:00:00Z", "2200-01-01T00:00:00Z"),
                *(
                    "\uff12026-11-28T10:00:00Z",
                    "2026-11-28T10:00:00+25:00",
                    " 2026-11-28T10:00:00Z",
                ),
            ],
        ),
        ("settled_at", ["", "2026-11-28T10:00:00"]),
        ("payout", ["x" * 121, "\t"]),
        ("merchant_id", ["\x7f"]),
        ("mode", ["\ud800"]),
    ],
)
def test_what_a_column_may_not_hold_is_a_bad_line(column: str, texts: list[str]) -> None:
    for text in texts:
        line = bad(a_report(a_line(), a_line(**{column: text}), a_line()))
        assert str(line.why).startswith((column, "only one of")), (text, line.why)


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("gross", ["0", "-1", "007", "9223372036854775807"]),
        ("fee", ["0", "-1.5", "0.123456", "99999999999999.999999"]),
        ("reference", ["", "x" * 120, "Bestellung Ä 7"]),
        ("occurred_at", ["2026-11-28T10:00:00Z", "2026-11-28T18:00:00.5+08:00"]),
        ("payout", [""]),
        ("currency", ["JPY", "KWD", "XTS"]),
    ],
)
def test_what_a_column_may_hold_is_read(column: str, texts: list[str]) -> None:
    for text in texts:
        only(read(a_report(a_line(**{column: text})))[1])


def test_a_bad_line_says_what_stands_there() -> None:
    line = bad(a_report(a_line(), a_line(gross="n/a"), a_line()))

    assert str(line.why) == "gross is not a whole number of minor units: “n/a”"
    assert line.text.startswith("capture,pay_1,A1,card,GBP,n/a,")


def test_a_bad_line_is_cut() -> None:
    assert len(bad(a_report(a_line(), a_line(gross="1" * 3000), a_line())).text) == 200


def test_a_bad_line_shows_nothing_that_a_database_refuses() -> None:
    line = bad(a_report(a_line(), a_line(id="a\x00b", gross="\ud800"), a_line()))

    assert f"{line.text}{line.why}".isprintable()
    assert line.text.startswith("capture,a\ufffdb,A1,card,GBP,\ufffd,")


@pytest.mark.parametrize("gross", ["1", "x"])
def test_a_long_cell_beside_our_columns_says_nothing_of_the_line(gross: str) -> None:
    rows = [f"{a_line(gross=each)},{'x' * 9000}" for each in ("1", gross)]

    found = read(a_report(*rows, names=",".join([*NAMES, "note"])))[1]

    assert [isinstance(line, BadLine) for line in found] == [False, gross == "x"]


@pytest.mark.parametrize("change", [-1, 1])
def test_a_wrong_number_of_columns_is_a_bad_line(change: int) -> None:
    row = cells()[:-1] if change < 0 else [*cells(), "more"]

    line = bad(a_report(a_line(), ",".join(row), a_line()))

    assert str(line.why) == f"{14 + change} columns, not 14"


def test_an_empty_line_is_a_bad_line() -> None:
    assert str(bad(a_report(a_line(), "", a_line())).why) == "0 columns, not 14"


def test_quotes_inside_cells_are_those_of_csv() -> None:
    row = ['"' + (CAPTURE | {"reference": 'A ""1"", B'})[name] + '"' for name in NAMES]

    assert only(read(a_report(",".join(row)))[1]).our_ref == 'A "1", B'


@pytest.mark.parametrize(
    "reference", ['"A1', 'A1"', '"A"1', '"A1\r', "A\r1", '"' + "x" * 200_000, '"A\r1"']
)
def test_a_quote_or_line_break_gone_astray_swallows_one_line_only(reference: str) -> None:
    text = a_report(a_line(), a_line(reference=reference), a_line())
    if reference == 'A1"':
        assert only([read(text)[1][1]]).our_ref == 'A1"'
        return
    bad(text)


def test_a_line_break_inside_a_cell_makes_bad_lines_and_no_more() -> None:
    broken = a_line(reference='"A\n1"')

    found = read(a_report(a_line(), broken, a_line(), count=4))[1]

    assert [type(line) for line in found] == [ReportLine, BadLine, BadLine, ReportLine]
    assert [line.number for line in found] == [FIRST, FIRST + 1, FIRST + 2, FIRST + 3]


def test_numbers_and_lines_hold_however_many_are_bad() -> None:
    wrong = [n % 11 == 3 or n % 64 in {0, 63} for n in range(5 * AT_ONCE + 3)]
    lines = [a_line(id=f"pay_{n}", gross="" if bad else "1") for n, bad in enumerate(wrong)]

    found = read(a_report(*lines))[1]

    assert [isinstance(line, BadLine) for line in found] == wrong
    assert [line.number for line in found] == list(range(FIRST, FIRST + len(wrong)))
    good = [line for line in found if isinstance(line, ReportLine)]
    assert all(line.provider_ref == f"pay_{line.number - FIRST}" for line in good)
