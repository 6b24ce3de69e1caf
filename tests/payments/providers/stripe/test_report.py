"""The file of a day read line by line, and what is no such file refused with its reason."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from payments.providers.reports import BadLine, LineKind, ReportHeader, ReportLine, ReportRefused
from payments.providers.stripe.columns import ACTIVITY, MEMBERS, OPTIONAL, PAYOUTS
from payments.providers.stripe.report import TAKEN, parse_report

OURS = "A00000000000000000001"
REFUND = "R00000000000000000001"
BOOKED = {
    "reporting_category": "charge",
    "source_id": "ch_1",
    "balance_transaction_id": "txn_1",
    "created_utc": "2026-11-28 10:00:00",
    "currency": "gbp",
    "gross": "60.00",
    "fee": "1.10",
    "customer_facing_amount": "60.00",
    "customer_facing_currency": "gbp",
    "payment_method_type": "card",
    "payment_metadata[our_ref]": OURS,
    "refund_metadata[our_ref]": "",
    "payment_metadata[our_currency]": "",
}
MEMBER = {
    "automatic_payout_id": "po_1",
    "automatic_payout_effective_at_utc": "2026-11-28 00:00:00",
    **{name: BOOKED[name] for name in MEMBERS.names if name in BOOKED},
}
SENT = {
    "payout_id": "po_1",
    "reporting_category": "payout",
    "effective_at_utc": "2026-11-28 00:00:00",
    "currency": "gbp",
    "gross": "-58.90",
    "fee": "0.00",
}
HEAD = (
    "#Stripe reports of a day",
    "#merchant_id,acct_1",
    "#mode,test",
    "#period,2026-11-28,2026-11-28",
    "#opening,GBP,0",
    "#closing,GBP,5890",
)
Row = dict[str, str]


def table(names: list[str], *rows: Row) -> list[str]:
    return [",".join(names), *(",".join(row[name] for name in names) for row in rows)]


def a_file(
    booked: list[Row], members: list[Row] | None = None, sent: list[Row] | None = None
) -> str:
    """A whole file of these rows."""
    payouts = table(PAYOUTS.names, *(sent or []))
    return "\n".join(
        [
            *HEAD,
            *(f"#report,{ACTIVITY.kind}", *table(ACTIVITY.names, *booked)),
            *(f"#report,{PAYOUTS.kind}", *payouts),
            *(f"#report,{MEMBERS.kind}", *table(MEMBERS.names, *(members or []))),
            *(f"#report,{TAKEN}", *payouts, "#end", ""),
        ]
    )


def read(text: str) -> tuple[ReportHeader, list[ReportLine | BadLine]]:
    report = parse_report(iter(io.StringIO(text, newline="\n")))
    return report.header, list(report.lines())


def line(**changes: str) -> ReportLine:
    """The one line of a file with one movement."""
    (only,) = read(a_file([BOOKED | changes]))[1]
    assert isinstance(only, ReportLine), only
    return only


def bad(**changes: str) -> str:
    (only,) = read(a_file([BOOKED | changes]))[1]
    assert isinstance(only, BadLine), only
    return str(only.why)


def refused(text: str) -> str:
    with pytest.raises(ReportRefused) as refusal:
        read(text)
    return str(refusal.value)


def test_the_head_says_whose_it_is_of_which_day_and_both_balances() -> None:
    header, _lines = read(a_file([]))

    day = date(2026, 11, 28)
    assert (header.merchant_id, header.mode) == ("acct_1", "test")
    assert (header.first_day, header.last_day) == (day, day)
    assert (header.opening, header.closing) == ({"GBP": 0}, {"GBP": 5890})


def test_a_charge_is_a_capture_in_minor_units_with_its_fee() -> None:
    at = datetime(2026, 11, 28, 10, tzinfo=UTC)

    assert line() == ReportLine(
        number=len(HEAD) + 3,
        kind=LineKind.CAPTURE,
        provider_ref="ch_1",
        our_ref=OURS,
        method="card",
        currency="GBP",
        gross=6000,
        fee=Decimal(110),
        settled_currency="",
        settled_gross=None,
        occurred_at=at,
        settled_at=at,
        payout_ref="",
        merchant_id="",
        mode="",
    )


@pytest.mark.parametrize(
    ("category", "kind", "ref"),
    [
        ("charge", LineKind.CAPTURE, OURS),
        ("partial_capture_reversal", LineKind.CAPTURE, OURS),
        ("refund", LineKind.REFUND, REFUND),
        ("refund_failure", LineKind.REFUND_REVERSED, REFUND),
        ("dispute", LineKind.DISPUTE, ""),
        ("dispute_reversal", LineKind.DISPUTE_REVERSAL, ""),
        ("topup", LineKind.ADJUSTMENT, ""),
    ],
)
def test_what_it_is_about_says_stripe_s_category(category: str, kind: LineKind, ref: str) -> None:
    told = line(reporting_category=category, **{"refund_metadata[our_ref]": REFUND})

    assert (told.kind, told.our_ref, told.provider_ref) == (kind, ref, "ch_1")


@pytest.mark.parametrize("category", ["fee", "tax", "network_cost"])
def test_a_fee_by_itself_moves_nothing_besides(category: str) -> None:
    told = line(reporting_category=category, source_id="", gross="-2.50", fee="0.00")

    assert (told.kind, told.gross, told.fee) == (LineKind.FEE, 0, Decimal(250))
    assert told.provider_ref == "txn_1"


@pytest.mark.parametrize("ours", ["GBP", "USD"])
def test_what_was_shown_in_the_shopper_s_own_currency_is_no_exchange(ours: str) -> None:
    shown = {"customer_facing_amount": "70.20", "customer_facing_currency": "eur"}

    told = line(**shown, **{"payment_metadata[our_currency]": ours})

    assert (told.currency, told.gross) == ("GBP", 6000)
    assert (told.settled_currency, told.settled_gross) == ("", None)


def test_what_a_shopper_paid_in_another_currency_is_told_in_both() -> None:
    told = line(customer_facing_amount="5000", customer_facing_currency="jpy", gross="27.20")

    assert (told.gross, told.currency) == (5000, "JPY")
    assert (told.settled_gross, told.settled_currency) == (2720, "GBP")


def test_what_goes_back_in_another_currency_is_below_zero_whatever_its_sign_there() -> None:
    back = {"reporting_category": "refund", "gross": "-27.20", "customer_facing_currency": "jpy"}

    for facing in ("5000", "-5000"):
        told = line(customer_facing_amount=facing, **back)
        assert (told.gross, told.settled_gross) == (-5000, -2720)


@pytest.mark.parametrize(
    ("currency", "gross", "minor"),
    [("jpy", "5000", 5000), ("kwd", "1.230", 1230), ("isk", "100.00", 100), ("mga", "5", 500)],
)
def test_amounts_are_major_units_in_every_currency(currency: str, gross: str, minor: int) -> None:
    told = line(currency=currency, customer_facing_currency=currency, gross=gross, fee="0")

    assert (told.gross, told.currency) == (minor, currency.upper())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"gross": "60,00"}, "columns, not 13"),
        ({"gross": "6_0"}, "gross is not an amount in major units"),
        ({"gross": "NaN"}, "gross is not an amount"),
        ({"gross": "60.005"}, "an amount has more decimals than its currency"),
        ({"currency": "zzz"}, "currency is not a currency that we know"),
        ({"created_utc": "yesterday"}, "created_utc is not a day and a time"),
        ({"reporting_category": ""}, "reporting_category is not"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(changes: dict[str, str], why: str) -> None:
    assert why in bad(**changes)


def test_a_payout_is_sent_and_what_is_in_it_is_allotted() -> None:
    lines = read(a_file([], [MEMBER], [SENT]))[1]

    told = [
        (each.kind, each.gross, each.payout_ref, each.provider_ref)
        for each in lines
        if isinstance(each, ReportLine)
    ]
    assert told == [
        (LineKind.PAYOUT, -5890, "po_1", "po_1"),
        (LineKind.ALLOTMENT, 5890, "po_1", "ch_1"),
    ]


def test_a_payout_by_hand_is_its_own_part() -> None:
    lines = read(a_file([], [], [SENT | {"fee": "0.59"}]))[1]

    told = [(each.kind, each.gross, each.fee) for each in lines if isinstance(each, ReportLine)]
    assert told == [
        (LineKind.PAYOUT, -5890, Decimal(59)),
        (LineKind.ALLOTMENT, 5949, Decimal(0)),
    ]


def test_a_payout_that_came_back_is_no_longer_sent_and_holds_nothing() -> None:
    back = SENT | {"reporting_category": "payout_reversal", "gross": "58.90"}

    lines = read(a_file([], [], [back]))[1]

    told = [(each.kind, each.gross) for each in lines if isinstance(each, ReportLine)]
    assert told == [(LineKind.PAYOUT, 5890), (LineKind.ALLOTMENT, -5890)]


def test_a_report_from_the_dashboard_is_read_by_its_columns() -> None:
    """With more columns, in another order, and without those of our references."""
    names = ["description", *reversed(ACTIVITY.names[: -len(OPTIONAL)])]
    text = "\n".join([*table(names, {"description": "Tea", **BOOKED}), ""])

    header, (only,) = read(text)

    assert header == ReportHeader()
    assert isinstance(only, ReportLine)
    assert (only.gross, only.provider_ref, only.our_ref) == (6000, "ch_1", "")


@pytest.mark.parametrize("name", ACTIVITY.names[: -len(OPTIONAL)])
def test_a_missing_column_refuses_the_file_by_its_name(name: str) -> None:
    names = [each for each in ACTIVITY.names if each != name]

    assert refused("\n".join(table(names, BOOKED))) == f"The column {name} is missing"


def test_a_file_that_breaks_off_anywhere_is_refused() -> None:
    lines = a_file([BOOKED], [MEMBER], [SENT]).splitlines(keepends=True)

    for count in range(1, len(lines)):
        refused("".join(lines[:count]))


def test_a_part_that_is_missing_refuses_the_file() -> None:
    text = a_file([BOOKED]).replace(f"#report,{MEMBERS.kind}", f"#report,{TAKEN}")

    assert "#report is missing" in refused(text)


def test_text_after_the_end_is_refused() -> None:
    assert refused(f"{a_file([])}more\n") == "There is more after the end"
