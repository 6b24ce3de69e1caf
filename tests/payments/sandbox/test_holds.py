"""Authorize now, capture later: what is held, taken, let go of, and that it never is too much."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.payments.sandbox.cast import (
    Receiver,
    Shop,
    Shopper,
    a_shop,
    an_order,
    at_once,
    eventually,
)


def facts(payment: dict[str, Any]) -> tuple[object, ...]:
    return tuple(payment[name] for name in ("status", "authorized", "captured", "released"))


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


def now(shop: Shop, payment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = shop.get(f"/v1/payments/{payment['id']}")
    return found


@pytest.mark.parametrize("token", ["tok_approve", "wal_approve", "tok_3ds"])
def test_a_manual_payment_is_held_and_not_captured(shop: Shop, token: str) -> None:
    payment = shop.held(token)
    assert facts(payment) == ("authorized", 1234, 0, 0)
    assert (payment["capture"], payment["captures"]) == ("manual", [])
    assert shop.events(payment) == ["payment.authorized"]


def test_an_automatic_payment_has_no_hold(shop: Shop) -> None:
    payment = shop.paid(capture="automatic")
    assert [payment[name] for name in ("capture", "capture_before", "captures")] == [
        "automatic",
        None,
        [],
    ]


@pytest.mark.parametrize(("changes", "seconds"), [({}, 604_800), ({"hold_seconds": 60}, 60)])
def test_a_hold_has_its_time(shop: Shop, changes: dict[str, int], seconds: int) -> None:
    payment = shop.held("tok_approve", **changes)
    end, begin = (
        datetime.fromisoformat(payment[name]) for name in ("capture_before", "updated_at")
    )
    assert (end - begin).total_seconds() == pytest.approx(seconds, abs=1)


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"capture": "later"}, "capture"),
        ({"capture": None}, "capture"),
        ({"capture": "manual", "method": "qr"}, "capture"),
        ({"capture": "manual", "method": "bank_debit"}, "capture"),
        ({"hold_seconds": 60}, "hold_seconds"),
        ({"capture": "manual", "hold_seconds": 9}, "hold_seconds"),
        ({"capture": "manual", "hold_seconds": 604_801}, "hold_seconds"),
    ],
)
def test_a_hold_that_cannot_be_is_refused(
    shop: Shop, changes: dict[str, object], param: str
) -> None:
    answer = shop.send("POST", "/v1/payments", an_order(**changes))
    assert refusal(answer) == (400, "invalid_parameter", param)


def test_a_full_capture_takes_all_and_names_itself(shop: Shop) -> None:
    payment = shop.held()
    answer = shop.capture(payment, 1234, reference="C-full")
    taken = answer.json()
    assert (answer.status_code, facts(taken)) == (201, ("captured", 1234, 1234, 0))
    row = taken["captures"][0]
    assert row["id"].startswith("cap_")
    assert [row[name] for name in ("reference", "amount", "currency")] == ["C-full", 1234, "GBP"]
    assert taken["capture_before"] is None
    assert now(shop, payment) == taken


def test_a_final_capture_releases_the_rest(shop: Shop) -> None:
    payment = shop.held()
    assert facts(shop.capture(payment, 1000).json()) == ("captured", 1234, 1000, 234)
    assert shop.events(payment) == ["payment.authorized", "payment.captured"]


def test_captures_in_parts_keep_the_rest_held_until_nothing_is_left(shop: Shop) -> None:
    payment = shop.held()
    first = shop.capture(payment, 1000, final=False).json()
    last = shop.capture(payment, 234, final=False).json()
    assert (facts(first), facts(last)) == (
        ("authorized", 1234, 1000, 0),
        ("captured", 1234, 1234, 0),
    )
    assert [row["amount"] for row in last["captures"]] == [1000, 234]
    assert shop.events(payment) == ["payment.authorized", "payment.captured", "payment.captured"]


def test_no_more_is_captured_than_is_held(shop: Shop) -> None:
    payment = shop.held()
    assert refusal(shop.capture(payment, 1235)) == (422, "amount_too_large", "amount")
    shop.capture(payment, 1000, final=False)
    assert refusal(shop.capture(payment, 235)) == (422, "amount_too_large", "amount")
    assert facts(now(shop, payment)) == ("authorized", 1234, 1000, 0)


def test_what_is_not_held_cannot_be_captured(shop: Shop) -> None:
    unpaid, paid, done, void = (
        shop.payment(capture="manual"),
        shop.paid(),
        shop.held(),
        shop.held(),
    )
    shop.capture(done, 1)
    shop.void(void)
    answers = [shop.capture(payment, 1) for payment in (unpaid, paid, done, void)]
    assert [refusal(answer) for answer in answers] == [(409, "payment_not_authorized", None)] * 4


def test_a_capture_of_another_shop_does_not_exist(shop: Shop, bank: str) -> None:
    foreign = a_shop(bank).held()
    assert refusal(shop.capture(foreign, 1)) == (404, "not_found", None)


def test_a_capture_reference_taken_takes_no_money(shop: Shop) -> None:
    payment = shop.held()
    shop.capture(payment, 100, reference="twice", final=False)
    again = shop.capture(payment, 100, reference="twice", final=False)
    assert refusal(again) == (409, "reference_taken", "reference")
    assert now(shop, payment)["captured"] == 100


@pytest.mark.parametrize(
    ("field", "value"), [("amount", 0), ("reference", "a b"), ("final", "yes")]
)
def test_a_wrong_field_of_a_capture_is_named(shop: Shop, field: str, value: object) -> None:
    body = {"amount": 1, "reference": "C1"} | {field: value}
    answer = shop.send("POST", f"/v1/payments/{shop.held()['id']}/captures", body)
    assert refusal(answer) == (400, "invalid_parameter", field)


def test_a_repeated_capture_gets_the_stored_answer(shop: Shop) -> None:
    payment = shop.held()
    first, again = (
        shop.capture(payment, 500, key="k1", reference="C1", final=False) for _ in range(2)
    )
    assert (again.status_code, again.content) == (201, first.content)
    assert now(shop, payment)["captured"] == 500


def test_void_releases_a_hold_and_may_be_repeated(shop: Shop) -> None:
    payment = shop.held()
    answers = [shop.void(payment).json() for _ in range(2)]
    assert [facts(answer) for answer in answers] == [("cancelled", 1234, 0, 1234)] * 2
    assert shop.events(payment) == ["payment.authorized", "payment.cancelled"]


def test_void_after_a_part_was_captured_keeps_the_part(shop: Shop) -> None:
    payment = shop.held()
    shop.capture(payment, 1000, final=False)
    assert facts(shop.void(payment).json()) == ("captured", 1234, 1000, 234)
    assert shop.events(payment)[-1] == "payment.released"


def test_void_of_what_was_captured_whole_is_refused(shop: Shop) -> None:
    payment = shop.held()
    shop.capture(payment, 1234)
    assert refusal(shop.void(payment)) == (409, "payment_captured", None)


def test_a_hold_lapses_at_its_time(quick: Shop) -> None:
    payment = quick.held(hold_seconds=10)
    assert facts(quick.once(payment, "expired")) == ("expired", 1234, 0, 1234)
    assert quick.events(payment) == ["payment.authorized", "payment.expired"]
    assert refusal(quick.capture(payment, 1)) == (409, "payment_not_authorized", None)
    assert quick.void(payment).json()["status"] == "expired"


def test_a_hold_that_lapses_after_a_capture_stays_captured(quick: Shop) -> None:
    payment = quick.held("tok_hold_lapses")
    quick.capture(payment, 1000, final=False)
    assert facts(quick.once(payment, "captured")) == ("captured", 1234, 1000, 234)
    assert quick.events(payment)[1:] == ["payment.captured", "payment.released"]


def test_a_part_can_be_refunded_while_the_rest_is_held(shop: Shop) -> None:
    payment = shop.held()
    assert refusal(shop.refund(payment, 1)) == (409, "payment_not_captured", None)
    shop.capture(payment, 1000, final=False)
    assert refusal(shop.refund(payment, 1001)) == (422, "amount_too_large", "amount")
    assert shop.refund(payment, 1000).status_code == 201
    after = now(shop, payment)
    assert (after["refunded"], *facts(after)) == (1000, "authorized", 1234, 1000, 0)


def test_the_pages_say_that_the_money_is_held(shop: Shop) -> None:
    payment = shop.payment(capture="manual")
    shopper = Shopper(payment["checkout_url"])
    assert "The amount is only held now" in shopper.page.text
    assert [shopper.pays().status_code for _ in range(2)] == [303, 303]
    assert "This payment is authorized" in Shopper(payment["checkout_url"]).page.text
    shop.void(payment)
    assert "is free again. Nothing was charged." in Shopper(payment["checkout_url"]).page.text


def test_the_front_page_shows_what_is_held(shop: Shop) -> None:
    payment = shop.held()
    shop.capture(payment, 1000, final=False)
    until = datetime.fromisoformat(now(shop, payment)["capture_before"])
    page = httpx.get(f"{shop.bank}/", trust_env=False).text
    assert f"£2.34 held until {until:%Y-%m-%d %H:%M} UTC, £10.00 captured" in page


def test_a_capture_is_told_with_the_payment_as_it_was(bank: str, receiver: Receiver) -> None:
    shop = a_shop(bank, receiver.url)
    payment = shop.held()
    taken = shop.capture(payment, 1000).json()
    events = {event["type"]: event["data"] for event in receiver.wait_for(2)}
    assert events == {"payment.authorized": payment, "payment.captured": taken}


def test_eight_captures_at_once_never_exceed_the_hold(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.held(amount=1000)
    answers = at_once(8, lambda _: shop.capture(payment, 300, final=False).status_code)
    assert sorted(map(str, answers)) == ["201"] * 3 + ["422"] * 5
    assert facts(now(shop, payment)) == ("authorized", 1000, 900, 0)


def test_the_same_capture_eight_times_at_once_is_one_capture(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.held(amount=1000)
    answers = at_once(
        8, lambda _: shop.capture(payment, 100, key="k1", reference="C1", final=False).content
    )
    assert len(set(answers)) == 1
    assert now(shop, payment)["captured"] == 100


def test_capturing_against_voiding_has_one_order(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.held()
    acts = (lambda: shop.capture(payment, 1234), lambda: shop.void(payment))
    answers = at_once(2, lambda number: acts[number]().status_code)
    end = facts(now(shop, payment))
    assert (answers, end) in [
        ([201, 409], ("captured", 1234, 1234, 0)),
        ([409, 200], ("cancelled", 1234, 0, 1234)),
    ]


def test_a_lapse_is_told(quick: Shop, receiver: Receiver) -> None:
    payment = quick.held("tok_hold_lapses")
    assert eventually(lambda: len(receiver.received) == 2)
    last = receiver.events[-1]
    assert (last["type"], last["data"]["released"]) == ("payment.expired", payment["authorized"])
