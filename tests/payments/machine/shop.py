"""One order of one shop at the model bank: what shopper, staff, workers and time do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Min

from demo.models import Product
from orders.clock import clock_at
from orders.models import Order
from orders.money import Money
from orders.states import OrderState
from payments.errors import CancelRefused, CaptureRefused, NotPayable, PaymentError, RefundRefused
from payments.models import Attempt, InboxEvent, Operation, Payment, ProviderAccount, Refund, Review
from payments.models.records import ReviewKind
from payments.providers.base import RawRequest
from payments.providers.errors import ProviderError
from payments.registry import PaymentOption
from payments.reviews import GUIDES
from payments.services.approve import Decision, approve_refund, reject_refund
from payments.services.ask import ask, ask_if_waiting, note_return
from payments.services.cancel import cancel_order
from payments.services.capture import request_capture
from payments.services.choose import choose_method
from payments.services.ending import Ending
from payments.services.expire import expire_due
from payments.services.feed import read_feeds
from payments.services.inbox import drain_inbox
from payments.services.poll import poll_due
from payments.services.receive import receive
from payments.services.refund import RefundDraft, request_refund
from payments.services.resolve import resolve_review
from payments.services.start import submit_attempt
from payments.services.submit import submit_due_operations
from payments.states import Approval
from tests.factories import GBP
from tests.payments.flows.cast import a_held_order
from tests.payments.machine.adapter import Line, ModelProvider, as_webhook
from tests.payments.machine.bank import Bank, Event

AMOUNT, PIECES = 6000, 2
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


class Clock:
    """A morning, and what has passed since."""

    def __init__(self) -> None:
        self.passed = timedelta()

    def time(self) -> datetime:
        return MORNING + self.passed


class Shop:
    """An order over 6000 that has taken the last two pieces of the shelf."""

    def __init__(self, account: ProviderAccount, clock: Clock) -> None:
        self.account, self.clock = account, clock
        self.bank = Bank(clock.time)
        self.line = ModelProvider.line = Line(self.bank)
        self.order_id = a_held_order(amount=AMOUNT).pk
        self.product = Product.objects.latest("pk")
        self.sold = 0
        self.payment_id = Payment.objects.get(order=self.order_id).pk
        self.written = True

    def money(self, minor: int) -> Money:
        return Money(minor, GBP)

    def note_writes(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        """Django's hook around each statement: whether there is anything new to check."""
        self.written |= not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE"))
        return execute(sql, *rest)

    @property
    def order(self) -> Order:
        return Order.objects.get(pk=self.order_id)

    @property
    def payment(self) -> Payment:
        return Payment.objects.select_related("order").get(pk=self.payment_id)

    @property
    def attempts(self) -> list[Attempt]:
        mine = Attempt.objects.filter(payment=self.payment_id).order_by("pk")
        return list(mine.select_related("payment", "account"))

    @property
    def operations(self) -> list[Operation]:
        mine = Operation.objects.filter(attempt__payment=self.payment_id)
        return list(mine.order_by("pk").select_related("attempt"))

    # The shopper.

    def choose(self, method: str, *, hold: bool = False, sender_dies: bool = False) -> None:
        option = PaymentOption(self.account.pk, self.account.code, method, hold=hold)
        with suppress(NotPayable):
            attempt, fresh = choose_method(payment_id=self.payment_id, option=option)
            if fresh and not sender_dies:
                submit_attempt(attempt)

    def come_back(self) -> None:
        if self.attempts:
            attempt = self.attempts[-1]
            note_return(attempt)
            ask_if_waiting(attempt)

    def somebody_buys_what_is_there(self) -> None:
        shelf = Product.objects.filter(pk=self.product.pk)
        self.sold += shelf.get().stock
        shelf.update(stock=0)

    # Staff.

    def refund(self, amount: int, key: str) -> Refund | None:
        with suppress(RefundRefused):
            return request_refund(RefundDraft(self.payment_id, self.money(amount), key))[0]
        return None

    def decide(self, number: int, *, yes: bool) -> None:
        """Somebody else says yes or no to a refund that waits for it."""
        waiting = Refund.objects.filter(payment=self.payment_id, approval=Approval.WAITING)
        if found := list(waiting.order_by("pk")):
            decision = Decision(found[number % len(found)].pk, by=None)
            with suppress(RefundRefused):  # a dispute has taken the money
                (approve_refund if yes else reject_refund)(decision)

    def capture(self, amount: int, key: str, *, final: bool) -> Operation | None:
        with suppress(CaptureRefused):
            return request_capture(
                payment_id=self.payment_id,
                amount=self.money(amount),
                final=final,
                request_key=key,
                requested_by=None,
            )[0]
        return None

    def cancel(self) -> None:
        with suppress(CancelRefused):
            cancel_order(
                payment_id=self.payment_id, actor="staff", reason="sold out", requested_by=None
            )

    def resolve(self, number: int) -> None:
        reviews = list(Review.objects.filter(payment=self.payment_id, resolved_at=None))
        if reviews:
            review = reviews[number % len(reviews)]
            acts = GUIDES[ReviewKind(review.kind)].acts
            ending = Ending(review.pk, acts[number % len(acts)], key=f"{review.pk}:{number}")
            with suppress(PaymentError):
                resolve_review(ending)

    def look(self, number: int) -> None:
        """A person has the provider asked about one attempt."""
        if self.attempts:
            ask(self.attempts[number % len(self.attempts)].pk, source="admin")

    # Workers and time.

    def wait(self, by: timedelta) -> None:
        self.clock.passed += by
        self.bank.tick()

    def work(self) -> None:
        """Every sweep, as beat wakes them."""
        for sweep in (self.drain, self.send, poll_due, expire_due):
            sweep()

    def next_moment(self) -> datetime | None:
        """When a worker next has something to do."""
        dues: list[datetime | None] = [
            Attempt.objects.aggregate(due=Min("next_poll_at"))["due"],
            Operation.objects.aggregate(due=Min("next_run_at"))["due"],
            InboxEvent.objects.aggregate(due=Min("next_run_at"))["due"],
            self.order.expires_at if self.order.state == OrderState.OPEN else None,
        ]
        return min((due for due in dues if due), default=None)

    def send(self) -> None:
        """What was asked of the bank."""
        submit_due_operations()

    def read_the_list(self) -> None:
        """What the bank lists of events is read on, and applied."""
        read_feeds()
        self.drain()

    def drain(self) -> None:
        with suppress(ProviderError):  # the row is put back, the log has been told
            drain_inbox()

    def hear(self, event: Event, *, bare: bool = False) -> None:
        """A webhook of the bank's comes in and is stored."""
        told = as_webhook(event, bare=bare)
        raw = RawRequest(told.event_id.encode(), {})
        receive(account=self.account, event=told, raw=raw)

    def the_late_arrives(self) -> None:
        with suppress(ProviderError):
            self.line.late.popleft()()


@contextmanager
def a_shop(account: ProviderAccount) -> Iterator[Shop]:
    """A shop whose rows are gone afterwards, with a clock of its own."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]  # Django's own mark, for durable=
    with block:
        clock = Clock()
        with clock_at(clock.time):
            shop = Shop(account, clock)
            with connection.execute_wrapper(shop.note_writes):
                yield shop
        transaction.set_rollback(True)
