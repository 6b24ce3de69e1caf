"""A webhook is fresh by the one moment that its signature covers."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from stripe import WebhookSignature

from orders.clock import now
from payments.providers.base import RawRequest, Refused, Verdict
from tests.payments.providers.stripe.cast import Counter

BODY = b'{"id": "evt_1", "type": "payout.paid", "livemode": false, "data": {"object": {}}}'
TEN_DAYS = timedelta(days=10)


def letter(
    counter: Counter, signed: datetime, *, header: str = "t={at},v1={signature}"
) -> RawRequest:
    """Signed truly at that moment, under a header that says what it likes."""
    at, secret = int(signed.timestamp()), counter.account.secrets["webhook_secret"]
    signed_header = WebhookSignature.generate_signature_header(BODY.decode(), secret, timestamp=at)
    told = header.format(
        at=at, signature=signed_header.rpartition("v1=")[2], now=int(now().timestamp())
    )
    return RawRequest(BODY, {"stripe-signature": told})


def test_what_was_signed_now_is_let_in(counter: Counter) -> None:
    assert counter.provider.parse_webhook(letter(counter, now()), now()).verdict == Verdict.VERIFIED


def test_what_was_signed_long_ago_is_stale(counter: Counter) -> None:
    parsed = counter.provider.parse_webhook(letter(counter, now() - TEN_DAYS), now())

    assert (parsed.verdict, parsed.refused) == (Verdict.REJECTED, Refused.STALE)


@pytest.mark.parametrize(
    "header",
    [
        "t=+{at},t={now},v1={signature}",
        "t={at},t={now},v1={signature}",
        "t= {at},t={now},v1={signature}",
        "t={at}=,t={now},v1={signature}",
        "t={at}, t={now},v1={signature}",
        "t={now},t={at},v1={signature}",
    ],
)
def test_no_second_moment_makes_an_old_letter_new(counter: Counter, header: str) -> None:
    parsed = counter.provider.parse_webhook(letter(counter, now() - TEN_DAYS, header=header), now())

    assert parsed.verdict == Verdict.REJECTED
