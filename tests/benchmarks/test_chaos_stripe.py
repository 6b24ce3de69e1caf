"""Stripe as the bank of a chaos run: what shoppers do on its pages, and what stands in its book."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stripe

from benchmarks.chaos.bank.book import Payment
from benchmarks.chaos.clock import START
from benchmarks.chaos.stripe.bank import StripeBank
from benchmarks.chaos.stripe.means import DECIDED_AFTER, DISPUTED_AFTER, FAILS_AFTER
from tests.fakes.cast import Clock, client_of, wanted

KEPT_BY = {"metadata": {"our_ref": "A1"}, "description": "ORDER1"}


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.time = START
    return clock


@pytest.fixture
def bank(clock: Clock) -> Iterator[StripeBank]:
    bank = StripeBank(clock, "test")
    bank.start()
    yield bank
    bank.stop()


@pytest.fixture
def api(bank: StripeBank) -> stripe.V1Services:
    return client_of(bank.fake, bank.keys()["secret"]).v1


def a_page(bank: StripeBank, api: stripe.V1Services, **intent: object) -> str:
    """A page for 15.00, as a run knows it."""
    data = {**KEPT_BY, **intent}
    session = api.checkout.sessions.create(
        wanted(client_reference_id="A1", metadata={"our_ref": "A1"}, payment_intent_data=data)
    )
    found = bank.pages.search(session.url or "")
    assert found
    return found[1]


def paid(bank: StripeBank, api: stripe.V1Services, token: str, **intent: object) -> Payment:
    bank.pay(a_page(bank, api, **intent), token, agrees=True)
    return only(bank)


def only(bank: StripeBank) -> Payment:
    (payment,) = bank.book()
    return payment


def later(bank: StripeBank, clock: Clock, by: timedelta) -> None:
    clock.time += by
    bank.catch_up()


@pytest.mark.parametrize("token", ["tok_approve", "tok_3ds", "wal_approve"])
def test_what_was_paid_is_captured_in_the_book(
    bank: StripeBank, api: stripe.V1Services, token: str
) -> None:
    payment = paid(bank, api, token)
    named = (payment.wanted.reference, payment.wanted.description, payment.wanted.amount)
    assert (*named, payment.captured) == ("A1", "ORDER1", 1500, 1500)


def test_who_refuses_the_challenge_is_sent_back_to_the_page(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    page = a_page(bank, api)
    assert bank.pay(page, "tok_3ds", agrees=False) == f"{bank.url}/{page}"


def test_a_declined_card_leaves_the_page_open(bank: StripeBank, api: stripe.V1Services) -> None:
    page = a_page(bank, api)
    assert bank.pay(page, "tok_decline_generic", agrees=True) == f"{bank.url}/{page}"


def test_a_page_that_the_shop_has_closed_leads_nowhere(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    page = a_page(bank, api)
    api.checkout.sessions.expire(page.rpartition("/")[2])
    assert bank.pay(page, "tok_approve", agrees=True) == ""


def test_a_quick_shopper_pays_as_the_page_is_closed(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    page = a_page(bank, api)
    bank.pay(page, "tok_late_success_after_void", agrees=True)
    with pytest.raises(stripe.InvalidRequestError):
        api.checkout.sessions.expire(page.rpartition("/")[2])
    assert (only(bank).spurned, only(bank).captured) == (True, 1500)


def test_a_hold_that_lapses_is_not_one_that_the_shop_let_go(
    bank: StripeBank, api: stripe.V1Services, clock: Clock
) -> None:
    paid(bank, api, "tok_approve", capture_method="manual")
    later(bank, clock, timedelta(days=8))
    assert (only(bank).captured, only(bank).lapsed) == (0, 1500)


def test_what_a_final_capture_leaves_has_not_lapsed(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    payment = paid(bank, api, "tok_approve", capture_method="manual")
    api.payment_intents.capture(payment.id, {"amount_to_capture": 900})
    assert (only(bank).captured, only(bank).released, only(bank).lapsed) == (900, 600, 0)


def test_a_refused_capture_is_noted_by_its_reference(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    payment = paid(bank, api, "tok_capture_fails", capture_method="manual")
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.capture(payment.id, {}, {"idempotency_key": "C1:capture"})
    assert only(bank).refused == {"C1"}


def test_a_refund_by_hand_has_no_reference_of_the_shop(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    paid(bank, api, "tok_approve")
    bank.refund_by_hand("ORDER1")
    assert [(each.reference, each.amount) for each in only(bank).refunds] == [("", 750)]


def test_a_refund_fails_when_its_means_says_so(
    bank: StripeBank, api: stripe.V1Services, clock: Clock
) -> None:
    payment = paid(bank, api, "tok_refund_fails_later")
    api.refunds.create({"payment_intent": payment.id})
    later(bank, clock, FAILS_AFTER)
    assert ([each.status for each in only(bank).refunds], only(bank).kept) == (["failed"], 1500)


def test_a_dispute_that_is_won_brings_the_money_back(
    bank: StripeBank, api: stripe.V1Services, clock: Clock
) -> None:
    paid(bank, api, "tok_dispute_won")
    later(bank, clock, DISPUTED_AFTER)
    taken = only(bank).kept
    later(bank, clock, DECIDED_AFTER)
    assert (taken, only(bank).kept) == (0, 1500)


def test_a_dispute_that_is_lost_keeps_the_money(
    bank: StripeBank, api: stripe.V1Services, clock: Clock
) -> None:
    paid(bank, api, "tok_dispute_lost")
    later(bank, clock, DISPUTED_AFTER + DECIDED_AFTER)
    assert only(bank).kept == 0


def test_trouble_comes_with_the_request_that_asks_for_it(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    payment = paid(bank, api, "tok_approve")
    with pytest.raises(stripe.APIError):
        api.refunds.create({"payment_intent": payment.id}, {"headers": {"X-Trouble": "after"}})
    assert only(bank).refunded == 1500


def test_a_burnt_key_is_answered_alike_and_nothing_is_done(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    payment = paid(bank, api, "tok_approve", capture_method="manual")
    asked: dict[str, str] = {"X-Trouble": "key_burnt"}
    for headers in (asked, {}):
        with pytest.raises(stripe.APIError):
            api.payment_intents.capture(
                payment.id, {}, {"idempotency_key": "C1:capture", "headers": headers}
            )
    assert only(bank).captured == 0


def test_a_forged_letter_tells_of_money_under_another_id(
    bank: StripeBank, api: stripe.V1Services
) -> None:
    api.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    a_page(bank, api)
    bank.pay(a_page(bank, api), "tok_decline_generic", agrees=True)
    letter = bank.letters(0)[-1]
    forged = json.loads(bank.richer(letter))
    assert (forged["id"], forged["data"]["object"]["amount_received"]) == (f"{letter.id}x", 1500)
