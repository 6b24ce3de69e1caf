"""Settlement reports and bank statements over HTTP: of days that are over, and always the same."""

import csv
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from tests.payments.sandbox.cast import Shop, a_shop, at_once

NAMES = (
    "type,id,reference,method,currency,gross,fee,settled_currency,settled_gross,"
    "occurred_at,settled_at,payout,merchant_id,mode"
)
CAMT = {"c": "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"}


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def closed(shop: Shop, day: str = "") -> str:
    """Today, or another day, once it is closed."""
    day = day or today()
    answer = shop.send("POST", "/v1/reports/days", {"day": day})
    assert answer.status_code == 200, answer.text
    return day


def report(shop: Shop, day: str) -> list[str]:
    answer = shop.send("GET", f"/v1/reports/settlement?day={day}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    return answer.text.splitlines()


def lines(shop: Shop, day: str) -> list[dict[str, str]]:
    body = [line for line in report(shop, day) if not line.startswith("#")]
    return list(csv.DictReader(body))


def test_a_report_says_whose_it_is_and_where_it_ends(shop: Shop) -> None:
    merchant_id = shop.merchant["merchant_id"]
    shop.paid()
    day = closed(shop)

    told = report(shop, day)

    assert told[:6] == [
        "#Sandbox settlement report",
        f"#merchant_id,{merchant_id}",
        "#mode,test",
        f"#period,{day},{day}",
        "#opening,GBP,0",
        NAMES,
    ]
    assert told[-2:] == ["#closing,GBP,0", "#lines,2"]


def test_a_line_says_what_moved(shop: Shop) -> None:
    payment = shop.paid()
    made = shop.refund(payment, 200, reference="R1").json()
    day = closed(shop)

    capture, refund, payout = lines(shop, day)

    told = {name: capture[name] for name in ("type", "id", "reference", "method", "currency")}
    assert told == {
        "type": "capture",
        "id": payment["id"],
        "reference": payment["reference"],
        "method": "card",
        "currency": "GBP",
    }
    assert (capture["gross"], capture["fee"]) == ("1234", "37.2760")
    assert (capture["settled_currency"], capture["settled_gross"]) == ("", "")
    assert capture["occurred_at"] == capture["settled_at"]
    assert capture["mode"] == "test"
    assert (refund["id"], refund["reference"], refund["gross"]) == (made["id"], "R1", "-200")
    assert (payout["type"], payout["reference"], payout["gross"]) == ("payout", "", "-997")
    assert {capture["payout"], refund["payout"], payout["payout"]} == {payout["id"]}


def test_a_capture_of_a_hold_has_its_own_id_and_the_reference_of_the_payment(shop: Shop) -> None:
    payment = shop.held()
    taken = shop.capture(payment, 1000).json()

    capture, _ = lines(shop, closed(shop))

    assert capture["id"] == taken["captures"][0]["id"]
    assert capture["reference"] == payment["reference"]


def test_a_report_of_a_day_without_money_has_no_lines(shop: Shop) -> None:
    told = report(shop, "2020-01-01")

    assert told[3:] == ["#period,2020-01-01,2020-01-01", NAMES, "#lines,0"]


def test_a_day_that_is_not_over_has_no_report_yet(shop: Shop) -> None:
    for page in ("settlement", "statement", "faults"):
        answer = shop.send("GET", f"/v1/reports/{page}?day={today()}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "report_not_ready")


def test_the_same_report_is_the_same_text(shop: Shop) -> None:
    shop.paid()
    day = closed(shop)

    first = report(shop, day)
    shop.paid()

    assert report(shop, day) == first


def test_a_report_that_many_ask_for_pays_out_once(shop: Shop) -> None:
    shop.paid()
    at_once(4, lambda _: closed(shop))

    assert [line["type"] for line in lines(shop, today())] == ["capture", "payout"]


def test_what_comes_after_an_early_close_is_in_the_next_report(shop: Shop) -> None:
    shop.paid()
    closed(shop)
    later = shop.paid(amount=500)
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()

    capture, _ = lines(shop, closed(shop, tomorrow))

    assert (capture["id"], capture["settled_at"][:10]) == (later["id"], tomorrow)


def test_balances_go_on_from_day_to_day(shop: Shop) -> None:
    payment = shop.paid()
    closed(shop)
    shop.refund(payment, 1000)
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    debt = report(shop, closed(shop, tomorrow.isoformat()))

    after = report(shop, closed(shop, (tomorrow + timedelta(days=1)).isoformat()))

    assert debt[-2] == "#closing,GBP,-1000"
    assert (after[4], after[-2]) == ("#opening,GBP,-1000", "#closing,GBP,-1000")


def test_a_report_is_of_its_merchant_only(shop: Shop, bank: str) -> None:
    a_shop(bank).paid()

    assert lines(shop, closed(shop)) == []


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("", "day"),
        ("day=yesterday", "day"),
        ("day=2026-02-30", "day"),
        ("day=20261128", "day"),
        ("day=1999-12-31", "day"),
        ("day=2020-01-01&till=2020-01-02", "till"),
    ],
)
def test_a_wrong_question_is_refused(shop: Shop, *, query: str, param: str) -> None:
    answer = shop.send("GET", f"/v1/reports/settlement?{query}")

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


