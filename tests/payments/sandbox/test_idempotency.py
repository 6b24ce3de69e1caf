"""A key is answered once: word for word on a repeat, 409 for another request, also at once."""

import pytest

from tests.payments.sandbox.cast import Shop, Shopper, a_shop, an_order, at_once


def test_a_repeated_request_gets_the_stored_answer(shop: Shop) -> None:
    order = an_order()
    first = shop.send("POST", "/v1/payments", order, key="k1")
    Shopper(first.json()["checkout_url"]).pays()
    reordered = dict(reversed(order.items()))
    again = shop.send("POST", "/v1/payments", reordered, key="k1")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_stored_refusal_stays_a_refusal(shop: Shop) -> None:
    payment = shop.payment()
    path = f"/v1/payments/{payment['id']}/refunds"
    body = {"reference": "R1", "amount": 1}
    first = shop.send("POST", path, body, key="k1")
    Shopper(payment["checkout_url"]).pays()
    again = shop.send("POST", path, body, key="k1")
    assert (again.status_code, again.content) == (409, first.content)


def test_a_key_stands_for_one_request(shop: Shop) -> None:
    shop.send("POST", "/v1/payments", an_order(), key="k1")
    other = an_order()
    answer = shop.send("POST", "/v1/payments", other, key="k1")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_mismatch")
    assert shop.get(f"/v1/payments?reference={other['reference']}") == {"data": []}


def test_two_shops_may_use_the_same_key(shop: Shop, bank: str) -> None:
    assert shop.send("POST", "/v1/payments", an_order(), key="k1").status_code == 201
    assert a_shop(bank).send("POST", "/v1/payments", an_order(), key="k1").status_code == 201


@pytest.mark.parametrize(
    ("key", "code"),
    [("", "missing"), ("a b", "invalid"), ("x" * 101, "invalid"), ("\xe9", "invalid")],
)
def test_money_is_not_written_without_a_good_key(shop: Shop, key: str, code: str) -> None:
    headers = {b"Authorization": f"Bearer {shop.merchant['api_key']}".encode()}
    headers[b"Idempotency-Key"] = key.encode("latin-1")
    order = an_order()
    answer = shop.http.post(f"{shop.bank}/v1/payments", json=order, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == f"idempotency_key_{code}"
    assert shop.get(f"/v1/payments?reference={order['reference']}") == {"data": []}


def test_a_request_refused_unread_leaves_its_key_free(shop: Shop) -> None:
    assert shop.send("POST", "/v1/payments", an_order(amount=0), key="k1").status_code == 400
    assert shop.send("POST", "/v1/payments", an_order(), key="k1").status_code == 201


def test_the_same_request_eight_times_at_once_is_one_payment(either_bank: str) -> None:
    shop, order = a_shop(either_bank), an_order()
    answers = at_once(8, lambda _: shop.send("POST", "/v1/payments", order, key="k1").content)
    assert len(set(answers)) == 1
    assert len(shop.get(f"/v1/payments?reference={order['reference']}")["data"]) == 1


def test_one_reference_under_eight_keys_at_once_is_one_payment(either_bank: str) -> None:
    shop, order = a_shop(either_bank), an_order()
    answers = at_once(8, lambda _: shop.send("POST", "/v1/payments", order).status_code)
    assert sorted(map(str, answers)) == ["201"] + ["409"] * 7


def test_eight_refunds_at_once_never_exceed_the_capture(either_bank: str) -> None:
    shop = a_shop(either_bank)
    paid = shop.paid(amount=1000)
    answers = at_once(8, lambda _: shop.refund(paid, 300).status_code)
    assert sorted(map(str, answers)) == ["201"] * 3 + ["422"] * 5
    assert shop.get(f"/v1/payments/{paid['id']}")["refunded"] == 900


def test_the_same_refund_eight_times_at_once_is_one_refund(either_bank: str) -> None:
    shop = a_shop(either_bank)
    paid = shop.paid(amount=1000)
    path, body = f"/v1/payments/{paid['id']}/refunds", {"reference": "R1", "amount": 100}
    answers = at_once(8, lambda _: shop.send("POST", path, body, key="k1").content)
    assert len(set(answers)) == 1
    assert shop.get(f"/v1/payments/{paid['id']}")["refunded"] == 100


def test_eight_shoppers_on_one_page_pay_once(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.payment()
    shoppers = [Shopper(payment["checkout_url"]) for _ in range(8)]
    answers = at_once(8, lambda number: shoppers[number].pays().status_code)
    assert answers == [303] * 8
    assert shop.get(f"/v1/payments/{payment['id']}")["captured"] == 1234
    assert len(shop.get(f"/v1/events?payment={payment['id']}")["data"]) == 1


def test_paying_against_voiding_has_one_winner(either_bank: str) -> None:
    shop = a_shop(either_bank)
    payment = shop.payment()
    shopper, void = Shopper(payment["checkout_url"]), f"/v1/payments/{payment['id']}/void"
    acts = (shopper.pays, lambda: shop.send("POST", void))
    answers = at_once(2, lambda number: acts[number]().status_code)
    end = shop.get(f"/v1/payments/{payment['id']}")["status"]
    assert answers == ([303, 409] if end == "captured" else [409, 200])
