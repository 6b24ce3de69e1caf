"""With this provider, our own books end in one state and agree with theirs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from orders.clock import clock_at, now
from orders.models import Mail
from orders.money import Money
from orders.states import OrderState
from payments.models import Attempt, InboxEvent, Payment, Review
from payments.providers.base import OurRef, RawRequest
from payments.services.ask import ask
from payments.services.inbox import drain_inbox
from payments.services.submit import submit_due_operations
from payments.services.told import ASK_EVERY
from payments.states import AttemptStatus, InboxState, PaymentStatus
from tests.config.waiting import until
from tests.contract import faults
from tests.contract.cast import IMPATIENT, Sale, Seller, currencies
from tests.contract.faults import Fault
from tests.contract.rig import Act, Fact, Rig
from tests.contract.shop import Shop, an_account_row, asked_back
from tests.factories import an_attempt, an_order, later
from tests.payments.crowd import at_once

pytestmark = pytest.mark.django_db
SMALL = [Money(500, "JPY"), Money(1234, "KWD"), Money(50, "USD")]
ORDERS = list(itertools.permutations(Fact))


@pytest.fixture
def shop(seller: Seller, db: None) -> Shop:
    return Shop(seller, an_account_row(seller))


@pytest.fixture(params=SMALL, ids=lambda amount: amount.currency)
def amount(request: pytest.FixtureRequest, shop: Shop) -> Money:
    """One in a currency without decimals, with two and with three."""
    asked: Money = request.param
    method = shop.seller.method_where(Act.APPROVE)
    if asked.currency not in currencies(method):
        pytest.skip(f"{shop.seller.rig.provider} does not take {asked.currency}")
    step = method.steps.get(asked.currency, 1)
    return Money(asked.amount // step * step, asked.currency)


def test_an_amount_comes_as_it_was_asked(shop: Shop, amount: Money) -> None:
    attempt = shop.begins(amount)
    shop.is_paid(attempt)

    shop.hears(attempt)

    payment = Payment.objects.get()
    assert (payment.status, payment.captured) == (PaymentStatus.PAID, amount.amount)
    assert shop.booked(attempt).asked == shop.booked(attempt).captured == amount
    told = shop.seller.provider.query(OurRef(attempt.our_ref))
    assert (told.amount, told.captured) == (amount, amount.amount)


def test_an_amount_goes_back_as_it_came(shop: Shop, amount: Money) -> None:
    attempt = shop.sells(amount)
    asked_back(Payment.objects.get(), amount)

    submit_due_operations()
    assert until(lambda: shop.booked(attempt).refunded == amount, seconds=30)
    shop.hears(attempt)

    payment = Payment.objects.get()
    assert (payment.status, payment.refunded) == (PaymentStatus.REFUNDED, amount.amount)
    told = shop.seller.provider.query(OurRef(attempt.our_ref))
    assert [refund.amount for refund in told.refunds] == [amount]


@dataclass(frozen=True)
class Story:
    """A payment that went through everything, and the webhook of each of its facts."""

    sale: Sale
    told: Mapping[Fact, RawRequest]
    at: datetime

    @contextmanager
    def as_it_was(self) -> Iterator[None]:
        """The time at which its webhooks are fresh."""
        with clock_at(lambda: self.at):
            yield


@pytest.fixture(scope="session")
def story(rig: Rig) -> Story:
    """Paid, and 60 of 100 given back at the provider's own site."""
    seller = Seller(rig, rig.open_account())
    slowly = any(
        Act.APPROVE_SLOWLY in rig.acts(m.method) for m in seller.provider.capabilities.methods
    )
    sale = seller.sells(Act.APPROVE_SLOWLY if slowly else Act.APPROVE)
    sale.gives_back(60)
    return Story(sale, rig.telling(seller.account, sale.request.our_ref), now())


