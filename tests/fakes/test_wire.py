"""The wire: keys, versions, forms, and what each refusal is called."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import stripe

from tests.fakes.cast import Shop, client_of, refused, wanted
from tests.fakes.stripe import honoured, openapi, routes, sdk_types
from tests.fakes.stripe.gate import Violation


def post(shop: Shop, form: str, headers: Mapping[str, str] | None = None) -> dict[str, str]:
    """The error that a form at `/v1/refunds` meets."""
    given = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Idempotency-Key": "k",
        **(headers or {}),
    }
    answer = shop.raw("POST", "/v1/refunds", content=form, headers=given)
    error: dict[str, str] = answer.json()["error"]
    return {"status": str(answer.status_code), **error}


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("colour=red", ("parameter_unknown", "colour")),
        ("metadata=x", (None, "metadata")),
        ("amount=1.5", ("parameter_invalid_integer", "amount")),
        ("amount=", ("parameter_invalid_empty", "amount")),
        ("charge=", ("parameter_invalid_empty", "charge")),
        ("reason=late", (None, "reason")),
        ("expand=x", (None, "expand")),
        ("refund_application_fee=yes", (None, "refund_application_fee")),
    ],
)
def test_a_form_is_read_as_strictly_as_stripe_reads_it(
    rough_shop: Shop, form: str, told: tuple[str | None, str]
) -> None:
    error = post(rough_shop, form)
    assert (error["status"], error.get("code"), error.get("param")) == ("400", *told)
    assert [each.param for each in rough_shop.fake.violations] == [told[1]]


def test_a_nested_parameter_is_named_by_its_path(rough_shop: Shop) -> None:
    line = {"price_data": {"currency": "gbp", "unit_amount": 100, "colour": "red"}, "quantity": 1}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        rough_shop.session(line_items=[line])
    assert refused(caught.value) == (400, "parameter_unknown", "line_items[0][price_data][colour]")


def test_the_sdk_s_types_are_enough_where_there_is_no_file(
    rough_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "asked", lambda *_address: None)
    assert post(rough_shop, "colour=red")["code"] == "parameter_unknown"
    assert post(rough_shop, "reason=late")["param"] == "reason"
    assert rough_shop.session().status == "open"


def test_a_missing_parameter_is_named(rough_shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        rough_shop.api.payment_intents.create({"currency": "gbp"})  # type: ignore[typeddict-item]  # the point
    assert refused(caught.value) == (400, "parameter_missing", "amount")


@pytest.mark.parametrize(
    ("told", "param"),
    [
        ({str(place): "x" for place in range(51)}, "metadata"),
        ({"k" * 41: "x"}, "metadata"),
        ({"k": "x" * 501}, "metadata[k]"),
    ],
)
def test_metadata_have_their_limits(rough_shop: Shop, told: dict[str, str], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        rough_shop.session(metadata=told)
    assert refused(caught.value)[2] == param


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"Stripe-Version": "2026-08-26.dahlia"}, "Stripe-Version"),
        ({"Content-Type": "application/json"}, "Content-Type"),
        ({"Idempotency-Key": ""}, "Idempotency-Key"),
    ],
)
def test_careless_headers_are_noted(rough_shop: Shop, headers: dict[str, str], said: str) -> None:
    post(rough_shop, "amount=5", headers)
    assert said in rough_shop.fake.violations[0].said


def test_an_address_that_stripe_has_not_is_refused(rough_shop: Shop) -> None:
    answer = rough_shop.raw("GET", "/v1/orders")
    assert answer.status_code == 404
    assert rough_shop.fake.violations == [
        Violation("GET /v1/orders", "Unrecognized request URL (GET: /v1/orders).")
    ]


def test_a_wrong_key_is_nobody_s(shop: Shop) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        client_of(shop.fake, "sk_test_wrong").v1.balance.retrieve()
    assert refused(caught.value) == (401, None, None)


def test_a_rolled_key_is_said_to_be_expired(shop: Shop) -> None:
    new = shop.fake.roll_key(shop.merchant.key)
    with pytest.raises(stripe.AuthenticationError) as caught:
        shop.api.balance.retrieve()
    assert refused(caught.value) == (401, "api_key_expired", None)
    assert client_of(shop.fake, new).v1.balance.retrieve().livemode is False


def test_a_publishable_key_is_no_secret_key(shop: Shop) -> None:
    with pytest.raises(stripe.AuthenticationError, match="publishable"):
        client_of(shop.fake, shop.merchant.publishable_key).v1.balance.retrieve()


def test_another_account_s_objects_are_not_there(shop: Shop) -> None:
    intent, other = shop.paid(), shop.fake.open_account()
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client_of(shop.fake, other.key).v1.payment_intents.retrieve(intent.id)
    assert refused(caught.value) == (404, "resource_missing", "intent")
    assert "similar object" not in str(caught.value)


def test_the_other_mode_s_objects_are_hinted_at(shop: Shop) -> None:
    intent = shop.paid()
    with pytest.raises(stripe.InvalidRequestError, match="exists in test mode, but a live mode"):
        client_of(shop.fake, shop.merchant.live_key).v1.payment_intents.retrieve(intent.id)


def test_live_objects_say_so(shop: Shop) -> None:
    live = client_of(shop.fake, shop.merchant.live_key).v1
    session = live.checkout.sessions.create(wanted())
    assert session.livemode
    assert session.id.startswith("cs_live_")


def test_an_answer_has_the_clock_s_date_and_a_number(shop: Shop) -> None:
    headers = shop.raw("GET", "/v1/balance").headers
    assert headers["date"] == "Mon, 02 Nov 2026 12:00:00 GMT"
    assert headers["request-id"].startswith("req_")


def test_what_would_be_ignored_is_refused(rough_shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="does nothing about phone_number"):
        rough_shop.session(phone_number_collection={"enabled": True})
    with pytest.raises(stripe.InvalidRequestError, match=r"payment_intent_data\[transfer_group\]"):
        rough_shop.session(payment_intent_data={"transfer_group": "x"})
    assert rough_shop.fake.violations[0].param == "phone_number_collection"


def test_what_is_heard_is_a_parameter_of_stripe_s() -> None:
    known = {f"{each.method} {each.template}": each for each in routes.ROUTES}
    unknown = {
        address: set(names.split()) - set(sdk_types.names(known[address].asks))
        for address, names in honoured.HEARD.items()
    }
    assert {address: names for address, names in unknown.items() if names} == {}
