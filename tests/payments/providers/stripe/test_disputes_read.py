"""What a dispute's status at Stripe says of its money."""

from __future__ import annotations

import pytest

from payments.providers.base import DisputeStatus
from payments.providers.errors import BadAnswer
from payments.providers.stripe.mapping import read_dispute
from payments.providers.told import Told


def read(status: str, *moved: object) -> DisputeStatus:
    """How it stands, after these amounts went or came."""
    body = {
        "id": "du_1",
        "amount": 2000,
        "currency": "gbp",
        "reason": "fraudulent",
        "status": status,
        "evidence_details": {},
        "balance_transactions": [{"amount": amount} for amount in moved],
    }
    return read_dispute(Told(body, "dispute")).status


@pytest.mark.parametrize(
    ("moved", "stands"),
    [
        ((), DisputeStatus.WON),
        ((-2000,), DisputeStatus.LOST),
        ((-2000, 2000), DisputeStatus.WON),
        ((-2391, 2388), DisputeStatus.WON),  # settled in another currency, at two rates
    ],
    ids=["nothing went", "it went", "it came back", "it came back for less"],
)
def test_a_prevented_one_is_lost_where_its_money_went_and_none_came_back(
    moved: tuple[int, ...], stands: DisputeStatus
) -> None:
    assert read("prevented", *moved) == stands


@pytest.mark.parametrize("amount", [None, "-2000", True, -(2**63)])
def test_what_went_must_be_an_amount(amount: object) -> None:
    with pytest.raises(BadAnswer, match="amount is not an amount"):
        read("prevented", amount)


@pytest.mark.parametrize("status", ["appeal_needs_response", "appeal_under_review"])
def test_while_it_is_appealed_against_the_money_is_away(status: str) -> None:
    assert read(status, -2000) == DisputeStatus.OPEN