@pytest.mark.parametrize("page", ["settlement", "statement", "faults"])
def test_a_stranger_sees_no_report(bank: str, page: str) -> None:
    answer = httpx.get(f"{bank}/v1/reports/{page}?day=2020-01-01", trust_env=False)

    assert answer.status_code == 401


def test_no_day_is_closed_long_before_its_time(shop: Shop) -> None:
    day = (datetime.now(UTC).date() + timedelta(days=8)).isoformat()

    assert shop.send("POST", "/v1/reports/days", {"day": day}).status_code == 400


def statement(shop: Shop, day: str, form: str) -> httpx.Response:
    return shop.send("GET", f"/v1/reports/statement?day={day}&format={form}")


def paid_out(shop: Shop) -> tuple[str, dict[str, str]]:
    """A day of yens and dinars, and its payouts by currency."""
    shop.paid(amount=500, currency="JPY")
    shop.paid(amount=1_234, currency="KWD")
    day = closed(shop)
    sent = [line for line in lines(shop, day) if line["type"] == "payout"]
    return day, {line["currency"]: line["id"] for line in sent}


def test_a_statement_shows_payouts_in_major_units(shop: Shop) -> None:
    day, sent = paid_out(shop)

    assert statement(shop, day, "csv").text.splitlines() == [
        "booked_on,currency,amount,reference,text",
        f"{day},JPY,473,{sent['JPY']},SANDBOX BANK PAYOUT {sent['JPY']}",
        f"{day},KWD,1.197,{sent['KWD']},SANDBOX BANK PAYOUT {sent['KWD']}",
    ]


def found(root: Any, path: str) -> list[str]:
    return [each.text for each in root.iterfind(path, CAMT)]


def test_a_statement_is_given_as_camt_053(shop: Shop) -> None:
    day, sent = paid_out(shop)

    answer = statement(shop, day, "camt053")

    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = ET.fromstring(answer.content)  # noqa: S314  # our own bank wrote it
    entries = "c:BkToCstmrStmt/c:Stmt/c:Ntry"
    assert [(each.text, each.get("Ccy")) for each in root.iterfind(f"{entries}/c:Amt", CAMT)] == [
        ("473", "JPY"),
        ("1.197", "KWD"),
    ]
    assert found(root, f"{entries}/c:NtryRef") == [sent["JPY"], sent["KWD"]]
    assert found(root, f"{entries}//c:EndToEndId") == [sent["JPY"], sent["KWD"]]
    assert found(root, f"{entries}/c:BookgDt/c:Dt") == [day, day]
    balances = "c:BkToCstmrStmt/c:Stmt/c:Bal"
    assert found(root, f"{balances}/c:Tp/c:CdOrPrtry/c:Cd") == ["OPBD", "CLBD"] * 2
    assert found(root, f"{balances}/c:Amt") == ["0", "473", "0.000", "1.197"]


def test_a_statement_may_be_of_one_currency_only(shop: Shop) -> None:
    day, sent = paid_out(shop)

    (row,) = statement(shop, day, "csv&currency=KWD").text.splitlines()[1:]
    told = statement(shop, day, "camt053&currency=KWD").content
    root = ET.fromstring(told)  # noqa: S314  # our own bank wrote it

    assert sent["KWD"] in row
    assert found(root, "c:BkToCstmrStmt/c:Stmt/c:Acct/c:Ccy") == ["KWD"]
    assert found(root, "c:BkToCstmrStmt/c:Stmt/c:Ntry/c:NtryRef") == [sent["KWD"]]


def test_an_iban_has_its_check_digits(shop: Shop) -> None:
    root = ET.fromstring(statement(shop, "2020-01-01", "camt053").content)  # noqa: S314  # our own bank wrote it
    (iban,) = found(root, "c:BkToCstmrStmt/c:Stmt/c:Acct/c:Id/c:IBAN")

    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    assert (len(iban), int(digits) % 97) == (22, 1)
