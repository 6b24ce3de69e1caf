"""A masked body shows its shape and what is harmless, and nothing of a person."""

from __future__ import annotations

import json

import pytest

from payments.masking import HIDDEN, masked


def of_json(told: object) -> object:
    return json.loads(masked(json.dumps(told).encode()))


def test_known_names_keep_their_values() -> None:
    told = {"id": "evt_1", "data": {"amount": 6000, "currency": "GBP", "created_at": "2026-01-01"}}

    assert of_json(told) == told


@pytest.mark.parametrize("name", ["name", "email", "phone", "line1", "fingerprint", "last4", "x"])
def test_every_other_value_is_hidden(name: str) -> None:
    assert of_json({name: "Alice"}) == {name: HIDDEN}
    assert of_json({"data": [{name: 4242}]}) == {"data": [{name: HIDDEN}]}


@pytest.mark.parametrize("value", ["alice@example.com", "Alice Archer", "1 Mill Lane", "a" * 81])
def test_a_harmless_name_does_not_let_a_persons_value_through(value: str) -> None:
    assert of_json({"reference": value}) == {"reference": HIDDEN}


def test_a_name_that_is_a_value_is_hidden() -> None:
    assert of_json({"alice@example.com": 1, "07700900123": 2}) == {HIDDEN: HIDDEN}


def test_yes_no_and_nothing_are_shown() -> None:
    assert of_json({"a": True, "b": None}) == {"a": True, "b": None}


def test_names_are_known_however_they_are_written() -> None:
    assert of_json({"outTradeNo": "A1", "OUT-TRADE-NO": "A1"}) == {
        "outTradeNo": "A1",
        "OUT-TRADE-NO": "A1",
    }


def test_a_form_is_masked_by_its_names() -> None:
    body = b"out_trade_no=A1&buyer=al***%40example.com&trade_status=TRADE_SUCCESS&body="

    assert masked(body).splitlines() == [
        "out_trade_no=A1",
        f"buyer={HIDDEN}",
        "trade_status=TRADE_SUCCESS",
        f"body={HIDDEN}",
    ]


def test_xml_is_masked_by_its_tags_and_attributes() -> None:
    body = b'<xml><return_code><![CDATA[OK]]></return_code><who id="7" of="Al">Bo<b/>Cy</who></xml>'

    shown = masked(body)

    assert "<return_code>OK</return_code>" in shown
    assert 'id="7"' in shown
    assert not [name for name in ("Al", "Bo", "Cy") if name in shown]


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b"Alice",
        b"<xml><name>Alice",
        b'<!DOCTYPE x [<!ENTITY a "Alice">]><x>&a;</x>',
        b"[" * 200_000,
    ],
    ids=["bytes", "text", "broken", "entities", "deep"],
)
def test_what_cannot_be_read_shows_nothing(body: bytes) -> None:
    assert "Alice" not in masked(body)


def test_a_bare_value_is_hidden() -> None:
    assert masked(b'"Alice"') == f'"{HIDDEN}"'
