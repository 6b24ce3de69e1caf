"""What a partial capture lets go is told like a refund, and only that is taken for it."""

from __future__ import annotations

from typing import Any

import pytest

from payments.providers.stripe.mapping import Seen, read_facts
from payments.providers.told import Told

RELEASED = {"id": "re_1", "amount": 2500, "currency": "gbp", "status": "succeeded", "metadata": {}}
OURS = {"metadata": {"our_ref": "R1"}}


def captured_in_part(refund: dict[str, Any]) -> list[str]:
    """The refunds that are seen of £35 that were captured of £60, where this one is listed."""
    charge = {"id": "ch_1", "status": "succeeded", "amount": 6000, "amount_captured": 3500}
    intent = {
        "id": "pi_1",
        "amount": 6000,
        "amount_received": 3500,
        "amount_capturable": 0,
        "currency": "gbp",
        "latest_charge": charge,
        "livemode": False,
        "metadata": {},
        "status": "succeeded",
    }
    told = read_facts(Told(intent, "intent"), Seen([Told(refund, "refund")]))
    return [seen.provider_id for seen in told.refunds]


def test_what_is_let_go_is_no_refund() -> None:
    assert captured_in_part(RELEASED) == []


@pytest.mark.parametrize(
    "change",
    [OURS, OURS | {"status": "pending"}, OURS | {"status": "canceled"}, {"status": "pending"}],
)
def test_a_refund_that_has_moved_no_money_yet_is_one_all_the_same(change: dict[str, Any]) -> None:
    assert captured_in_part(RELEASED | change) == ["re_1"]
