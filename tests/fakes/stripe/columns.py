"""The columns of reports, as docs.stripe.com/reports/report-types lists them, and their rows.

Amounts are decimals of major units, times `YYYY-MM-DD HH:MM:SS`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Final

from tests.fakes.stripe.currencies import major
from tests.fakes.stripe.errors import Json
from tests.fakes.stripe.store import Shelf

ACTIVITY: Final = "balance_change_from_activity.itemized.3"
PAYOUTS: Final = "payout_reconciliation.itemized.5"
SENT: Final = "payouts.itemized.3"
SUMMARY: Final = "balance.summary.1"
SUMMED: Final = ("category", "description", "net_amount", "currency")
BOOKED: Final = (
    "balance_transaction_id",
    "created",
    "available_on",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "description",
)
OF_PAYOUTS: Final = (
    "payout_id",
    "effective_at",
    "currency",
    "gross",
    "fee",
    "net",
    "reporting_category",
    "balance_transaction_id",
    "description",
    "payout_expected_arrival_date",
    "payout_status",
    "payout_reversed_at",
    "payout_type",
    "payout_description",
    "payout_destination_id",
)
MORE_OF_PAYOUTS: Final = frozenset(
    ["effective_at_utc", "payout_reversed_at_utc", "regulatory_tag", "trace_id", "trace_id_status"]
)
DEFAULTS: Final = {
    SENT: OF_PAYOUTS,
    PAYOUTS: ("automatic_payout_id", "automatic_payout_effective_at", *BOOKED),
    ACTIVITY: BOOKED,
    SUMMARY: SUMMED,
}
MORE: Final = (
    "automatic_payout_effective_at automatic_payout_effective_at_utc automatic_payout_id "
    "available_on_utc card_brand card_country card_funding charge_created charge_created_utc "
    "charge_id created_utc customer_description customer_email customer_facing_amount "
    "customer_facing_currency customer_id customer_name dispute_reason invoice_id invoice_number "
    "is_link order_id payment_intent_id payment_method_type regulatory_tag source_id "
    "statement_descriptor subscription_id"
)
KNOWN: Final = frozenset(BOOKED) | frozenset(MORE.split())
KEYED: Final = ("payment_metadata[", "refund_metadata[", "transfer_metadata[")


def known(kind: str, name: str) -> bool:
    if kind == SUMMARY:
        return name in SUMMED
    if kind == SENT:
        return name in OF_PAYOUTS or name in MORE_OF_PAYOUTS
    return name in KNOWN or (name.startswith(KEYED) and name.endswith("]"))


def csv_of(names: Iterable[str], rows: list[Json]) -> bytes:
    """The asked columns in their order; one that a row does not have is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue().encode()


def rows(shelf: Shelf, kind: str, wanted: Json, *, zone: tzinfo) -> list[Json]:
    """Every column that a report may have, of what falls into its interval."""
    if kind == SUMMARY:
        return _summary(shelf, wanted)
    row = _row_of_payout if kind == SENT else _row
    found = [row(shelf, each, zone) for each in _transactions(shelf, kind, wanted)]
    filters = {name: wanted[name] for name in ("currency", "reporting_category") if name in wanted}
    return [row for row in found if all(row[name] == value for name, value in filters.items())]


def _transactions(shelf: Shelf, kind: str, wanted: Json) -> list[Json]:
    """Activity by its own time, what is in a payout by that one's, and so is the payout itself."""
    start, end = wanted["interval_start"], wanted["interval_end"]
    found = []
    for each in shelf.of("balance_transaction"):
        if kind == PAYOUTS:
            told = each["type"] != "payout"
            when = _payout(shelf, each).get("arrival_date", -1)
        else:
            told = each["type"].startswith("payout") == (kind == SENT)
            when = effective_at(shelf, each)
        if told and start <= when < end:
            found.append(each)
    return found


def effective_at(shelf: Shelf, booked: Json) -> int:
    """When it changes the balance: a payout does on the day on which it should arrive."""
    told = shelf.objects[booked["source"]]["arrival_date"] if booked["type"] == "payout" else None
    return int(booked["created"] if told is None else told)


