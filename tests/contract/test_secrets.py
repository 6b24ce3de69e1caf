"""No secret, card number or anything beside the allow-list leaves the adapter: not in a log, an
error, or the evidence that is kept of a call."""

from __future__ import annotations

import json
import logging
import re
from contextlib import suppress

import pytest

from orders.clock import now
from payments.models import InboxEvent, ProviderCall
from payments.providers.base import Outcome
from payments.providers.errors import ProviderError
from tests.contract.cast import Sale, Seller, a_ref
from tests.contract.faults import Answer, saying
from tests.contract.rig import Act
from tests.contract.shop import Shop, an_account_row

EVIDENCE = {"brand", "last4"}
"""What may be kept of a call for an investigation; a new name is put here with a reason."""
CARD = "4242424242424242"
DIGITS = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){12,18}(?![0-9A-Za-z])")


def is_card(number: str) -> bool:
    """Luhn's sum, as every card number has it."""
    digits = [int(digit) for digit in reversed(number) if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def leaks(seller: Seller, text: str) -> list[str]:
    """Which secrets, and what looks like a card number, stand in a text."""
    secrets = [*seller.account.secrets.values(), *seller.rig.secret]
    cards = [found for found in DIGITS.findall(text) if is_card(found)]
    return [secret for secret in secrets if secret in text] + cards


def everything(seller: Seller) -> list[Outcome]:
    """Use each verb, also where it is refused; what was answered."""
    sold, declined, begun = seller.sells(), seller.sells(Act.DECLINE), seller.begins()
    answers = [sold.created, sold.told(), declined.told()]
    answers.append(seller.provider.refund(sold.asks_back(40)))
    answers.append(seller.provider.void(begun.ref, f"{a_ref('V')}:void"))
    with suppress(ProviderError):
        seller.provider.void(sold.ref, f"{a_ref('V')}:void")
    expired = Seller(seller.rig, seller.rig.with_expired_key(seller.account))
    with suppress(ProviderError):
        expired.provider.query(sold.ref)
    return answers + heard(sold)


def heard(sale: Sale) -> list[Outcome]:
    """What webhooks tell; each is also brought with a wrong signature."""
    provider, told = sale.seller.provider, []
    for raw in sale.seller.rig.webhooks(sale.seller.account, sale.request.our_ref):
        told += [event.outcome for event in provider.parse_webhook(raw, now()).events]
        provider.parse_webhook(type(raw)(raw.body + b" ", raw.headers), now())
    return [outcome for outcome in told if outcome]


def test_a_card_number_would_be_noticed(seller: Seller) -> None:
    assert leaks(seller, f"paid with {CARD}.") == [CARD]
    assert leaks(seller, "paid with 4242 4242 4242 4242") == ["4242 4242 4242 4242"]
    assert leaks(seller, "order 4242424242424241, card 4242") == []


def test_logs_hold_no_secret(seller: Seller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    everything(seller)

    assert leaks(seller, caplog.text) == []


def test_what_is_shown_of_an_adapter_and_its_account_holds_no_secret(seller: Seller) -> None:
    provider = seller.provider

    assert leaks(seller, f"{provider!r} {provider} {seller.account!r}") == []


@pytest.mark.parametrize("status", [200, 400, 401, 402, 409, 422, 429, 500])
def test_an_answer_that_spills_secrets_spills_none_further(
    seller: Seller, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG)
    spilled = f"{CARD} {' '.join(seller.account.secrets.values())}"
    body = json.dumps({"error": {"code": "x", "message": spilled}, "message": spilled}).encode()

    for answer in (Answer(status, body=body), Answer(status, "text/html", spilled.encode())):
        with (
            seller.rig.wire.trouble(saying("spilled", answer)),
            pytest.raises(ProviderError) as raised,
        ):
            seller.provider.create(seller.asks())
        chain = f"{raised.value!r} {raised.value} {raised.value.__cause__!r}"
        assert leaks(seller, chain) == []

    assert leaks(seller, caplog.text) == []


def test_evidence_holds_only_what_is_allowed(seller: Seller) -> None:
    for outcome in everything(seller):
        assert outcome.evidence.keys() <= EVIDENCE
        assert all(len(value) <= 80 for value in outcome.evidence.values())
        assert leaks(seller, repr(outcome)) == []


@pytest.mark.django_db
def test_what_is_stored_of_calls_and_webhooks_holds_no_secret(seller: Seller) -> None:
    shop = Shop(seller, an_account_row(seller))
    attempt = shop.sells()
    shop.hears(attempt)

    calls = [f"{call.evidence} {call.key}" for call in ProviderCall.objects.all()]
    events = [f"{event.headers} {bytes(event.body)!r}" for event in InboxEvent.objects.all()]
    assert calls
    assert events
    assert leaks(seller, " ".join(calls + events)) == []
