"""A cause is words with gaps: whole in English for a log, and nothing in it harms a database."""

from __future__ import annotations

import csv
from datetime import date
from xml.parsers import expat

import pytest

from payments.providers.base import Failure
from payments.providers.cause import OF_PARSERS, Cause, because
from payments.providers.reports import ReportRefused
from payments.statements.base import Unreadable


def test_a_cause_is_english_for_a_log_and_so_is_a_cause_inside_it() -> None:
    inner = because("%(day)s is no day of this report", day=date(2026, 11, 28))

    outer = because("%(count)s lines: %(why)s", count=3, why=inner)

    assert str(outer) == "3 lines: 2026-11-28 is no day of this report"


def test_words_without_gaps_stand_as_they_are() -> None:
    assert str(Cause("100 % wrong")) == "100 % wrong"


def test_what_fills_a_gap_is_cut() -> None:
    assert len(str(because("%(text)s", text="x" * 1000))) == 200


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\u3000b\u00a0c\nd", "a b c d"),
        ("货款 50 %(x)s", "货款 50 %(x)s"),
    ],
)
def test_what_fills_a_gap_is_what_a_database_and_a_page_can_take(text: str, kept: str) -> None:
    assert str(because("%(text)s", text=text)) == kept


def test_a_providers_own_word_is_kept_fit_too() -> None:
    cause = because("%(why)s", why=Failure("declined", "a\0b"))

    assert cause.facts == {"why": Failure("declined", "a\N{REPLACEMENT CHARACTER}b")}


@pytest.mark.parametrize("error", [ReportRefused, Unreadable])
def test_an_error_says_its_cause(error: type[ReportRefused | Unreadable]) -> None:
    raised = error("the column %(name)s is there twice", name="gross")

    assert str(raised) == str(raised.why) == "the column gross is there twice"


@pytest.mark.parametrize("line", ['"a', '"a"b', "a\rb"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_is_said_of_a_damaged_row_is_gathered(line: str, delimiter: str) -> None:
    with pytest.raises(csv.Error) as error:
        list(csv.reader([line], delimiter=delimiter, strict=True))

    assert Cause(str(error.value)) in OF_PARSERS


@pytest.mark.parametrize(
    "text",
    ["", "<", "<a>", "<a", "<a></b>", "<a/>b", "<a b='' b=''/>", "<a>&b;</a>", "<a>&#1;</a>"],
)
def test_what_is_said_of_damaged_xml_is_gathered(text: str) -> None:
    with pytest.raises(expat.ExpatError) as error:
        expat.ParserCreate(namespace_separator=" ").Parse(text, True)

    assert Cause(expat.ErrorString(error.value.code)) in OF_PARSERS
