"""The report of one day: Stripe is asked for several, and what it gives becomes one file.

A run takes Stripe seconds to minutes, and nobody waits for it: the same question asked again finds
the same run by its idempotency key, which holds for a day.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from payments.providers.base import Account, Failure
from payments.providers.currencies import CURRENCIES
from payments.providers.deadline import IN_MEMORY
from payments.providers.errors import BadAnswer, ProviderDown, ProviderRejected
from payments.providers.head import CLOSING, MERCHANT, MODE, OPENING, PERIOD
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.columns import (
    ACTIVITY,
    MEMBERS,
    PAYOUTS,
    SUMMARY,
    SUMMED,
    Finer,
    minor,
)
from payments.providers.stripe.files import Files
from payments.providers.stripe.report import END, PART, TAKEN, TITLE
from payments.providers.told import Told

if TYPE_CHECKING:
    from stripe import RequestOptions
    from stripe.params.reporting import ReportRunCreateParams

ASKED: Final[dict[str, Sequence[str]]] = {
    SUMMARY: SUMMED,
    **{table.kind: table.names for table in (ACTIVITY, PAYOUTS, MEMBERS)},
}
"""The columns of each report of a day."""
STATES: Final = {state: state for state in ("pending", "succeeded", "failed")}
TRIES: Final = 3
"""So many runs may fail of one report before its day is given up."""
BALANCES: Final = {"starting_balance": OPENING, "ending_balance": CLOSING}
"""By category of the summary."""


class Made(NamedTuple):
    """A file that a run has left."""

    name: str
    size: int


class DayReports:
    """What Stripe reports of days of one account, which begin in its time zone."""

    def __init__(self, api: StripeApi, account: Account, *, timeout: float) -> None:
        self._api, self._account = api, account
        self._files = Files(account, timeout=timeout)

    def fetch(self, day: date) -> SpooledTemporaryFile[bytes]:
        """The file of a day, which whoever asked closes; raises ProviderError, then none is open.

        That is ProviderDown before the day's data are complete at Stripe, and while it is at work.
        """
        runs = {kind: self._run(kind, day) for kind in ASKED}
        made = {kind: _made(run) for kind, run in runs.items() if run.maybe_row("result")}
        if len(made) < len(ASKED):
            raise ProviderDown(f"the reports of {day} are not made yet", sent=True)
        with ExitStack() as undo:
            file = undo.enter_context(SpooledTemporaryFile[bytes](max_size=IN_MEMORY))
            self._write(file, day, made)
            undo.pop_all()
        file.seek(0)
        return file

    def _run(self, kind: str, day: date) -> Told:
        """The run of that kind for the day, as it is now: the first that has not failed.

        Raises ProviderRejected where Stripe failed each time.
        """
        start, end = self._begin(day), self._begin(day + timedelta(days=1))
        offered = self._api.ask(lambda sdk: sdk.v1.reporting.report_types.retrieve(kind), "report")
        if offered.whole("data_available_end") < end:
            raise ProviderDown(f"Stripe has not all data of {day} yet", sent=True)
        params: ReportRunCreateParams = {
            "report_type": kind,
            "parameters": {
                "interval_start": start,
                "interval_end": end,
                "columns": list(ASKED[kind]),
            },
        }
        said = ""
        for number in range(1, TRIES + 1):
            run = self._asked_for(params, key=f"report:{kind}:{start}:{end}:{number}")
            if run.one_of("status", STATES) != "failed":
                return run
            said = run.maybe_url("error")
        raise ProviderRejected(Failure("provider_refused", f"{kind} failed: {said}"[:80]))

    def _asked_for(self, params: ReportRunCreateParams, *, key: str) -> Told:
        """The one run of this key: what the key repeats is how it was at first, so it is asked."""
        options: RequestOptions = {"idempotency_key": key}
        begun = self._api.ask(
            lambda sdk: sdk.v1.reporting.report_runs.create(params, options), "report"
        )
        name = begun.name("id")
        return self._api.ask(lambda sdk: sdk.v1.reporting.report_runs.retrieve(name), "report")

    def _begin(self, day: date) -> int:
        zone = ZoneInfo(self._account.report_zone)
        return int(datetime.combine(day, time(), zone).timestamp())

    def _write(self, file: IO[bytes], day: date, made: dict[str, Made]) -> None:
        """The head, each report behind its name, and the end."""
        for cells in self._head(day, made[SUMMARY]):
            _say(file, *cells)
        with SpooledTemporaryFile[bytes](max_size=IN_MEMORY) as payouts:
            self._files.copy(*made[PAYOUTS.kind], into=payouts)
            copy = partial(self._files.copy, into=file)
            _begin_part(file, ACTIVITY.kind)
            copy(*made[ACTIVITY.kind])
            _add(file, payouts, PAYOUTS.kind)
            _begin_part(file, MEMBERS.kind)
            copy(*made[MEMBERS.kind])
            _add(file, payouts, TAKEN)
        file.write(b"\n")
        _say(file, END)

    def _head(self, day: date, summary: Made) -> Iterator[Sequence[str]]:
        yield (TITLE,)
        yield MERCHANT, self._account.merchant_id
        yield MODE, self._account.mode
        yield PERIOD, day.isoformat(), day.isoformat()
        body = io.BytesIO()
        self._files.copy(*summary, into=body)
        body.seek(0)
        for row in csv.DictReader(io.TextIOWrapper(body, "utf-8")):
            if word := BALANCES.get(row.get("category") or ""):
                yield word, *_balance(row)


def _balance(row: dict[str, str]) -> tuple[str, str]:
    try:
        currency, amount = row["currency"].upper(), Decimal(row["net_amount"])
        if currency in CURRENCIES and amount.is_finite():
            return currency, str(minor(amount, currency))
    except (KeyError, AttributeError, DecimalException, Finer):
        pass
    raise BadAnswer("balance summary")


def _made(run: Told) -> Made:
    result = run.row("result")
    return Made(result.name("id"), result.whole("size"))


def _add(file: IO[bytes], part: IO[bytes], name: str) -> None:
    _begin_part(file, name)
    part.seek(0)
    shutil.copyfileobj(part, file)


def _begin_part(file: IO[bytes], name: str) -> None:
    """On a line of its own, however the part before it ended."""
    file.write(b"\n")
    _say(file, PART, name)


def _say(file: IO[bytes], *cells: str) -> None:
    file.write(f"{','.join(cells)}\n".encode())
