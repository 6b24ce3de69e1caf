"""Whatever shopper, staff, bank, network and time do and we see of it, the money is whole."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, ClassVar

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from orders.states import OrderState
from payments.models import ProviderAccount
from payments.providers.base import DisputeStatus, RefundStatus, Status
from tests.factories import an_account
from tests.payments.machine.adapter import PATH, Weather
from tests.payments.machine.bank import WAITING, Booked
from tests.payments.machine.beginnings import BEGINNINGS
from tests.payments.machine.ending import bring_to_an_end
from tests.payments.machine.laws import Laws
from tests.payments.machine.shop import Shop, a_shop

pytestmark = pytest.mark.django_db
SOON_OVER = {Status.PROCESSING, Status.DECLINED, Status.CAPTURED}
picks = st.integers(0, 19)
AMOUNTS = st.sampled_from([6000, 6000, 3000, 1000, 7000])
METHODS = st.sampled_from(["card", "qr", "bank_debit"])
STARTS = st.sampled_from([Status.REQUIRES_ACTION, *sorted(SOON_OVER)])
WITHOUT_MONEY = st.sampled_from([Status.PROCESSING, Status.DECLINED, Status.VOIDED, Status.EXPIRED])
SHORT = [timedelta(seconds=s) for s in (6, 20, 90, 600)]
LONG = [timedelta(minutes=31), timedelta(hours=30), timedelta(days=6)]


class Money(RuleBasedStateMachine):
    """One order, its shopper, the staff, the bank, the line to it and the clock."""

    account: ClassVar[ProviderAccount]

    def __init__(self) -> None:
        super().__init__()
        self.undo = ExitStack()
        self.shop = self.undo.enter_context(a_shop(self.account))
        self.bank, self.line = self.shop.bank, self.shop.line
        self.laws = Laws(self.shop)
        self.asked = 0

    def teardown(self) -> None:
        try:
            self.laws.check()
            bring_to_an_end(self.shop)
            self.laws.check()
        finally:
            self.undo.close()

    def key(self) -> str:
        self.asked += 1
        return f"form-{self.asked}"

    def one(self, number: int, fits: Callable[[Booked], Any]) -> Booked | None:
        found = [booked for booked in self.bank.payments if fits(booked)]
        return found[number % len(found)] if found else None

    @initialize(begins=st.sampled_from(BEGINNINGS))
    def begin(self, begins: Callable[[Shop], None]) -> None:
        begins(self.shop)

    # The shopper.

    @rule(method=METHODS, hold=st.booleans(), sender_dies=st.sampled_from([False, False, True]))
    def choose(self, method: str, hold: bool, sender_dies: bool) -> None:
        self.shop.choose(method, hold=hold, sender_dies=sender_dies)

    @precondition(lambda self: self.shop.order.state == OrderState.EXPIRED)
    @rule()
    def somebody_buys_what_came_back(self) -> None:
        self.shop.somebody_buys_what_is_there()

    # Staff.

    @rule(amount=AMOUNTS, sent=st.sampled_from([None, *Weather]))
    def refund(self, amount: int, sent: Weather | None) -> None:
        room = self.shop.payment.refundable.amount
        made = self.shop.refund(amount, self.key())
        assert made is None or amount <= room
        if made and sent:
            self.line.weather.append(sent)
            self.shop.send()

    @rule(number=picks, yes=st.booleans())
    def decide_about_a_refund(self, number: int, yes: bool) -> None:
        self.shop.decide(number, yes=yes)

    @rule(amount=AMOUNTS, final=st.booleans())
    def capture(self, amount: int, final: bool) -> None:
        self.shop.capture(amount, self.key(), final=final)

    @rule(really=st.sampled_from([False, False, False, True]))
    def cancel(self, really: bool) -> None:
        if really:  # little can happen to an order afterwards
            self.shop.cancel()

    @rule(number=picks)
    def resolve_a_review(self, number: int) -> None:
        self.shop.resolve(number)

    # The bank.

    @rule(status=STARTS, refund=st.sampled_from(RefundStatus))
    def answer_the_next_so(self, status: Status, refund: RefundStatus) -> None:
        self.bank.starts_as, self.bank.refunds_as = status, refund

    @rule(number=picks, how=WITHOUT_MONEY)
    def go_on_or_end_unpaid(self, number: int, how: Status) -> None:
        if booked := self.one(number, lambda b: b.status in WAITING):
            self.bank.end(booked, how)

    @rule(number=picks, amount=AMOUNTS, told=st.booleans())
    def pay(self, number: int, amount: int, told: bool) -> None:
        """Also late, in parts, too much; a hold always over the whole."""

        def may(booked: Booked) -> bool:
            if booked.asked.hold:
                return booked.authorized == 0
            return booked.captured < amount

        if booked := self.one(number, may):
            self.bank.pay(booked, None if booked.asked.hold else amount)
            if told:
                self.shop.hear(self.bank.events[-1])
                self.shop.drain()

    @rule(number=picks)
    def lapse(self, number: int) -> None:
        if booked := self.one(number, lambda b: b.held):
            self.bank.lapse(booked)

    @rule(number=picks, amount=AMOUNTS)
    def refund_at_the_banks_own_site(self, number: int, amount: int) -> None:
        if booked := self.one(number, lambda b: b.left >= amount):
            self.bank.give_back(booked, amount)

    @rule(number=picks, status=st.sampled_from([RefundStatus.SUCCEEDED, RefundStatus.FAILED]))
    def move_a_refund(self, number: int, status: RefundStatus) -> None:
        """One that is pending ends; one that was made comes back."""
        moves = [
            (booked, refund.provider_id)
            for booked in self.bank.payments
            for refund in booked.refunds.values()
            if refund.status not in {status, RefundStatus.FAILED}
        ]
        if moves:
            booked, name = moves[number % len(moves)]
            self.bank.move_refund(booked, name, status)

    @rule(number=picks, amount=AMOUNTS)
    def dispute(self, number: int, amount: int) -> None:
        if booked := self.one(number, lambda b: b.left >= amount):
            self.bank.claim(booked, amount)

    @rule(number=picks, status=st.sampled_from([DisputeStatus.WON, DisputeStatus.LOST]))
    def decide_a_dispute(self, number: int, status: DisputeStatus) -> None:
        """Also anew, in so far as the money is there."""
        moves = [
            (booked, dispute.provider_id)
            for booked in self.bank.payments
            for dispute in booked.disputes.values()
            if dispute.status == DisputeStatus.OPEN
            or (dispute.status != status and dispute.amount.amount <= booked.left)
        ]
        if moves:
            booked, name = moves[number % len(moves)]
            self.bank.decide(booked, name, status)

    # The line, and what is heard over it.

    @rule(weather=st.sampled_from([each for each in Weather if each != Weather.CLEAR]))
    def spoil_the_next_call(self, weather: Weather) -> None:
        self.line.weather.append(weather)

    @precondition(lambda self: self.line.late)
    @rule()
    def let_a_late_call_arrive(self) -> None:
        self.shop.the_late_arrives()

    @rule(number=picks, bare=st.sampled_from([False, False, True]), drained=st.booleans())
    def hear_an_event(self, number: int, bare: bool, drained: bool) -> None:
        if events := self.bank.events:
            self.shop.hear(events[-1 - number % len(events)], bare=bare)
        if drained:
            self.shop.drain()

    @rule()
    def read_the_list(self) -> None:
        self.shop.read_the_list()

    @rule(number=picks, waits=st.booleans())
    def ask(self, number: int, waits: bool) -> None:
        """For a shopper who waits on the page, or for staff who look at any attempt."""
        if waits:
            self.shop.come_back()
        else:
            self.shop.look(number)

    # Workers and time.

    @rule()
    def work(self) -> None:
        self.shop.work()

    @rule(by=st.sampled_from(SHORT + LONG), works=st.booleans())
    def wait(self, by: timedelta, works: bool) -> None:
        self.shop.wait(by)
        if works:
            self.shop.work()

    @invariant()
    def every_law_holds(self) -> None:
        self.laws.check_what_changed()


def test_any_sequence_keeps_every_invariant(settings: Any) -> None:
    limit = {"GBP": "40.00"}  # above it a refund waits for approval
    changed = {"providers": {"model": PATH}, "approve_refunds_above": limit}
    settings.PAYMENTS = {**settings.PAYMENTS, **changed}
    Money.account = an_account(provider="model", code="model")
    bounds = hypothesis.settings(stateful_step_count=40, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Money, settings=bounds)
