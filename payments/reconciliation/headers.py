"""What a report says of itself, before it counts: whose it is, and of which days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from orders.clock import now
from payments.models import ProviderAccount, SettlementFile
from payments.models.settlement import FileState
from payments.providers.cause import Cause, because
from payments.providers.reports import ReportHeader, ReportRefused
from payments.reconciliation.days import day_of, zone_of

EARLIEST: Final = date(2000, 1, 1)
"""A day before it is a slip of the pen."""
MOST_DAYS: Final = timedelta(days=400)


def check_header(header: ReportHeader, account: ProviderAccount, file: SettlementFile) -> None:
    """Refuse a file of another account, mode or day before a line of it is read."""
    if header.merchant_id not in {"", account.merchant_id}:
        raise ReportRefused(
            "it is of the account %(theirs)s, and %(code)s is %(ours)s",
            header.lines.get("merchant_id"),
            theirs=header.merchant_id,
            code=account.code,
            ours=account.merchant_id,
        )
    if header.mode not in {"", account.mode}:
        raise ReportRefused(
            "it is of the mode %(theirs)s, and %(code)s is an account of the mode %(ours)s",
            header.lines.get("mode"),
            theirs=header.mode,
            code=account.code,
            ours=account.mode,
        )
    first, last = header.first_day, header.last_day
    if first and last:
        if file.first_day and (first, last) != (file.first_day, file.last_day):
            raise ReportRefused(
                "it is about %(theirs)s, and %(ours)s was asked for",
                header.lines.get("days"),
                theirs=span(first, last),
                ours=span(file.first_day, file.last_day or file.first_day),
            )
        check_overlap(file, (first, last), header.lines.get("days"))


def check_overlap(file: SettlementFile, days: tuple[date, date], number: int | None = None) -> None:
    """Refuse days that another file of the account has: every line would stand twice.

    `number`: the line that says which days these are.
    """
    first, last = days
    assert file.account is not None  # noqa: S101  # a constraint of the table
    check_days(days, day_of(now(), zone_of(file.account)), number)
    loaded = SettlementFile.objects.filter(account=file.account, state=FileState.LOADED)
    others = loaded.filter(first_day__lte=last, last_day__gte=first).exclude(pk=file.pk)
    if other := others.first():
        raise ReportRefused(
            "%(days)s is in the file %(name)s already, which came in as number %(pk)s; take "
            "that one back if this one is to replace it",
            number,
            days=span(first, last),
            name=other.name,
            pk=other.pk,
        )


def check_days(
    days: tuple[date, date],
    today: date,
    number: int | None = None,
    *,
    most: timedelta = MOST_DAYS,
) -> None:
    """Refuse days that cannot be: turned round, too many, long ago, or not begun yet.

    One day of a far future would make all that is booked until then late.
    """
    first, last = days
    if last < first or last - first > most or first < EARLIEST:
        raise ReportRefused("its days cannot be: %(days)s", number, days=span(first, last))
    if last > today:
        raise ReportRefused(
            "it is about days that have not begun yet: %(days)s", number, days=span(first, last)
        )


def span(first: date, last: date) -> Cause | date:
    return first if first == last else because("%(first)s to %(last)s", first=first, last=last)
