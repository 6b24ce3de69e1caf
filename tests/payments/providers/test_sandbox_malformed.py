"""Whatever JSON stands in whatever place, the mapping reads it or says what it could not read."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.providers.base import Account, Outcome, RawRequest, Verdict
from payments.providers.errors import BadAnswer
from payments.providers.sandbox.mapping import read_found, read_payment, refund_outcome
from payments.providers.sandbox.webhook import parse_webhook, read_event, read_page
from payments.providers.told import Told
from tests.payments.providers.fake_bank import a_payment
from tests.payments.wire import signed

REFUND: Final = {
    "id": "re_1",
    "reference": "R1",
    "amount": 200,
    "currency": "GBP",
    "status": "failed",
    "failure_code": "account_closed",
}
DISPUTE: Final = {
    "id": "dp_1",
    "amount": 200,
    "status": "open",
    "reason": "fraudulent",
    "evidence_due_at": "2026-03-08T12:00:00Z",
}
PAYMENT: Final = a_payment(
    status="requires_action",
    card={"brand": "Visa", "last4": "4242"},
    captures=[{"id": "cap_1", "reference": "C1", "amount": 300}],
    refunds=[REFUND],
    disputes=[DISPUTE],
    saved_card={"id": "card_1", "brand": "Visa", "last4": "4242"},
    decline_code="generic_decline",
    checkout_url="http://127.0.0.1:9/pay/",
    qr_content=None,
    expires_at="2026-03-01T12:00:00Z",
)
EVENT: Final = {
    "id": "evt_1",
    "type": "payment.captured",
    "merchant_id": "mer_1",
    "mode": "test",
    "data": PAYMENT,
}
PAGE: Final = {"data": [EVENT], "has_more": True}
ACCOUNT: Final = Account("sandbox", "test", "mer_1", "http://127.0.0.1:9", {"webhook_secret": "s"})
NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
ODD_TEXTS: Final = ("", "\x00", "\ud800", "x" * 9000, "0001-01-01T00:00:00+14:00", "2026-03-01")
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(ODD_TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def places(within: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value in an object, its own included."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(within, dict):
        inner = list(within.items())
    elif isinstance(within, list):
        inner = list(enumerate(within))
    return [at, *(path for key, value in inner for path in places(value, (*at, key)))]


def with_other(whole: object, place: tuple[str | int, ...], value: object) -> Any:
    """A copy of `whole` with `value` in one place of it."""
    changed: Any = copy.deepcopy({"whole": whole})
    inner = changed
    path = ("whole", *place)
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed["whole"]


def without(whole: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name != field}


@given(place=st.sampled_from(places(PAYMENT)), value=anything)
def test_a_payment_with_anything_anywhere_is_read_or_refused(
    place: tuple[str | int, ...], value: object
) -> None:
    told = with_other(PAYMENT, place, value)

    with suppress(BadAnswer):
        assert isinstance(read_payment(Told(told, "payment")), Outcome)
        assert isinstance(read_found(Told({"data": [told]}, "found")), Outcome)


@given(place=st.sampled_from(places(REFUND)), value=anything)
def test_a_refund_with_anything_anywhere_is_read_or_refused(
    place: tuple[str | int, ...], value: object
) -> None:
    with suppress(BadAnswer):
        refund_outcome(Told(with_other(REFUND, place, value), "refund"))


@given(place=st.sampled_from(places(PAGE)), value=anything)
def test_a_page_with_anything_anywhere_is_read_or_refused(
    place: tuple[str | int, ...], value: object
) -> None:
    with suppress(BadAnswer):
        read_page(Told(with_other(PAGE, place, value), "page"), "")


@given(place=st.sampled_from(places(EVENT)), value=anything)
def test_a_signed_webhook_with_anything_anywhere_is_never_an_error(
    place: tuple[str | int, ...], value: object
) -> None:
    body = json.dumps(with_other(EVENT, place, value)).encode()
    headers = signed(body, secret="s", at=NOON.timestamp())

    parsed = parse_webhook(
        ACCOUNT, RawRequest(body, {"sandbox-signature": headers.popitem()[1]}), NOON
    )

    assert (parsed.verdict == Verdict.REJECTED) == parsed.reason.startswith(("mal", "another"))


@pytest.mark.parametrize(
    "field",
    sorted(
        PAYMENT.keys()
        - {"captures", "card", "capture_before", "decline_code", "expires_at"}
        - {"checkout_url", "qr_content", "saved_card"}
    ),
)
def test_a_payment_without_a_field_is_refused_by_its_name(field: str) -> None:
    with pytest.raises(BadAnswer, match=rf"payment\.{field} "):
        read_payment(Told(without(PAYMENT, field), "payment"))


def test_what_is_well_formed_is_read() -> None:
    assert read_event(EVENT).outcome == read_payment(Told(PAYMENT, "payment"))


@pytest.mark.parametrize("rows", ["refunds", "disputes", "captures"])
def test_what_has_an_empty_id_could_not_be_found_again(rows: str) -> None:
    told = copy.deepcopy(PAYMENT)
    told[rows][0]["id"] = ""

    with pytest.raises(BadAnswer, match="id is not an id"):
        read_payment(Told(told, "payment"))
