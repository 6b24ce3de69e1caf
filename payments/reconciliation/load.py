"""Reading a settlement report into the database, batch by batch, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import IO, Final

from django.db import transaction

from payments.models import Discrepancy, ProviderAccount, SettlementFile
from payments.models.discrepancy import DiscrepancyKind
from payments.providers.cause import Cause, because
from payments.providers.reports import BadLine, ReportHeader, ReportRefused
from payments.reconciliation import reading
from payments.reconciliation.batch import Batch, Days, Own
from payments.reconciliation.days import begin, zone_of
from payments.reconciliation.headers import check_header, check_overlap, span
from payments.reconciliation.reading import Claim, Reader, refuse
from payments.reconciliation.source import open_text
from payments.registry import reports_of

ONE_DAY: Final = timedelta(days=1)
OUR_REFERENCE: Final = re.compile(r"\b[ACR][0-9A-HJKMNP-TV-Z]{20}\b")
"""Of an attempt, a capture or a refund, wherever it stands in a line that cannot be read."""


def load(file: SettlementFile, body: IO[bytes], mine: Claim) -> bool:
    """Read a claimed report to its end; False where it is refused, and then it says why.

    Raises LostClaim where another has taken it over meanwhile, and whatever the database raises:
    then the file stays claimed until its lease is over, and is read anew.
    """
    try:
        _read(Reader(file, mine), body)
    except ReportRefused as refusal:
        refuse(file, refusal, mine)
        return False
    return True


def _read(reader: Reader, body: IO[bytes]) -> None:
    file, account = reader.file, reader.file.account
    assert account is not None  # noqa: S101  # a constraint of the table
    with open_text(body, reader.alive) as text:
        report = reports_of(account).parse_report(text)
        check_header(report.header, account, file)
        first, last = _asked_for(report.header, file)
        lines, days, span = report.lines(), Days(account.report_zone), _span(first, last)
        at = begin(first, zone_of(account)) if first else None
        own = Own(frozenset({"", account.merchant_id}), frozenset({"", account.mode}))
        read = most = reading.LINES
        while read == most:
            batch = Batch(file.pk, days, span)
            with transaction.atomic():
                reader.go_on()
                batch.write(islice(lines, most), own)
                stray = [BadLine(line.number, _strays(named), "") for line, named in batch.stray]
                reader.count(batch.count, batch.bad, stray)
                reader.elsewhere += batch.elsewhere
                Discrepancy.objects.bulk_create(_questions(reader, batch, account, at=at))
                reader.say(text)
            read = batch.count + len(batch.bad)
        _end(reader, report.header, account)


def _asked_for(header: ReportHeader, file: SettlementFile) -> tuple[date | None, date | None]:
    """The days that it says it is about; where it does not, those that were asked for."""
    told = header.first_day, header.last_day
    return told if all(told) else (file.first_day, file.last_day)


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    """On which days its lines may be settled: a day more at each end, since zones differ."""
    if first is None or last is None:
        return date.min, date.max
    return first - ONE_DAY, last + ONE_DAY


def _questions(
    reader: Reader, batch: Batch, account: ProviderAccount, *, at: datetime | None
) -> Iterator[Discrepancy]:
    """What staff are asked; of a line without a moment that can be read, `at` is its file's."""
    for bad in batch.bad:
        ours = OUR_REFERENCE.search(bad.text)
        reference = ours.group() if ours else ""
        yield reader.unreadable(bad, account=account, reference=reference, at=at)
    for line, named in batch.stray:
        yield reader.question(
            line.number,
            DiscrepancyKind.WRONG_ACCOUNT_OR_MODE,
            _strays(named),
            account=account,
            about=line.kind,
            reference=line.our_ref or line.provider_ref,
            currency=line.currency,
            theirs=line.gross,
            at=line.occurred_at,
        )


def _strays(named: str) -> Cause:
    return because("it names %(named)s", named=named)


def _end(reader: Reader, header: ReportHeader, account: ProviderAccount) -> None:
    first, last = _asked_for(header, reader.file)
    if first is None or last is None:
        first, last = _days_of(reader.file)
    elif reader.elsewhere and not reader.lines:
        raise ReportRefused(
            "it says that it is about %(days)s, and all of its lines are of other days",
            header.lines.get("days"),
            days=span(first, last),
        )
    with transaction.atomic():
        ProviderAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
        if first and last:
            check_overlap(reader.file, (first, last), header.lines.get("days"))
        balances = {"opening": dict(header.opening), "closing": dict(header.closing)}
        reader.end(first_day=first, last_day=last, **balances)


def _days_of(file: SettlementFile) -> tuple[date | None, date | None]:
    """Where the header does not say it: the days of its lines."""
    days = file.totals.order_by("day").values_list("day", flat=True)
    return days.first(), days.last()
