"""A shop connected to the real bank, and a purchase paid there."""

from __future__ import annotations

import httpx

from payments.models import Attempt, Payment, ProviderAccount
from payments.providers.base import Outcome
from payments.services.apply import apply_outcome
from payments.services.ask import ask
from payments.services.start import submit_attempt
from tests.factories import an_attempt
from tests.payments.shopper import pay_at_bank


def bought(account: ProviderAccount, token: str = "tok_approve") -> Attempt:
    attempt = submit_attempt(an_attempt(account=account))
    pay_at_bank(attempt.redirect_url, token)
    return ask(attempt.pk, source="test")


def apply(attempt: Attempt, *outcomes: Outcome) -> Payment:
    """Book what is seen of an attempt, one after the other; the payment as it then stands."""
    for outcome in outcomes:
        apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")
    return Payment.objects.get(pk=attempt.payment_id)


def at_bank(account: ProviderAccount, reference: str) -> list[dict[str, int]]:
    key = account.for_provider().secrets["api_key"]
    answer = httpx.get(
        f"{account.base_url}/v1/payments",
        params={"reference": reference},
        headers={"Authorization": f"Bearer {key}"},
    )
    found: list[dict[str, int]] = answer.json()["data"]
    return found
