"""Faults of reports come by seed, are of every kind, and are told to who asks for them."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payments.sandbox.reports.faults import MOST, OF_A_PAYOUT, Fault, Faults
from tests.payments.sandbox.cast import Shop
from tests.payments.sandbox.test_reports import closed, lines, report, statement

TOMORROW = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()


def with_faults(shop: Shop, **faults: object) -> None:
    answer = shop.send("PATCH", "/v1/merchants/me", {"report_faults": faults})
    assert answer.status_code == 200, answer.text


def faults(shop: Shop, day: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.get(f"/v1/reports/faults?day={day}")["data"]
    return found


def put_in(shop: Shop, day: str, fault: Fault) -> list[dict[str, str]]:
    """Let the day's one capture or payout, and nothing else, have this fault; its lines."""
    before = {line["type"]: line["id"] for line in lines(shop, day)}
    kind, other = ("payout", "capture") if fault in OF_A_PAYOUT else ("capture", "payout")
    for seed in map(str, range(1000)):
        tried = Faults(seed, MOST, (fault,))
        if tried.of(kind, before[kind]) and not tried.of(other, before[other]):
            with_faults(shop, seed=seed, share=MOST, kinds=[fault])
            return lines(shop, day)
    raise AssertionError("no seed does it")


@pytest.fixture
def day(shop: Shop) -> str:
    shop.paid()
    return closed(shop)


def test_without_a_seed_nothing_is_wrong(shop: Shop, day: str) -> None:
    assert faults(shop, day) == []


@pytest.mark.parametrize(
    ("fault", "types"),
    [
        (Fault.MISSING_IN_PROVIDER, ["payout"]),
        (Fault.TIMING, ["payout"]),
        (Fault.MISSING_IN_LEDGER, ["capture", "capture", "payout"]),
        (Fault.DUPLICATE_IN_PROVIDER, ["capture", "capture", "payout"]),
        (Fault.UNPARSEABLE_LINE, ["capture", "capture", "payout"]),
        (Fault.WRONG_ACCOUNT_OR_MODE, ["capture", "capture", "payout"]),
        (Fault.AMOUNT, ["capture", "payout"]),
        (Fault.CURRENCY, ["capture", "payout"]),
        (Fault.FEE, ["capture", "payout"]),
        (Fault.PAYOUT_TOTAL, ["capture", "payout"]),
        (Fault.BANK_TOTAL, ["capture", "payout"]),
    ],
)
def test_each_kind_is_put_in_and_told(
    shop: Shop, day: str, *, fault: Fault, types: list[str]
) -> None:
    truth = report(shop, day)

    told = put_in(shop, day, fault)

    assert [line["type"] for line in told] == types
    (found,) = faults(shop, day)
    assert found["kind"] == fault
    text = report(shop, day)
    if found["line"] is not None:
        assert found["id"] in text[found["line"] - 1]
    assert (text == truth) == (fault is Fault.BANK_TOTAL)
    assert text[:6] == truth[:6]
    assert text[-2:] == [truth[-2], f"#lines,{len(types)}"]


@pytest.mark.parametrize(
    ("fault", "column", "wrong"),
    [
        (Fault.AMOUNT, "gross", "1246"),
        (Fault.CURRENCY, "currency", "EUR"),
        (Fault.FEE, "fee", "174.5520"),
        (Fault.PAYOUT_TOTAL, "gross", "-1208"),
    ],
)
def test_one_column_is_wrong_and_nothing_else(
    shop: Shop, day: str, *, fault: Fault, column: str, wrong: str
) -> None:
    truth = lines(shop, day)

    told = put_in(shop, day, fault)

    changes = [
        (name, line[name])
        for line, true in zip(told, truth, strict=True)
        for name in line
        if line[name] != true[name]
    ]
    assert changes == [(column, wrong)]


def test_a_line_twice_is_the_same_line(shop: Shop, day: str) -> None:
    first, second, _ = put_in(shop, day, Fault.DUPLICATE_IN_PROVIDER)

    assert first == second


@pytest.mark.parametrize("fault", [Fault.MISSING_IN_LEDGER, Fault.UNPARSEABLE_LINE])
def test_a_line_that_is_put_in_is_of_no_payment_and_no_payout(
    shop: Shop, day: str, fault: Fault
) -> None:
    true, other, _ = put_in(shop, day, fault)

    assert true["id"] != other["id"]
    assert true["reference"] != other["reference"]
    assert other["payout"] == ""