def an_attempt_of(story: Story) -> Attempt:
    """Our rows of that payment, from before anything was told of it."""
    request = story.sale.request
    order = an_order(amount=request.amount.amount, currency=request.amount.currency)
    attempt = an_attempt(order, an_account_row(story.sale.seller))
    Attempt.objects.filter(pk=attempt.pk).update(
        our_ref=request.our_ref,
        method=request.method,
        status=AttemptStatus.REQUIRES_ACTION,
        sent_at=now(),
    )
    attempt.refresh_from_db()
    return attempt


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_webhooks_thrice_and_in_any_order_end_in_one_state(
    story: Story, order: tuple[Fact, ...]
) -> None:
    with story.as_it_was():
        attempt = an_attempt_of(story)
        shop = Shop(story.sale.seller, attempt.account)
        raws = [story.told[fact] for fact in order if fact in story.told]

        for raw in raws:
            for _ in range(3):
                assert shop.post(raw) in range(200, 300)
                drain_inbox()
    with clock_at(lambda: story.at + ASK_EVERY):  # what only says "ask me" waits for its question
        drain_inbox()

    attempt.refresh_from_db()
    payment = Payment.objects.select_related("order").get()
    whole, back = attempt.amount, story.sale.part(60).amount
    assert (attempt.status, attempt.captured) == (AttemptStatus.CAPTURED, whole)
    assert (payment.status, payment.captured) == (PaymentStatus.PARTIALLY_REFUNDED, whole)
    assert (payment.refunded, payment.refund_pending, payment.reserved) == (back, 0, 0)
    assert payment.order.state == OrderState.CONFIRMED
    assert list(Review.objects.values_list("kind", flat=True)) == ["external_refund"]
    assert Mail.objects.filter(kind="confirmation").count() == 1
    assert list(InboxEvent.objects.values_list("state", flat=True)) == len(raws) * [InboxState.DONE]


LOST = [
    faults.TIMEOUT_AFTER,
    faults.CUT_AFTER,
    faults.TRUNCATED,
    faults.HTML_PAGE,
    faults.SERVER_ERROR,
]


@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
def test_a_payment_whose_answer_was_lost_is_unknown_until_we_ask(
    shop: Shop, settings: Settings, fault: Fault
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": IMPATIENT}
    with shop.seller.rig.wire.trouble(fault):
        attempt = shop.begins()
    assert (attempt.status, attempt.error_code) == (AttemptStatus.UNKNOWN, "")

    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": 8.0}
    shop.is_paid(attempt)

    assert ask(attempt.pk, source="test").status == AttemptStatus.CAPTURED
    assert shop.booked(attempt).captured == attempt.payment.due


def test_a_payment_that_never_arrived_is_not_declined_before_its_time(
    shop: Shop, settings: Settings
) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "timeout_seconds": IMPATIENT}
    with shop.seller.rig.wire.trouble(faults.TIMEOUT_BEFORE):
        attempt = shop.begins()

    assert ask(attempt.pk, source="test").status == AttemptStatus.UNKNOWN
    with later(timedelta(minutes=1)):
        proof = shop.seller.provider.capabilities.absence_is_proof
        ends = AttemptStatus.DECLINED if proof else AttemptStatus.UNKNOWN
        assert ask(attempt.pk, source="test").status == ends


@pytest.mark.parametrize("wrong", ["signature", "time", "mode", "account"])
def test_a_webhook_that_is_not_for_us_is_not_stored(shop: Shop, wrong: str) -> None:
    attempt = shop.sells()
    raw = shop.seller.rig.webhooks(shop.seller.account, attempt.our_ref)[-1]
    if wrong == "account":
        other = Seller(shop.seller.rig, shop.seller.rig.open_account())
        shop = Shop(other, an_account_row(other))
    sent = {
        "signature": RawRequest(raw.body + b" ", raw.headers),
        "mode": shop.seller.rig.in_other_mode(shop.seller.account, raw),
    }.get(wrong, raw)

    with later(timedelta(hours=wrong == "time")):
        assert shop.post(sent) == 400

    assert not InboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_refunds_of_60_from_100_at_once_one_is_sent(shop: Shop) -> None:
    attempt = shop.sells()
    payment = Payment.objects.get()
    most = Money(attempt.amount * 60 // 100, payment.currency)

    def give_back(number: int) -> str:
        answer = asked_back(payment, most, f"form-{number}")
        submit_due_operations()
        return answer

    assert sorted(map(str, at_once(2, give_back))) == ["asked", "refused"]

    assert until(lambda: shop.booked(attempt).refunded == most)
    assert shop.booked(attempt).refunds == 1
