"""What must be found of the faults that a bank put in: each, where it stands, and nothing else."""

from datetime import date

import pytest

from benchmarks.replay.settled.expect import Printed, differences, expected, extra
from benchmarks.replay.settled.office import Fault

DAY = date(2026, 3, 2)
SALE = {"type": "capture", "id": "pay_1", "reference": "A1", "currency": "GBP"}
BACK = {"type": "refund", "id": "re_1", "reference": "R1", "currency": "GBP"}
SENT = {"type": "payout", "id": "po_1", "reference": "", "currency": "GBP"}
STRANGER = {"type": "capture", "id": "pay_x", "reference": "X1", "currency": "GBP"}
TRUE = {row["id"]: row for row in (SALE, BACK, SENT)}


@pytest.mark.parametrize(
    ("fault", "subject"),
    [
        (Fault("missing_in_provider", "pay_1", None), "capture:A1"),
        (Fault("timing", "re_1", None), "refund:R1"),
        (Fault("amount", "re_1", 8), "refund:R1"),
        (Fault("missing_in_ledger", "pay_x", 9), "capture:X1"),
        (Fault("fee", "pay_1", 7), "line:3:7"),
        (Fault("unparseable_line", "pay_x", 9), "line:3:9"),
        (Fault("wrong_account_or_mode", "pay_x", 9), "line:3:9"),
        (Fault("payout_total", "po_1", 10), "payout_total:po_1:GBP"),
        (Fault("bank_total", "po_1", None), "bank_total:po_1:GBP"),
    ],
)
def test_a_fault_is_looked_for_where_it_stands(fault: Fault, subject: str) -> None:
    printed = Printed(3, {7: SALE, 8: BACK, 9: STRANGER, 10: SENT})
    assert expected({DAY: [fault]}, {DAY: printed}, TRUE) == [(subject, fault.kind)]


def test_what_is_found_as_it_was_put_in_differs_in_nothing() -> None:
    wanted = [("capture:A1", "amount"), ("line:3:7", "fee")]
    assert differences(wanted, wanted) == []


def test_what_is_not_found_under_its_own_kind_is_named_twice() -> None:
    assert differences([("capture:A1", "amount")], [("capture:A1", "currency")]) == [
        "put in, but not found: amount of capture:A1",
        "found, but never put in: currency of capture:A1",
    ]


def test_what_is_missing_for_good_was_late_before() -> None:
    missing = ("capture:A1", "missing_in_provider")
    assert extra([missing], [missing, ("capture:A1", "timing")]) == []


def test_what_else_was_late_is_one_too_many() -> None:
    late = ("capture:A1", "timing")
    assert extra([("capture:A1", "amount")], [late]) == [late]
