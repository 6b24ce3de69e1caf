"""The settlement report of a day, as a stream of text, and a list of what is wrong in it."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from typing import Final

from payments.sandbox.days import ONE_DAY, beginning, end
from payments.sandbox.models import Merchant, rounded
from payments.sandbox.objects import MODE
from payments.sandbox.reports.faults import NONE, Fault, Faults, Told, late, told
from payments.sandbox.reports.lines import Line, lines_of
from payments.sandbox.services.enter import balances

TITLE: Final = "Sandbox settlement report"
AT_ONCE: Final = 500
"""Lines written together: a small write each is slow."""
OUTSIDE: Final = {Fault.BANK_TOTAL}
"""Faults that the report itself does not show."""


def faults_of(merchant: Merchant) -> Faults:
    """What the merchant wants wrong in its reports."""
    wanted = merchant.report_faults
    if wanted is None:
        return NONE
    return Faults(wanted["seed"], wanted["share"], tuple(wanted["kinds"]))


def settlement_text(merchant: Merchant, day: date) -> Iterator[str]:
    """The report of a closed day; balances in it are the truth, its lines need not be."""
    opening, closing = _balances(merchant, day)
    yield _written([*_head(merchant, day, opening), Line._fields])
    count, waiting = 0, list[Line]()
    for each in _told(merchant, day):
        count += len(each.printed)
        waiting += each.printed
        if len(waiting) >= AT_ONCE:
            yield _written(waiting)
            waiting = []
    yield _written([*waiting, *_balance_rows("#closing", closing), ("#lines", count)])


def faults_in(merchant: Merchant, day: date) -> Iterator[dict[str, object]]:
    """What is wrong in the report and the statement of a closed day.

    `id` is that of the line, or of the one put in beside it; `line` its number in the file, None
    where nothing in the file is wrong.
    """
    opening, _ = _balances(merchant, day)
    number = len(_head(merchant, day, opening)) + 1
    for each in _told(merchant, day):
        number += len(each.printed)
        if each.fault:
            shown = each.printed and each.fault not in OUTSIDE
            line = number if shown else None
            yield {"kind": each.fault.value, "id": each.wrong.id, "line": line}


def _told(merchant: Merchant, day: date) -> Iterator[Told]:
    faults = faults_of(merchant)
    belated: Iterable[Line] = ()
    if faults.share:
        belated = late(lines_of(merchant, day - ONE_DAY), faults)
    return chain((Told(line, [line]) for line in belated), told(lines_of(merchant, day), faults))


def _balances(merchant: Merchant, day: date) -> tuple[dict[str, int], dict[str, int]]:
    """The balance by currency when the day began and when it ended."""
    closing = balances(merchant, before=end(day))
    before = balances(merchant, before=beginning(day))
    return {currency: before.get(currency, 0) for currency in closing}, closing


def _head(merchant: Merchant, day: date, opening: dict[str, int]) -> list[tuple[object, ...]]:
    return [
        (f"#{TITLE}",),
        ("#merchant_id", merchant.public_id),
        ("#mode", MODE),
        ("#period", day, day),
        *_balance_rows("#opening", opening),
    ]


def _balance_rows(word: str, given: dict[str, int]) -> list[tuple[object, ...]]:
    return [(word, currency, rounded(balance)) for currency, balance in given.items()]


def _written(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
