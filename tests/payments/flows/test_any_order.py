"""Whatever happens at the bank, and however it is told of, the books add up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from demo.models import Product
from orders.clock import clock_at
from orders.models import Order
from orders.money import Money
from orders.states import OrderState
from payments.errors import NotPayable, RefundRefused
from payments.models import Attempt, Operation, Payment, ProviderAccount, Review
from payments.providers.base import DisputeSeen, DisputeStatus, Outcome, RefundSeen, RefundStatus
from payments.providers.base import Status as Told
from payments.registry import PaymentOption
from payments.services.apply import SUMMED, apply_outcome
from payments.services.check_ledger import faults
from payments.services.choose import choose_method
from payments.services.expire import expire_due
from payments.services.refund import request_refund
from payments.states import IN_FLIGHT, UNSETTLED, AttemptStatus
from tests.factories import GBP, an_account, seen
from tests.payments.flows.cast import a_held_order

pytestmark = pytest.mark.django_db
AMOUNT, PIECES = 6000, 2
ENDED = {Told.DECLINED, Told.VOIDED, Told.EXPIRED}
HOLDS = {OrderState.OPEN, OrderState.CONFIRMED}
WITH_MONEY = {AttemptStatus.AUTHORIZED}
picks = st.integers(0, 99)


@dataclass
class AtBank:
    """The truth about one attempt in the bank's book, and what was seen of it, oldest first."""

    attempt: Attempt
    status: Told = Told.REQUIRES_ACTION
    captured: int = 0
    refunds: dict[str, RefundSeen] = field(default_factory=dict)
    disputes: dict[str, DisputeSeen] = field(default_factory=dict)
    sights: list[Outcome] = field(default_factory=list)

    def write(self, status: Told | None = None) -> None:
        """Note what is true now, as an answer or event would tell it."""
        self.status = status or self.status
        done = [r for r in self.refunds.values() if r.status == RefundStatus.SUCCEEDED]
        self.sights.append(
            seen(
                self.attempt,
                self.status,
                authorized=self.captured,
                captured=self.captured,
                refunded=sum(refund.amount.amount for refund in done),
                refunds=tuple(self.refunds.values()),
                disputes=tuple(self.disputes.values()),
            )
        )


