"""What Stripe's summary says of a balance, and what is no such summary."""

from __future__ import annotations

import pytest

from payments.providers.errors import BadAnswer
from payments.providers.stripe.summary import read_summary

HEAD = "category,net_amount,currency\n"
BEFORE, AFTER = "starting_balance,10.00,gbp\n", "ending_balance,68.90,gbp\n"
BOTH = [("#opening", "GBP", "1000"), ("#closing", "GBP", "6890")]


def test_both_balances_are_told_in_minor_units() -> None:
    body = f"{HEAD}{BEFORE}activity,58.90,gbp\n{AFTER}".encode()

    assert read_summary(body, moved=True) == BOTH


def test_a_currency_that_we_do_not_know_is_left_aside_and_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    coins = "starting_balance,1.5,usdc\nending_balance,1.123456,usdc\n"

    assert read_summary(f"{HEAD}{coins}{BEFORE}{AFTER}".encode(), moved=True) == BOTH
    assert "USDC" in caplog.text


@pytest.mark.parametrize(
    "rows",
    [
        BEFORE,
        AFTER,
        "",
        f"{BEFORE}ending_balance,,gbp\n",
        f"{BEFORE}ending_balance,1.001,gbp\n",
        f"{BEFORE}ending_balance,1E99999,gbp\n",
        f"{BEFORE}ending_balance,NaN,gbp\n",
        f"{BEFORE}ending_balance,1.00,\n",
        f"{BEFORE}ending_balance\n",
        f"{BEFORE}{AFTER}{'x' * 200_000}\n",
    ],
)
def test_what_does_not_tell_both_balances_is_no_answer(rows: str) -> None:
    with pytest.raises(BadAnswer):
        read_summary(f"{HEAD}{rows}".encode(), moved=True)


def test_what_is_no_text_is_no_answer() -> None:
    with pytest.raises(BadAnswer):
        read_summary(f"{HEAD}{BEFORE}{AFTER}".encode() + b"\xff", moved=True)


@pytest.mark.parametrize("body", [b"", HEAD.encode()])
def test_where_nothing_ever_moved_no_balance_need_be_told(body: bytes) -> None:
    assert read_summary(body, moved=False) == []


@pytest.mark.parametrize("rows", [BEFORE, AFTER])
def test_half_of_it_is_no_answer_even_where_nothing_moved(rows: str) -> None:
    with pytest.raises(BadAnswer):
        read_summary(f"{HEAD}{rows}".encode(), moved=False)
