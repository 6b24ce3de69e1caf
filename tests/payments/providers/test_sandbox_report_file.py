"""A report that is none, is laid out in another way, or breaks off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from payments.providers.reports import ReportLine, ReportRefused
from payments.providers.sandbox.columns import NAMES
from payments.providers.sandbox.report import AT_ONCE, parse_report
from tests.payments.providers.report_cast import (
    CAPTURE,
    FIRST,
    HEAD,
    a_line,
    a_report,
    cells,
    only,
    read,
)


def refused(text: str) -> ReportRefused:
    with pytest.raises(ReportRefused) as refusal:
        read(text)
    return refusal.value


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_delimiters_are_read(delimiter: str) -> None:
    text = a_report(a_line()).replace(",", delimiter)

    assert only(read(text)[1]) == only(read(a_report(a_line()))[1])
    assert read(text)[0] == read(a_report())[0]


def test_lines_that_a_spreadsheet_filled_up_are_read() -> None:
    full = [line + "," * (13 - line.count(",")) for line in a_report(a_line()).splitlines()]

    assert read("\r\n".join(full) + "\r\n") == read(a_report(a_line()))


def test_columns_may_come_in_another_order_and_others_are_ignored() -> None:
    order = [*NAMES[9:], "colour", *NAMES[:9]]
    row = CAPTURE | {"colour": "red"}

    text = a_report(",".join(row[name] for name in order), names=",".join(order))

    assert only(read(text)[1]) == only(read(a_report(a_line()))[1])


def test_columns_in_another_order_are_counted_too() -> None:
    order = [*reversed(NAMES), "colour"]
    rows = [",".join(reversed(cells())) + end for end in (",red", "", ",red,blue")]

    found = read(a_report(*rows, names=",".join(order)))[1]

    assert [isinstance(line, ReportLine) for line in found] == [True, False, False]


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_column_refuses_the_file_by_its_name(name: str) -> None:
    names = ",".join(each for each in NAMES if each != name)

    refusal = refused(a_report(names=names))

    assert (str(refusal), refusal.number) == (f"The column {name} is missing", FIRST - 1)


def test_a_column_that_is_there_twice_refuses_the_file() -> None:
    refusal = refused(a_report(names=",".join([*NAMES, "gross"])))

    assert (str(refusal), refusal.number) == ("The column gross is there twice", FIRST - 1)


@pytest.mark.parametrize("lines", [0, 1, 3, AT_ONCE + 2])
def test_a_file_that_breaks_off_anywhere_is_refused(lines: int) -> None:
    text = a_report(*[a_line(id=f"pay_{n}") for n in range(lines)])

    for cut in {*range(1, 60), *range(1, len(text) - 1, 97)}:
        with pytest.raises(ReportRefused):
            read(text[: -cut - 1])


def test_a_file_without_its_end_is_refused_with_its_last_line() -> None:
    text = "\n".join([*HEAD, ",".join(NAMES), a_line(), a_line()[:40]])

    refusal = refused(text)

    assert "breaks off" in str(refusal)
    assert refusal.number == FIRST + 1


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_file_with_another_count_is_refused(count: int) -> None:
    refusal = refused(a_report(a_line(), a_line(), count=count))

    assert "breaks off" in str(refusal)
    assert refusal.number == FIRST + 3


@pytest.mark.parametrize("more", ["x", a_line(), "#lines,1", "#closing,GBP,1", "\n\nx"])
def test_text_after_the_end_is_refused(more: str) -> None:
    assert "more after the end" in str(refused(a_report(a_line()) + more))


@pytest.mark.parametrize("count", [1, 2 * AT_ONCE - 1, 2 * AT_ONCE, 2 * AT_ONCE + 1])
def test_many_lines_after_the_end_are_refused(count: int) -> None:
    lines = [a_line()] * count

    refused(a_report(*lines) + "\n".join(lines))


def test_empty_lines_after_the_end_are_not_minded() -> None:
    assert read(a_report(a_line()) + "\n\r\n ,,,\n") == read(a_report(a_line()))


def test_a_line_after_a_closing_balance_is_refused() -> None:
    refusal = refused(a_report(a_line(), "#closing,EUR,0", a_line()))

    assert refusal.number == FIRST + 2


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (1, "#Another report"),
        (1, "type,id"),
        (2, "#mode,test"),
        (2, "#merchant_id"),
        (2, "#merchant_id,a,b"),
        (2, "#merchant_id,\x07"),
        (3, "#note,hello"),
        (4, "#period,2026-11-28"),
        (4, "#period,2026-11-31,2026-11-31"),
        (4, "#period,20261128,20261128"),
        (4, "#period,2026-11-29,2026-11-28"),
        (5, "#opening,GBP"),
        (5, "#opening,GBP,1.5"),
        (5, "#opening,QQQ,1"),
        (5, "#opening,EUR,1"),
        (8, "#closing,GBP,1_0"),
        (8, "#closing,,0"),
        (8, "#lines,1"),
        (9, "#lines"),
        (9, "#lines,one"),
        (9, "#lines,01"),
    ],
)
def test_a_head_or_end_that_is_not_as_written_refuses_the_file(line: int, text: str) -> None:
    lines = a_report(a_line()).splitlines()
    lines[line - 1] = text

    assert refused("\n".join(lines)).number


def test_a_balance_of_the_same_currency_twice_refuses_the_file() -> None:
    assert refused(a_report().replace(HEAD[-1], f"{HEAD[-1]}\n{HEAD[-1]}")).number == 6


def test_a_word_of_the_head_that_we_do_not_know_is_ignored() -> None:
    text = a_report(a_line()).replace("#mode", "#note,hello, you\n#mode")

    assert only(read(text)[1]).number == FIRST + 1


@pytest.mark.parametrize("text", ["", "\n", "{}", "#Sandbox settlement report\n", "#\n" * 2000])
def test_what_is_no_report_is_refused(text: str) -> None:
    refused(text)


def test_a_head_without_an_end_is_not_read_for_ever() -> None:
    lines = iter(["#Sandbox settlement report\n", *(f"#note{n}\n" for n in range(100_000))])

    with pytest.raises(ReportRefused):
        read("".join(lines))


def test_a_long_file_is_read_as_it_is_asked_for() -> None:
    asked: list[str] = []

    def source() -> Iterator[str]:
        for line in a_report(*[a_line()] * 10 * AT_ONCE).splitlines(keepends=True):
            asked.append(line)
            yield line

    lines = parse_report(source()).lines()
    assert len(asked) == FIRST - 1
    next(lines)

    assert len(asked) == FIRST - 1 + AT_ONCE
