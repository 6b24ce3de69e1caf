"""Reports: a run is asked for, takes some seconds, and leaves a CSV file."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from tests.fakes.stripe import columns
from tests.fakes.stripe.errors import Json, invalid, missing, not_found
from tests.fakes.stripe.events import announce
from tests.fakes.stripe.store import Shelf, having, page

TAKES: Final = timedelta(seconds=3)
ALLOWED: Final = {
    # docs.stripe.com/reports/report-types: the optional parameters beside the interval
    "payout_reconciliation.itemized.5": {"timezone", "currency", "reporting_category", "columns"},
    "balance_change_from_activity.itemized.3": {
        "timezone",
        "currency",
        "reporting_category",
        "columns",
    },
    "payouts.itemized.3": {"timezone", "currency", "reporting_category", "columns"},
    "balance.summary.1": {"timezone", "currency", "columns"},
}
OF_AUTOMATIC: Final = "payout_reconciliation.itemized.5"
INTERVAL: Final = ("interval_start", "interval_end")


def data_available_end(shelf: Shelf) -> int:
    """Whole days of UTC only, unless a day was closed by hand."""
    now = shelf.world.now()
    midnight = datetime.combine(now.date(), time.min, now.tzinfo)
    return int(max(midnight, shelf.world.closed_at or midnight).timestamp())


def create(shelf: Shelf, params: Json) -> Json:
    kind = params["report_type"]
    if kind not in ALLOWED:
        raise not_found("reporting.report_type", kind, param="report_type")
    if kind == OF_AUTOMATIC and not shelf.account.automatic_payouts:
        said = f"{kind} is only available for users with automatic payouts."
        raise invalid(said, param="report_type")
    wanted = params.get("parameters") or {}
    _check_names(kind, wanted)
    _check_interval(shelf, kind, wanted)
    told = shelf.new(
        "reporting.report_run",
        "frr",
        {
            "error": None,
            "parameters": wanted,
            "report_type": kind,
            "result": None,
            "status": "pending",
            "succeeded_at": None,
        },
    )
    shelf.add(told)
    shelf.world.after(TAKES, lambda: _finish(shelf, told))
    return told


def _check_names(kind: str, wanted: Json) -> None:
    """Raises Refused on a parameter or a column that this type of report does not have."""
    for name in wanted.keys() - ALLOWED[kind] - set(INTERVAL):
        raise invalid(f"{kind} takes no parameter {name}.", param=f"parameters[{name}]")
    if wanted.get("timezone", "UTC") not in available_timezones() | {"UTC"}:
        raise invalid("Invalid timezone", param="parameters[timezone]")
    for name in wanted.get("columns", ()):
        if not columns.known(kind, name):
            raise invalid(f"Invalid column: {name}", param="parameters[columns]")


def _check_interval(shelf: Shelf, kind: str, wanted: Json) -> None:
    """Raises Refused where it is none, or where its data are not there yet."""
    for name in INTERVAL:
        if name not in wanted:
            raise missing(f"parameters[{name}]")
    start, end = (wanted[name] for name in INTERVAL)
    if start >= end:
        said = "interval_start must be before interval_end."
        raise invalid(said, param="parameters[interval_start]")
    until = data_available_end(shelf)
    if end > until:
        raise invalid(
            f"Data for the report type {kind} is only available through {until}; "
            f"you requested `interval_end` = {end}.",
            param="parameters[interval_end]",
        )


def fail(shelf: Shelf) -> None:
    """What is being made comes to nothing."""
    for told in shelf.of("reporting.report_run"):
        if told["status"] == "pending":
            told.update(status="failed", error="An error occurred.")
            announce(shelf, "reporting.report_run.failed", told)


def _finish(shelf: Shelf, told: Json) -> None:
    if told["status"] != "pending":
        return
    kind, wanted = told["report_type"], told["parameters"]
    zone = ZoneInfo(wanted.get("timezone", "UTC"))
    rows = columns.rows(shelf, kind, wanted, zone=zone)
    names = wanted.get("columns") or columns.DEFAULTS[kind]
    body = columns.csv_of(names, rows)
    now = shelf.world.timestamp()
    file_id = shelf.world.new_id("file")
    result = {
        "id": file_id,
        "object": "file",
        "created": now,
        "expires_at": now + 365 * 86400,
        "filename": f"{told['id']}.csv",
        "links": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/file_links?file={file_id}",
        },
        "purpose": "finance_report_run",
        "size": len(body),
        "title": f"FinanceReportRun {told['id']}",
        "type": "csv",
        "url": f"{shelf.world.url}/v1/files/{file_id}/contents",
    }
    shelf.add(result)
    shelf.notes[file_id]["body"] = body
    told.update(status="succeeded", result=result, succeeded_at=now)
    announce(shelf, "reporting.report_run.succeeded", told)


def retrieve(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("reporting.report_run", wanted)


def listed(shelf: Shelf, params: Json) -> Json:
    rows = shelf.of("reporting.report_run")
    told = page(shelf, rows, params, wanted=having(params, ()))
    return {**told, "url": "/v1/reporting/report_runs"}


def report_type(shelf: Shelf, params: Json, wanted: str) -> Json:
    if wanted not in ALLOWED:
        raise not_found("reporting.report_type", wanted, param="report_type")
    return {
        "id": wanted,
        "object": "reporting.report_type",
        "data_available_end": data_available_end(shelf),
        "data_available_start": shelf.account.created,
        "default_columns": list(columns.DEFAULTS[wanted]),
        "livemode": shelf.live,
        "name": wanted.replace(".", " ").replace("_", " "),
        "updated": data_available_end(shelf),
        "version": int(wanted.rpartition(".")[2]),
    }


def file(shelf: Shelf, params: Json, wanted: str) -> Json:
    return shelf.get("file", wanted)


def contents(shelf: Shelf, params: Json, wanted: str) -> bytes:
    body: bytes = shelf.notes[shelf.get("file", wanted)["id"]]["body"]
    return body
