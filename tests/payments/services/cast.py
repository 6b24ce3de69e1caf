"""A shop connected to the real bank, and a purchase paid there."""

from __future__ import annotations

import httpx
from django.db import connection

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


def damage(sql: str, *values: str) -> None:
    """Change rows behind the back of the models, which would refuse it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        assert cursor.rowcount, sql


def tear_out(key: str) -> None:
    """Take an entry out of the ledger."""
    damage(
        "DELETE FROM payments_posting"
        " WHERE entry_id = (SELECT id FROM payments_entry WHERE key = %s)",
        key,
    )
    damage("DELETE FROM payments_entry WHERE key = %s", key)
