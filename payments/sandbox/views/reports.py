"""The API of reports: a day's settlement report, bank statement and faults, and closing a day."""

import re
from collections.abc import Iterable
from datetime import date
from http import HTTPStatus

from django.http import StreamingHttpResponse

from payments.sandbox.days import ONE_DAY, today
from payments.sandbox.errors import conflict
from payments.sandbox.fields import Fields, invalid
from payments.sandbox.models import Merchant
from payments.sandbox.reports.settlement import faults_in, settlement_text
from payments.sandbox.reports.statement import statement_camt, statement_csv
from payments.sandbox.services.answer import Reply
from payments.sandbox.services.close_days import close_days
from payments.sandbox.views.endpoint import Call, reply

CSV, CAMT = "csv", "camt053"
AHEAD = 7 * ONE_DAY
"""So far before its end a day may be closed: tests see some days in one."""
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def show_settlement(call: Call) -> StreamingHttpResponse:
    merchant = call.merchant()
    fields = Fields(call.request.GET.dict())
    day = read_day(fields)
    fields.close()
    close(merchant, day)
    return stream(settlement_text(merchant, day), "text/csv")


def show_statement(call: Call) -> StreamingHttpResponse:
    merchant = call.merchant()
    fields = Fields(call.request.GET.dict())
    day = read_day(fields)
    wanted = fields.choice("format", (CSV, CAMT), default=CSV)
    currency = fields.currency() if "currency" in fields else ""
    fields.close()
    close(merchant, day)
    if wanted == CSV:
        return stream([statement_csv(merchant, day, currency)], "text/csv")
    return stream([statement_camt(merchant, day, currency)], "application/xml")


def list_faults(call: Call) -> Reply:
    merchant = call.merchant()
    fields = Fields(call.request.GET.dict())
    day = read_day(fields)
    fields.close()
    close(merchant, day)
    return reply(HTTPStatus.OK, {"data": list(faults_in(merchant, day))})


def close_day(call: Call) -> Reply:
    """Close a day before it is over: what moves later is of the day after."""
    merchant = call.merchant()
    fields = Fields(call.values)
    day = read_day(fields)
    fields.close()
    if day > today() + AHEAD:
        raise invalid("day", f"must be at most {AHEAD.days} days from now")
    close_days(merchant=merchant, through=day)
    return reply(HTTPStatus.OK, {"closed_through": str(merchant.closed_through)})


def read_day(fields: Fields) -> date:
    text = fields.text("day", shortest=1, longest=10)
    try:
        if DAY.fullmatch(text) and date(2000, 1, 1) <= (day := date.fromisoformat(text)):
            return day
    except ValueError:
        pass
    raise invalid("day", "must be a date such as 2026-11-28")


def close(merchant: Merchant, day: date) -> None:
    """Close a day that is over; raises Refused where it is not."""
    closed = merchant.closed_through
    if day >= today() and (closed is None or day > closed):
        raise conflict("report_not_ready", "This day is not over.", "day")
    close_days(merchant=merchant, through=day)


def stream(text: Iterable[str], content_type: str) -> StreamingHttpResponse:
    """Answer with a text of unknown length: a report ends with its own end mark."""
    response = StreamingHttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
