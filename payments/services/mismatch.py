"""Whether an answer is about this attempt at all: what it names otherwise than we do."""

from __future__ import annotations

from typing import NamedTuple

from payments.models import Attempt
from payments.models.account import Mode
from payments.providers.base import Outcome
from payments.sights import (
    LIVE_MONEY,
    OTHER_ACCOUNT,
    OTHER_CURRENCY,
    OTHER_PAYMENT,
    OTHER_REFERENCE,
    TEST_MONEY,
)


class Differs(NamedTuple):
    """What the provider names otherwise than we do, in words with gaps for both."""

    words: str
    theirs: str
    ours: str


def mismatch(attempt: Attempt, outcome: Outcome) -> Differs | None:
    """What the provider names otherwise than we do; None where nothing is.

    A bank may claim in another currency than was paid: of disputes, see `apply_disputes`.
    """
    account, currency = attempt.account, attempt.payment.currency
    payment = _payment_named(outcome)
    amounts = [outcome.amount] if outcome.amount else []
    amounts += [capture.amount for capture in outcome.captures]
    amounts += [refund.amount for refund in outcome.refunds]
    named = (
        (OTHER_REFERENCE, outcome.our_ref, attempt.our_ref),
        (TEST_MONEY if account.mode == Mode.LIVE else LIVE_MONEY, outcome.mode, account.mode),
        (OTHER_ACCOUNT, outcome.merchant_id, account.merchant_id),
        (OTHER_PAYMENT, payment, attempt.known_as or payment),
        *((OTHER_CURRENCY, amount.currency, currency) for amount in amounts),
    )
    for words, theirs, ours in named:
        if theirs and theirs != ours:
            return Differs(words, theirs, ours)
    return None


def _payment_named(outcome: Outcome) -> str:
    """The provider's id of the payment: a second one under our reference is another charge."""
    return next((seen.id for seen in outcome.objects if seen.kind == "payment"), "")
