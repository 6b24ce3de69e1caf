"""Reports: asked for, waited for, and fetched as CSV."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import stripe

from tests.fakes.cast import Shop, refused

ACTIVITY = "balance_change_from_activity.itemized.3"
PAYOUTS = "payout_reconciliation.itemized.5"
SUMMARY = "balance.summary.1"
DAY = 86400


def asked(shop: Shop, kind: str, **more: Any) -> stripe.reporting.ReportRun:
    """A run over the last three days."""
    end = int(shop.clock().timestamp())
    interval: Any = {"interval_start": end - 3 * DAY, "interval_end": end, **more}
    return shop.api.reporting.report_runs.create({"report_type": kind, "parameters": interval})


def rows(shop: Shop, run: stripe.reporting.ReportRun) -> list[dict[str, str]]:
    """What the file holds, once it is there."""
    shop.clock.forward(seconds=5)
    told = shop.api.reporting.report_runs.retrieve(run.id)
    assert told.status == "succeeded"
    assert told.result
    body = shop.raw("GET", f"/v1/files/{told.result.id}/contents").text
    return list(csv.DictReader(io.StringIO(body)))


def closed_day(shop: Shop) -> stripe.PaymentIntent:
    """A day with one payment, a refund of a part, and a payout that arrived since."""
    intent = shop.paid(payment_intent_data={"metadata": {"our_ref": "P-7"}})
    shop.api.refunds.create(
        {"payment_intent": intent.id, "amount": 500, "metadata": {"our_ref": "R-7"}}
    )
    shop.clock.forward(seconds=2)
    shop.fake.close_day(shop.merchant.id, early=True)
    shop.clock.forward(days=1)
    shop.fake.close_day(shop.merchant.id)
    shop.clock.forward(seconds=1)
    shop.fake.close_day(shop.merchant.id)
    return intent


def test_a_run_takes_some_seconds(shop: Shop) -> None:
    closed_day(shop)
    run = asked(shop, ACTIVITY)
    assert (run.status, run.result) == ("pending", None)
    rows(shop, run)
    assert shop.kinds()[-1] == "reporting.report_run.succeeded"


def test_activity_tells_each_movement_by_our_reference(shop: Shop) -> None:
    intent = closed_day(shop)
    names = [
        "reporting_category",
        "gross",
        "fee",
        "net",
        "payment_intent_id",
        "payment_metadata[our_ref]",
        "refund_metadata[our_ref]",
    ]
    told = rows(shop, asked(shop, ACTIVITY, columns=names))
    assert [list(row.values()) for row in told] == [
        ["refund", "-5.00", "0.00", "-5.00", intent.id, "P-7", "R-7"],
        ["charge", "15.00", "0.43", "14.57", intent.id, "P-7", ""],
    ]


def test_reconciliation_tells_what_is_in_a_payout(shop: Shop) -> None:
    closed_day(shop)
    told = rows(shop, asked(shop, PAYOUTS))
    (payout,) = {row["automatic_payout_id"] for row in told}
    pounds = [row["net"] for row in told]
    assert pounds == ["-5.00", "14.57"]
    assert shop.api.payouts.retrieve(payout).amount == 957


def test_a_summary_adds_up(shop: Shop) -> None:
    closed_day(shop)
    sums = {row["category"]: row["net_amount"] for row in rows(shop, asked(shop, SUMMARY))}
    assert sums == {
        "starting_balance": "0.00",
        "activity": "9.57",
        "payouts": "-9.57",
        "ending_balance": "0.00",
    }


def test_a_column_is_one_of_stripe_s(shop: Shop) -> None:
    closed_day(shop)
    with pytest.raises(stripe.InvalidRequestError, match="Invalid column: color"):
        asked(shop, ACTIVITY, columns=["color"])


def test_today_is_told_tomorrow(shop: Shop) -> None:
    shop.paid()
    with pytest.raises(stripe.InvalidRequestError, match="only available through") as caught:
        asked(shop, ACTIVITY)
    assert refused(caught.value)[2] == "parameters[interval_end]"


def test_a_file_is_for_its_owner(shop: Shop) -> None:
    closed_day(shop)
    run = asked(shop, ACTIVITY)
    rows(shop, run)
    file = shop.api.reporting.report_runs.retrieve(run.id).result
    assert file
    other = shop.fake.open_account()
    headers = {"Authorization": f"Bearer {other.key}"}
    assert shop.raw("GET", f"/v1/files/{file.id}/contents", headers=headers).status_code == 404
