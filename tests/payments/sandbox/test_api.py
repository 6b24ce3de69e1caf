"""The bank's API: what it takes, what it refuses, and that it says so."""

import httpx
import pytest

from tests.payments.sandbox.cast import Shop, Shopper, a_shop, an_order


def refusal(answer: httpx.Response) -> tuple[int, str, str | None]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["param"]


def test_a_new_payment_waits_for_its_shopper(shop: Shop) -> None:
    order = an_order()
    payment = shop.payment(**order)
    assert payment.items() >= (order | {"status": "requires_action", "mode": "test"}).items()
    assert [payment[name] for name in ("authorized", "captured", "released", "refunded")] == [0] * 4


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [
        ("JPY", 500, "¥500"),
        ("KWD", 1234, "KWD 1.234"),
        ("USD", 50, "$0.50"),
        ("XTS", 77, "XTS 0.77"),
    ],
)
def test_every_currency_keeps_its_minor_units(
    shop: Shop, *, currency: str, amount: int, shown: str
) -> None:
    payment = shop.paid(currency=currency, amount=amount)
    assert (payment["captured"], payment["currency"]) == (amount, currency)
    page = Shopper(payment["checkout_url"]).page.text
    assert shown in page.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", 12.0),
        ("amount", "12"),
        ("amount", True),
        ("amount", None),
        ("amount", 1_000_000_000_000),
        ("currency", "gbp"),
        ("currency", "XXX"),
        ("currency", ["GBP"]),
        ("reference", ""),
        ("reference", "a b"),
        ("reference", "x" * 65),
        ("return_url", "/back/"),
        ("return_url", "javascript:alert(1)"),
        ("return_url", "http://shop.example/a\nb"),
        ("return_url", "http://[broken/"),
        ("return_url", "http://shop.example:99999/"),
        ("description", "x" * 201),
        ("description", "a\u0000b"),
        ("description", 5),
        ("method", "cash"),
        ("method", None),
        ("expires_in", 9),
        ("expires_in", 604_801),
        ("expires_in", 60.0),
        ("expires_in", None),
        ("save_card", "true"),
        ("saved_card", 1),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, field: str, value: object) -> None:
    answer = shop.send("POST", "/v1/payments", an_order(**{field: value}))
    assert refusal(answer) == (400, "invalid_parameter", field)


def test_half_a_character_is_refused(shop: Shop) -> None:
    body = b'{"webhook_url": "", "name": "\\ud800"}'
    answer = httpx.post(f"{shop.bank}/v1/merchants", content=body, trust_env=False)
    assert refusal(answer) == (400, "invalid_parameter", "name")


def test_a_missing_field_is_named(shop: Shop) -> None:
    order = an_order()
    del order["currency"]
    answer = shop.send("POST", "/v1/payments", order)
    assert refusal(answer) == (400, "missing_parameter", "currency")


def test_an_unknown_field_is_refused(shop: Shop) -> None:
    answer = shop.send("POST", "/v1/payments", an_order(colour="red"))
    assert refusal(answer) == (400, "unknown_parameter", "colour")


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"\xff", b"[" * 60_000, b'{"amount": 1' + b"0" * 9999]
)
def test_a_body_that_is_no_json_object_is_refused(shop: Shop, body: bytes) -> None:
    answer = httpx.post(f"{shop.bank}/v1/merchants", content=body, trust_env=False)
    assert refusal(answer) == (400, "invalid_json", None)


def test_a_huge_body_is_refused(shop: Shop) -> None:
    answer = httpx.post(f"{shop.bank}/v1/merchants", content=b" " * 70_000, trust_env=False)
    assert refusal(answer) == (413, "body_too_large", None)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer sk_test_wrong", "Basic eDp5"])