class Checkout(RuleBasedStateMachine):
    """One order over 6000, its shopper, the bank, the staff and the clock."""

    account: ClassVar[ProviderAccount]

    def __init__(self) -> None:
        super().__init__()
        self.undo = ExitStack()
        self.passed = timedelta()
        self.undo.enter_context(clock_at(self.time))
        block = transaction.atomic()
        block._from_testcase = True  # type: ignore[attr-defined]  # Django's own mark, for durable=
        self.undo.enter_context(block)
        self.undo.callback(transaction.set_rollback, True)
        self.order = a_held_order()
        self.product = Product.objects.latest("pk")
        self.sold = 0
        self.bank: list[AtBank] = []

    def time(self) -> datetime:
        return timezone.now() + self.passed

    def teardown(self) -> None:
        try:
            for known in self.bank:
                self.tell(known, known.sights[-1])
            self.the_books_add_up()
            self.nothing_was_refused()
            assert not list(faults())
        finally:
            self.undo.close()

    def tell(self, known: AtBank, sight: Outcome) -> None:
        apply_outcome(attempt_id=known.attempt.pk, outcome=sight, source="model")

    def pick(self, number: int, ready: Callable[[AtBank], bool]) -> AtBank | None:
        fits = [known for known in self.bank if ready(known)]
        return fits[number % len(fits)] if fits else None

    # What shoppers, staff and the clock do.

    @initialize()
    def begin(self) -> None:
        self.choose("card")

    @rule(method=st.sampled_from(["card", "wallet", "qr"]))
    def choose(self, method: str) -> None:
        option = PaymentOption(self.account.pk, self.account.code, method)
        payment = Payment.objects.get(order=self.order)
        try:
            attempt, fresh = choose_method(payment_id=payment.pk, option=option)
        except NotPayable:
            return
        if fresh:
            opened = Attempt.objects.select_related("payment", "account").get(pk=attempt.pk)
            self.bank.append(AtBank(opened))
            self.bank[-1].write()

    @rule(wait=st.sampled_from([timedelta(seconds=6), timedelta(hours=1), timedelta(hours=30)]))
    def wait(self, wait: timedelta) -> None:
        self.passed += wait

    @rule()
    def expire(self) -> None:
        expire_due()

    @precondition(lambda self: Order.objects.get(pk=self.order.pk).state == OrderState.EXPIRED)
    @rule()
    def somebody_buys_what_came_back(self) -> None:
        self.sold += Product.objects.get(pk=self.product.pk).stock
        Product.objects.filter(pk=self.product.pk).update(stock=0)

    @rule(amount=st.sampled_from([1000, 3000, 6000]))
    def ask_back(self, amount: int) -> None:
        payment = Payment.objects.get(order=self.order)
        try:
            request_refund(
                payment_id=payment.pk,
                amount=Money(amount, GBP),
                reason="broken",
                request_key=f"form-{Operation.objects.count()}",
                requested_by=None,
            )
        except RefundRefused:
            return

    # What happens at the bank, which we are told of later, or twice, or never.

    @rule(number=picks, ends=st.sampled_from([*sorted(ENDED), Told.PROCESSING]))
    def end_or_go_on(self, number: int, ends: Told) -> None:
        open_still = {Told.REQUIRES_ACTION, Told.PROCESSING}
        if known := self.pick(number, lambda k: k.status in open_still):
            known.write(ends)

    @rule(number=picks, amount=st.sampled_from([3000, 5940, 6000, 6000, 7000]))
    def capture(self, number: int, amount: int) -> None:
        """Also after an end, and in two steps: what banks do."""
        if known := self.pick(number, lambda k: k.captured < amount):
            known.captured = amount
            known.write(Told.CAPTURED)

    @rule(number=picks, status=st.sampled_from(RefundStatus))
    def answer_refund(self, number: int, status: RefundStatus) -> None:
        refunds = list(Operation.objects.filter(kind="refund", status__in=UNSETTLED).order_by("pk"))
        if not refunds:
            return
        asked = refunds[number % len(refunds)]
        known = next(k for k in self.bank if k.attempt.pk == asked.attempt_id)
        there = known.refunds.get(asked.our_ref)
        if there and there.status != RefundStatus.PENDING:
            return
        known.refunds[asked.our_ref] = RefundSeen(
            f"re_{asked.our_ref}", asked.our_ref, asked.money, status
        )
        known.write()

    @rule(number=picks)
    def let_a_refund_come_back(self, number: int) -> None:
        def came(known: AtBank) -> bool:
            return any(r.status == RefundStatus.SUCCEEDED for r in known.refunds.values())

        if known := self.pick(number, came):
            ref = next(r for r, s in known.refunds.items() if s.status == RefundStatus.SUCCEEDED)
            known.refunds[ref] = replace(known.refunds[ref], status=RefundStatus.FAILED)
            known.write()

    @rule(number=picks, status=st.sampled_from(DisputeStatus))
    def dispute(self, number: int, status: DisputeStatus) -> None:
        def may(known: AtBank) -> bool:
            there = known.disputes.get("dp")
            fresh = there is None and status == DisputeStatus.OPEN
            return known.captured > 0 and (
                fresh or (there is not None and there.status == DisputeStatus.OPEN)
            )

        if known := self.pick(number, may):
            name, held = f"dp_{known.attempt.our_ref}", Money(known.captured, GBP)
            opened = known.disputes.get("dp", DisputeSeen(name, held, status))
            known.disputes["dp"] = replace(opened, status=status)
            known.write()

    # What we hear of it.

    @precondition(lambda self: self.bank)
    @rule(number=picks, sight=picks, times=st.sampled_from([1, 1, 2]))
    def hear(self, number: int, sight: int, times: int) -> None:
        known = self.bank[number % len(self.bank)]
        for _ in range(times):
            self.tell(known, known.sights[sight % len(known.sights)])

    # What must hold at every moment.

    @invariant()
    def the_books_add_up(self) -> None:
        payment = Payment.objects.select_related("order").get(order=self.order)
        attempts = list(payment.attempts.all())
        for column in SUMMED:
            assert getattr(payment, column) == sum(getattr(a, column) for a in attempts), column
        kept = [a.captured - a.surplus for a in attempts if a.captured > a.surplus]
        assert len(kept) <= 1
        self.it_is_confirmed_when_paid(payment, sum(kept))
        self.what_is_reserved_still_flies(payment, attempts)
        for attempt in attempts:
            self.surplus_goes_back(attempt)
        self.no_goods_are_lost(payment.order)

    def it_is_confirmed_when_paid(self, payment: Payment, kept: int) -> None:
        confirmed = payment.order.state == OrderState.CONFIRMED
        assert confirmed == (kept == AMOUNT), (payment.order.state, kept)
        if kept and not confirmed:
            assert Review.objects.filter(payment=payment, kind="wrong_amount").exists()

    def what_is_reserved_still_flies(self, payment: Payment, attempts: list[Attempt]) -> None:
        assert payment.reserved <= payment.amount
        flying = any(a.status in IN_FLIGHT | WITH_MONEY and not a.superseded_at for a in attempts)
        assert flying or payment.reserved == 0

    def surplus_goes_back(self, attempt: Attempt) -> None:
        back = Operation.objects.filter(attempt=attempt, kind="refund")
        owed = sum(back.values_list("amount", flat=True))
        reviews = Review.objects.filter(payment=attempt.payment_id)
        assert owed >= attempt.surplus or reviews.filter(kind="surplus").exists()

    def no_goods_are_lost(self, order: Order) -> None:
        held = PIECES if order.state in HOLDS else 0
        assert Product.objects.get(pk=self.product.pk).stock + held + self.sold == PIECES

    def nothing_was_refused(self) -> None:
        """In the end, the facts of the bank are ours."""
        for known in self.bank:
            attempt = Attempt.objects.get(pk=known.attempt.pk)
            told = known.sights[-1]
            assert attempt.captured == told.captured
            assert attempt.refunded - attempt.refund_reversed == told.refunded
            assert attempt.disputed == sum(
                d.amount.amount for d in told.disputes if d.status != DisputeStatus.WON
            )


def test_any_order_of_events_keeps_the_books_whole() -> None:
    Checkout.account = an_account(base_url="http://127.0.0.1:9")

    run_state_machine_as_test(
        Checkout,
        settings=settings(
            max_examples=50,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
