"""The report of one day: Stripe is asked for several, and what it gives becomes one file.

A run takes Stripe seconds to minutes, and nobody waits for it: the same question asked again finds
the same run by its idempotency key, which holds for a day.
"""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from functools import partial
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from payments.providers.base import Account, Failure
from payments.providers.deadline import IN_MEMORY, Limits
from payments.providers.errors import (
    BadAnswer,
    NotFound,
    NotReady,
    ProviderDown,
    ProviderRejected,
)
from payments.providers.head import MERCHANT, MODE, PERIOD
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.columns import (
    ACTIVITY,
    MEMBERS,
    PAYOUTS,
    SUMMARY,
    SUMMED,
)
from payments.providers.stripe.files import Files
from payments.providers.stripe.report import END, PART, TAKEN, TITLE
from payments.providers.stripe.setup import merchant_id_of
from payments.providers.stripe.summary import read_summary
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
SMALL: Final = Limits(seconds=60, size=2**20)
"""Of the summary, which has some rows for each currency and is kept in memory."""
MISSING: Final = "#missing"
FIRST_LINE: Final = 2**16
logger = logging.getLogger("till.reconciliation")


class Made(NamedTuple):
    """A file that a run has left."""

    name: str
    size: int
    live: bool


class DayReports:
    """What Stripe reports of days of one account, which begin in its time zone."""

    def __init__(self, api: StripeApi, account: Account, *, timeout: float) -> None:
        self._api, self._account = api, account
        self._files = Files(account, timeout=timeout)

    def fetch(self, day: date) -> SpooledTemporaryFile[bytes] | None:
        """The file of a day, which whoever asked closes; raises ProviderError, then none is open.

        That is ProviderDown before the day's data are complete at Stripe, and NotReady while it is
        at work. None of a day before Stripe has any data.
        """
        runs = self._runs(day)
        if not runs.keys() >= ASKED.keys() - {MEMBERS.kind}:
            return None
        made = {kind: _made(run) for kind, run in runs.items() if run.maybe_row("result")}
        if len(made) < len(runs):
            raise NotReady(f"the reports of {day} are not made yet")
        with ExitStack() as undo:
            file = undo.enter_context(SpooledTemporaryFile[bytes](max_size=IN_MEMORY))
            self._write(file, day, made)
            undo.pop_all()
        file.seek(0)
        return file

    def _runs(self, day: date) -> dict[str, Told]:
        """By kind, without those whose data begin only later.

        Also without what is in a payout, where Stripe refuses that: only automatic ones have it.
        """
        runs: dict[str, Told] = {}
        for kind in ASKED:
            try:
                run = self._run(kind, day)
            except (NotFound, ProviderRejected) as error:
                if kind != MEMBERS.kind:
                    raise
                logger.warning("%s: %s comes without %s: %s", self._account.code, day, kind, error)
            else:
                if run:
                    runs[kind] = run
        return runs

    def _run(self, kind: str, day: date) -> Told | None:
        """The run of that kind for the day, as it is now: the first that has not failed.

        None where its data begin only later. Raises ProviderRejected where Stripe failed each time.
        """
        start, end = self._begin(day), self._begin(day + timedelta(days=1))
        offered = self._api.ask(lambda sdk: sdk.v1.reporting.report_types.retrieve(kind), "report")
        start = max(start, offered.whole("data_available_start"))
        if end <= start:
            return None
        if offered.whole("data_available_end") < end:
            raise ProviderDown(f"Stripe has not all data of {day} yet", sent=True)
        columns = list(ASKED[kind])
        params: ReportRunCreateParams = {
            "report_type": kind,
            "parameters": {
                "interval_start": start,
                "interval_end": end,
                "columns": columns,
            },
        }
        asked = sha256(" ".join(columns).encode()).hexdigest()[:8]
        said = ""
        for number in range(1, TRIES + 1):
            run = self._asked_for(params, key=f"report:{kind}:{start}:{end}:{asked}:{number}")
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
        spool = partial(SpooledTemporaryFile[bytes], max_size=IN_MEMORY)
        with spool() as activity, spool() as payouts:
            self._copy(made[ACTIVITY.kind], activity)
            self._copy(made[PAYOUTS.kind], payouts)
            for cells in self._head(day, made, moved=_has_rows(activity) or _has_rows(payouts)):
                _say(file, *cells)
            _add(file, activity, ACTIVITY.kind)
            _add(file, payouts, PAYOUTS.kind)
            _begin_part(file, MEMBERS.kind)
            if members := made.get(MEMBERS.kind):
                self._copy(members, file)
            _add(file, payouts, TAKEN)
        file.write(b"\n")
        _say(file, END)

    def _head(self, day: date, made: dict[str, Made], *, moved: bool) -> Iterator[Sequence[str]]:
        """Whose the reports are says Stripe: the key may be another account's by now."""
        summary = made[SUMMARY]
        yield (TITLE,)
        yield MERCHANT, merchant_id_of(self._account)
        yield MODE, "live" if summary.live else "test"
        yield PERIOD, day.isoformat(), day.isoformat()
        if missing := ASKED.keys() - made.keys():
            yield MISSING, *sorted(missing)
        if summary.size > SMALL.size:
            raise BadAnswer(f"a balance summary of {summary.size:,} bytes")
        body = io.BytesIO()
        self._files.copy(summary.name, summary.size, into=body, limits=SMALL)
        yield from read_summary(body.getvalue(), moved=moved)

    def _copy(self, made: Made, into: IO[bytes]) -> None:
        self._files.copy(made.name, made.size, into=into)


def _made(run: Told) -> Made:
    result = run.row("result")
    return Made(result.name("id"), result.whole("size"), run.flag("livemode"))


def _has_rows(part: IO[bytes]) -> bool:
    """Whether a report tells anything beneath the names of its columns."""
    part.seek(0)
    part.readline(FIRST_LINE)
    return bool(part.read(FIRST_LINE).strip())


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
