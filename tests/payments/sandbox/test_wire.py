"""docs/sandbox.md and the tables of the bank say the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.sandbox.choices import BY_TOKEN
from payments.sandbox.fields import LARGEST_AMOUNT
from payments.sandbox.scenarios import SCENARIOS
from tests.payments.sandbox.cast import ROOT

WIRE = (ROOT / "docs" / "sandbox.md").read_text()
ROWS = dict(re.findall(r"^\| `((?:tok|wal|qr|deb)_\w+)` \|(.*)\|$", WIRE, re.MULTILINE))


def test_the_wire_names_every_token_and_no_other() -> None:
    assert set(ROWS) == set(BY_TOKEN)


@pytest.mark.parametrize("token", sorted(BY_TOKEN))
def test_the_wire_says_how_a_token_looks_and_why_it_is_declined(token: str) -> None:
    choice = BY_TOKEN[token]
    if choice.method == "card":
        assert f"{choice.name} {choice.last4}" in ROWS[token]
    assert choice.scenario.decline_code in ROWS[token]


def test_cards_are_told_apart_by_their_last_digits() -> None:
    cards = [choice.last4 for choice in BY_TOKEN.values() if choice.method == "card"]
    assert len(set(cards)) == len(cards)


@given(amount=st.integers(1, LARGEST_AMOUNT), name=st.sampled_from(sorted(SCENARIOS)))
def test_a_capture_is_something_and_never_too_much(*, amount: int, name: str) -> None:
    scenario = SCENARIOS[name]
    captured, released = scenario.captures(amount), scenario.releases(amount)
    assert 1 <= captured <= amount
    assert 0 <= released <= amount - captured