def test_a_line_of_another_account_or_mode_says_so(shop: Shop, day: str) -> None:
    true, other, _ = put_in(shop, day, Fault.WRONG_ACCOUNT_OR_MODE)

    theirs = other["merchant_id"], other["mode"]
    assert theirs != (true["merchant_id"], true["mode"])


def test_what_comes_late_is_in_the_next_report(shop: Shop, day: str) -> None:
    (true, _) = lines(shop, day)
    put_in(shop, day, Fault.TIMING)

    (late,) = lines(shop, closed(shop, TOMORROW))

    assert (late["id"], late["gross"], late["payout"]) == (true["id"], "1234", true["payout"])
    assert (true["settled_at"][:10], late["settled_at"][:10]) == (day, TOMORROW)
    assert faults(shop, TOMORROW) == []


@pytest.mark.parametrize(
    ("fault", "amount"), [(Fault.PAYOUT_TOTAL, "12.08"), (Fault.BANK_TOTAL, "12.08")]
)
def test_a_statement_shows_what_was_sent_or_something_else(
    shop: Shop, day: str, *, fault: Fault, amount: str
) -> None:
    *_, payout = put_in(shop, day, fault)

    (row,) = csv.DictReader(statement(shop, day, "csv").text.splitlines())

    assert (row["amount"], row["reference"]) == (amount, payout["id"])
    assert (payout["gross"] == "-1208") == (fault is Fault.PAYOUT_TOTAL)


def test_the_same_seed_makes_the_same_faults(shop: Shop, day: str) -> None:
    with_faults(shop, seed="x", share=MOST)
    first = report(shop, day), faults(shop, day)
    shop.send("PATCH", "/v1/merchants/me", {"report_faults": None})

    with_faults(shop, seed="x", share=MOST)

    assert (report(shop, day), faults(shop, day)) == first


def test_no_faults_are_wanted_any_more(shop: Shop, day: str) -> None:
    truth = report(shop, day)
    put_in(shop, day, Fault.AMOUNT)

    shop.send("PATCH", "/v1/merchants/me", {"report_faults": None})

    assert report(shop, day) == truth
    assert shop.get("/v1/merchants/me")["report_faults"] is None


@pytest.mark.parametrize("share", [0, 0.01, MOST])
def test_about_the_share_of_the_lines_is_wrong(share: float) -> None:
    made = [Faults("x", share).of("capture", f"pay_{n}") for n in range(20_000)]

    assert len(made) - made.count(None) == pytest.approx(20_000 * share, rel=0.1)
    assert set(made) - {None} == (set(Fault) - set(OF_A_PAYOUT) if share else set())


@pytest.mark.parametrize(
    "wanted",
    [
        "x",
        {},
        {"seed": "x"},
        {"share": 0.1},
        {"seed": "", "share": 0.1},
        {"seed": "x", "share": 0.21},
        {"seed": "x", "share": -0.1},
        {"seed": "x", "share": True},
        {"seed": "x", "share": "0.1"},
        {"seed": "x", "share": 0.1, "kinds": ["status"]},
        {"seed": "x", "share": 0.1, "kinds": "amount"},
        {"seed": "x", "share": 0.1, "kinds": [[]]},
        {"seed": "x", "share": 0.1, "more": 1},
    ],
)
def test_what_is_no_wish_is_refused_and_changes_nothing(shop: Shop, wanted: object) -> None:
    answer = shop.send("PATCH", "/v1/merchants/me", {"report_faults": wanted, "fee_fixed": 1})

    assert answer.status_code == 400
    account = shop.get("/v1/merchants/me")
    assert (account["report_faults"], account["fee_fixed"]) == (None, 20)


@pytest.mark.parametrize("fee", [-1, 1.5, "1", 100_001, None])
def test_what_is_no_fee_is_refused(shop: Shop, fee: object) -> None:
    assert shop.send("PATCH", "/v1/merchants/me", {"fee_fixed": fee}).status_code == 400


def test_a_merchant_sees_what_it_is_owed(shop: Shop) -> None:
    shop.send("PATCH", "/v1/merchants/me", {"fee_basis_points": 100, "fee_fixed": 0})
    shop.paid()

    assert shop.get("/v1/merchants/me")["balance"] == {"GBP": "1221.6600"}
    assert shop.send("PATCH", "/v1/merchants/me", {}).status_code == 400
