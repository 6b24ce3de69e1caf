"""Which reader a statement needs is seen from how it begins."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from payments.providers.reports import ReportRefused
from payments.statements.base import Statement
from payments.statements.camt053 import Camt053
from payments.statements.csv_file import CsvStatement


def open_statement(text: Iterator[str], currency: str = "") -> Statement:
    """The statement in lines of text, keeping their ends: camt.053 or CSV.

    `currency` is that of the account, for a CSV file that names none. Raises ReportRefused on what
    is neither.
    """
    text = iter(text)
    for blank, line in enumerate(text):
        beginning = line.lstrip("\ufeff \t\r\n")
        if beginning.startswith("<"):
            return Camt053(itertools.chain((beginning,), text), blank)
        if beginning.startswith((":20:", "{1:")):
            raise ReportRefused("this is MT940: export the statement as camt.053 or CSV")
        if beginning:
            whole = itertools.chain(itertools.repeat("\n", blank), (line,), text)
            return CsvStatement(whole, currency)
    raise ReportRefused("the file is empty")