def _row_of_payout(shelf: Shelf, booked: Json, zone: tzinfo) -> Json:
    currency, payout = booked["currency"], shelf.objects[booked["source"]]
    when = effective_at(shelf, booked)
    return {
        "balance_transaction_id": booked["id"],
        "currency": currency,
        "description": booked["description"] or "",
        "effective_at": _at(when, zone),
        "effective_at_utc": _at(when, UTC),
        "fee": major(booked["fee"], currency),
        "gross": major(booked["amount"], currency),
        "net": major(booked["net"], currency),
        "payout_description": payout["description"],
        "payout_destination_id": payout["destination"],
        "payout_expected_arrival_date": _at(payout["arrival_date"], UTC),
        "payout_id": payout["id"],
        "payout_status": payout["status"],
        "payout_type": payout["type"],
        "reporting_category": booked["reporting_category"],
        "trace_id": payout["trace_id"]["value"] or "",
        "trace_id_status": payout["trace_id"]["status"],
    }


def _payout(shelf: Shelf, booked: Json) -> Json:
    return shelf.objects.get(shelf.notes[booked["id"]].get("payout", ""), {})


def _row(shelf: Shelf, booked: Json, zone: tzinfo) -> Json:
    currency, payout = booked["currency"], _payout(shelf, booked)
    arrives = payout.get("arrival_date")
    return {
        "automatic_payout_effective_at": _at(arrives, zone),
        "automatic_payout_effective_at_utc": _at(arrives, UTC),
        "automatic_payout_id": payout.get("id", ""),
        "available_on": _at(booked["available_on"], zone),
        "available_on_utc": _at(booked["available_on"], UTC),
        "balance_transaction_id": booked["id"],
        "created": _at(booked["created"], zone),
        "created_utc": _at(booked["created"], UTC),
        "currency": currency,
        "description": booked["description"] or "",
        "fee": major(booked["fee"], currency),
        "gross": major(booked["amount"], currency),
        "net": major(booked["net"], currency),
        "reporting_category": booked["reporting_category"],
        "source_id": booked["source"] or "",
        **_origin(shelf, booked, zone),
    }


def _origin(shelf: Shelf, booked: Json, zone: tzinfo) -> Json:
    """What the shop knows the money by: the charge, the intent, their metadata."""
    source = shelf.objects.get(booked["source"], {"id": ""})
    charge = shelf.objects.get(source["charge"] if "charge" in source else source["id"], {})
    if charge.get("object") != "charge":
        return {}
    intent = shelf.objects[charge["payment_intent"]]
    facing = shelf.notes[booked["id"]]["facing"]
    details = charge["payment_method_details"]
    card = details.get("card") or {}
    by_link = "link" in {details["type"], (card.get("wallet") or {}).get("type")}
    refunded = source["metadata"] if source["object"] == "refund" else {}
    return {
        "card_brand": card.get("brand", ""),
        "card_country": card.get("country", ""),
        "card_funding": card.get("funding", ""),
        "charge_created": _at(charge["created"], zone),
        "charge_created_utc": _at(charge["created"], UTC),
        "charge_id": charge["id"],
        "customer_facing_amount": major(facing, charge["currency"]),
        "customer_facing_currency": charge["currency"],
        "customer_id": charge["customer"] or "",
        "customer_email": charge["billing_details"]["email"] or "",
        "customer_name": charge["billing_details"]["name"] or "",
        "dispute_reason": source.get("reason") if source["object"] == "dispute" else "",
        "is_link": str(by_link).lower(),
        "payment_intent_id": intent["id"],
        "payment_method_type": details["type"],
        **{f"payment_metadata[{name}]": value for name, value in intent["metadata"].items()},
        **{f"refund_metadata[{name}]": value for name, value in refunded.items()},
    }


def _summary(shelf: Shelf, wanted: Json) -> list[Json]:
    start, end = wanted["interval_start"], wanted["interval_end"]
    currency, booked = shelf.account.currency, shelf.of("balance_transaction")
    within = [each for each in booked if start <= effective_at(shelf, each) < end]
    before = sum(each["net"] for each in booked if effective_at(shelf, each) < start)
    paid_out = sum(each["net"] for each in within if each["type"].startswith("payout"))
    activity = sum(each["net"] for each in within) - paid_out
    sums = {
        "starting_balance": (f"Starting balance ({_at(start, UTC)[:10]})", before),
        "activity": ("Activity", activity),
        "payouts": ("Less payouts", paid_out),
        "ending_balance": (f"Ending balance ({_at(end, UTC)[:10]})", before + activity + paid_out),
    }
    return [
        {
            "category": name,
            "description": said,
            "net_amount": major(amount, currency),
            "currency": currency,
        }
        for name, (said, amount) in sums.items()
    ]


def _at(moment: int | None, zone: tzinfo) -> str:
    return datetime.fromtimestamp(moment, zone).strftime("%Y-%m-%d %H:%M:%S") if moment else ""