def test_without_a_key_nothing_is_shown(bank: str, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = httpx.get(f"{bank}/v1/merchants/me", headers=headers, trust_env=False)
    assert refusal(answer) == (401, "unauthorized", None)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_secrets_are_shown_once(shop: Shop) -> None:
    again = shop.get("/v1/merchants/me")
    assert set(shop.merchant) - set(again) == {"api_key", "webhook_secret"}


@pytest.mark.parametrize("url", ["http://shop.example/hooks/", "ftp://127.0.0.1/", "hooks", 7])
def test_a_webhook_address_is_https_or_loopback(shop: Shop, url: object) -> None:
    answer = shop.send("PATCH", "/v1/merchants/me", {"webhook_url": url})
    assert refusal(answer) == (400, "invalid_parameter", "webhook_url")
    assert shop.get("/v1/merchants/me")["webhook_url"] == ""


def test_a_reference_names_one_payment(shop: Shop) -> None:
    payment = shop.payment()
    answer = shop.send("POST", "/v1/payments", an_order(reference=payment["reference"]))
    assert refusal(answer) == (409, "reference_taken", "reference")
    assert shop.get(f"/v1/payments?reference={payment['reference']}") == {"data": [payment]}


def test_two_shops_may_use_the_same_reference(shop: Shop, bank: str) -> None:
    payment = a_shop(bank).payment(reference="same")
    assert shop.payment(reference="same")["id"] != payment["id"]


def test_an_unknown_reference_is_an_empty_list(shop: Shop) -> None:
    assert shop.get("/v1/payments?reference=never") == {"data": []}


def test_a_payment_of_another_shop_does_not_exist(shop: Shop, bank: str) -> None:
    foreign = a_shop(bank).paid()
    path = f"/v1/payments/{foreign['id']}"
    answers = [shop.send("GET", path), shop.refund(foreign, 1), shop.send("POST", f"{path}/void")]
    assert [refusal(answer) for answer in answers] == [(404, "not_found", None)] * 3


@pytest.mark.parametrize("path", ["/v1/payments/%00", "/v1/nothing", "/v1/payments/pay_1/refund"])
def test_an_unknown_address_answers_json(shop: Shop, path: str) -> None:
    assert refusal(shop.send("GET", path)) == (404, "not_found", None)


def test_a_wrong_method_names_the_right_ones(shop: Shop) -> None:
    answer = shop.send("DELETE", "/v1/payments")
    assert refusal(answer) == (405, "method_not_allowed", None)
    assert answer.headers["Allow"] == "GET, POST"


def test_a_refund_shows_in_its_payment(shop: Shop) -> None:
    paid = shop.paid()
    made = shop.refund(paid, 234, reason="damaged").json()
    payment = shop.get(f"/v1/payments/{paid['id']}")
    assert (payment["refunded"], payment["status"]) == (234, "captured")
    assert payment["refunds"] == [made]


def test_refunds_never_exceed_what_was_captured(shop: Shop) -> None:
    paid = shop.paid(amount=1000)
    assert shop.refund(paid, 600).status_code == 201
    assert refusal(shop.refund(paid, 401)) == (422, "amount_too_large", "amount")
    assert shop.refund(paid, 400).status_code == 201
    assert refusal(shop.refund(paid, 1)) == (422, "amount_too_large", "amount")


def test_a_refund_reference_taken_takes_no_money(shop: Shop) -> None:
    paid = shop.paid(amount=1000)
    assert shop.refund(paid, 100, reference="twice").status_code == 201
    assert refusal(shop.refund(paid, 100, reference="twice")) == (
        409,
        "reference_taken",
        "reference",
    )
    assert shop.get(f"/v1/payments/{paid['id']}")["refunded"] == 100


def test_an_unpaid_payment_has_nothing_to_refund(shop: Shop) -> None:
    assert refusal(shop.refund(shop.payment(), 1)) == (409, "payment_not_captured", None)


def test_void_closes_an_unpaid_payment_and_may_be_repeated(shop: Shop) -> None:
    path = f"/v1/payments/{shop.payment()['id']}/void"
    answers = [shop.send("POST", path), shop.send("POST", path, {})]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["status"] for answer in answers] == ["cancelled", "cancelled"]


def test_void_of_a_paid_payment_is_refused(shop: Shop) -> None:
    paid = shop.paid()
    answer = shop.send("POST", f"/v1/payments/{paid['id']}/void")
    assert refusal(answer) == (409, "payment_captured", None)
    assert shop.get(f"/v1/payments/{paid['id']}") == paid
