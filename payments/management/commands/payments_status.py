"""Shows what waits and what is stuck; the exit code is for cron and monitoring."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from orders.conf import order_settings
from payments.monitoring.report import Report, lasting, look

UNKNOWN = "unknown"


class Command(BaseCommand):
    help = (
        "Show what waits in queues and tables, and how long the first of it has been due. Names "
        "what is beyond its limit and then ends with exit code 1. Changes nothing, and costs the "
        "same however much has been sold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object instead")

    def handle(self, *_args: object, **options: Any) -> None:
        report = look()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), default=_plain))
        else:
            self.stdout.write("\n".join(_lines(report)))
        if problems := report.problems:
            raise CommandError("\n".join(problems))


def _as_json(report: Report) -> dict[str, Any]:
    problems = report.problems
    return {"ok": not problems, "problems": problems, **asdict(report)}


def _plain(value: object) -> str | float:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no place in the report")


def _lines(report: Report) -> Iterator[str]:
    row = "{:<26} {:>8} {:>8} {:>12} {:>14} {:>14}".format
    yield row("work", "waiting", "due", "due for", "next in", "oldest")
    for kind in report.work:
        coming = kind.next_at - report.at if kind.next_at else None
        ahead = "-" if coming is None else lasting(max(timedelta(0), coming))
        oldest = lasting(report.at - kind.oldest_at) if kind.oldest_at else "-"
        yield row(kind.name, kind.waiting, kind.due, lasting(kind.late), ahead, oldest)
    yield ""
    yield from _for_people(report)
    yield ""
    for name, length in report.queues.items():
        yield f"queue {name:<20} {UNKNOWN if length is None else length:>8}"
    yield ""
    yield from _runs(report)


def _runs(report: Report) -> Iterator[str]:
    if not order_settings().shared_cache:
        yield f'last runs of tasks: {UNKNOWN}, since ORDERS["shared_cache"] names no cache'
        return
    for task, ran in report.runs.items():
        yield f"{task:<28} last run {f'{lasting(report.at - ran)} ago' if ran else UNKNOWN}"


def _for_people(report: Report) -> Iterator[str]:
    asked = report.attention
    yield f"webhook events given up    {asked.dead_events:>8}"
    yield f"webhook events parked      {asked.parked_events:>8}"
    for code, failures in asked.failing_feeds.items():
        yield f"list of events of {code} could not be read, times in a row: {failures}"
    for code, last in asked.late_reports.items():
        yield f"last settlement report of {code}: {last or 'none'}"
    yield f"reports refused            {asked.refused_reports:>8}"
    for code, count in asked.staying_cards.items():
        yield f"removed cards that the provider of {code} still keeps: {count}"
    yield f"mails given up             {asked.unsent_mails:>8}"
    yield f"reviews open               {sum(asked.reviews.values()):>8}"
    for kind, count in asked.reviews.items():
        yield f"  {kind:<24} {count:>8}"
    if asked.resting_accounts:
        rest = ", ".join(asked.resting_accounts)
        yield f'not used here, since PAYMENTS["live"] is not True: {rest}'
