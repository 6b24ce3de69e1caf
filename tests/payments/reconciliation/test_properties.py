"""However it was sold and is told: what was made wrong is found, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model, Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.clock import clock_at
from payments.models import (
    Attempt,
    Discrepancy,
    Entry,
    Operation,
    Posting,
    ProviderAccount,
    SettlementLine,
)
from payments.providers.base import ProviderObject, RefundSeen, RefundStatus, Status
from payments.reconciliation.receive import take_back
from payments.reconciliation.run import reconcile
from payments.services.apply import apply_outcome
from payments.services.check_ledger import faults
from payments.services.refund import RefundDraft, request_refund
from tests.factories import an_attempt, an_order, seen
from tests.payments.reconciliation.books import DAY, NOON, Theirs, found, the_account

pytestmark = pytest.mark.django_db
DAYS = 3
WRONG = ("left_out", "twice", "amount", "stranger")


@dataclass(frozen=True)
class Sale:
    """On which day, how much, captured in how many parts, told in how many lines, what is wrong.

    `refunds`: how much of a tenth, and whether we have asked for it; `known_by`: our reference or
    the provider's.
    """

    day: int
    amount: int
    parts: int
    lines: int
    fee: Decimal
    refunds: tuple[tuple[int, bool], ...]
    known_by: str
    wrong: str


def sales(wrong: st.SearchStrategy[str]) -> st.SearchStrategy[list[Sale]]:
    refund = st.tuples(st.integers(1, 4), st.booleans())
    fee = st.decimals(0, 99, places=4)
    sale = st.builds(
        Sale,
        day=st.integers(0, DAYS - 1),
        amount=st.integers(100, 9999),
        parts=st.integers(1, 3),
        lines=st.integers(1, 3),
        fee=fee,
        refunds=st.lists(refund, max_size=2).map(tuple),
        known_by=st.sampled_from(["ours", "theirs", "both"]),
        wrong=wrong,
    )
    return st.lists(sale, min_size=1, max_size=5)


RIGHT = sales(st.just(""))
MADE_WRONG = sales(st.sampled_from(["", "", *WRONG]))


def at(day: int) -> datetime:
    return NOON + timedelta(days=day)


def pieces(amount: int, count: int) -> list[int]:
    """An amount in so many parts."""
    return [amount // count] * (count - 1) + [amount - amount // count * (count - 1)]


class Books:
    """Ours, theirs, and what should be found between them."""

    def __init__(self) -> None:
        self.account: ProviderAccount = the_account()
        self.theirs = [Theirs(self.account, at(day).date()) for day in range(DAYS)]
        self.expected: list[tuple[str, str]] = []

    def add(self, sale: Sale) -> None:
        with clock_at(lambda: at(sale.day)):
            attempt = an_attempt(an_order(amount=sale.amount), self.account)
            told: list[RefundSeen] = []
            for total in range(1, sale.parts):
                self.hear(attempt, told, sum(pieces(sale.amount, sale.parts)[:total]))
            self.hear(attempt, told, sale.amount)
            for number, (tenths, by_us) in enumerate(sale.refunds):
                amount = sale.amount * tenths // 10
                ref = self.ask_back(attempt, amount, number) if by_us else ""
                done = RefundStatus.SUCCEEDED
                money = attempt.payment.money(amount)
                told.append(RefundSeen(f"re_{attempt.pk}_{number}", ref, money, done))
                self.hear(attempt, told, sale.amount)
        self.tell(sale, attempt, told)

    def hear(self, attempt: Attempt, told: list[RefundSeen], total: int) -> None:
        status = Status.CAPTURED if total == attempt.amount else Status.AUTHORIZED
        facts: dict[str, Any] = {"authorized": attempt.amount, "captured": total}
        named = (ProviderObject("payment", f"pay_{attempt.our_ref}"),)
        outcome = seen(attempt, status, objects=named, refunds=tuple(told), **facts)
        apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="test")

    def ask_back(self, attempt: Attempt, amount: int, number: int) -> str:
        money = attempt.payment.money(amount)
        key = f"{attempt.pk}-{number}"
        draft = RefundDraft(payment_id=attempt.payment_id, amount=money, request_key=key, note="n")
        request_refund(draft)
        return Operation.objects.filter(attempt=attempt, kind="refund").latest("pk").our_ref

    def tell(self, sale: Sale, attempt: Attempt, refunds: list[RefundSeen]) -> None:
        """Their lines of it, but for what is wrong."""
        theirs, moment = self.theirs[sale.day], {"occurred_at": at(sale.day).isoformat()}
        named = {} if sale.known_by != "theirs" else {"reference": ""}
        named |= {} if sale.known_by != "ours" else {"id": f"cap_{attempt.pk}"}
        grosses = pieces(sale.amount, sale.lines) * (2 if sale.wrong == "twice" else 1)
        grosses[0] += 7 if sale.wrong == "amount" else 0
        for gross in [] if sale.wrong == "left_out" else grosses:
            theirs.sale(attempt, gross=gross, fee=sale.fee, **named, **moment)
        if sale.wrong == "stranger":
            theirs.line("capture", id=f"pay_x{attempt.pk}", gross=sale.amount, **moment)
        for refund in refunds:
            known = {"id": refund.provider_id, "reference": refund.our_ref}
            theirs.line("refund", gross=-refund.amount.amount, **known, **moment)
        if sale.wrong:
            self.expected.append(self.question(sale, attempt))

    def question(self, sale: Sale, attempt: Attempt) -> tuple[str, str]:
        same_rows = sale.lines == sale.parts
        kind = {
            "left_out": "missing_in_provider",
            "twice": "duplicate_in_provider" if same_rows else "amount",
            "amount": "amount",
            "stranger": "missing_in_ledger",
        }[sale.wrong]
        stranger = sale.wrong == "stranger"
        return kind, f"capture:#pay_x{attempt.pk}" if stranger else f"capture:{attempt.our_ref}"

    def come(self, order: Random) -> None:
        """Files in any order, some twice, some taken back and sent anew; compared at times."""
        for theirs in order.sample(self.theirs, len(self.theirs)):
            file = theirs.comes()
            if order.random() < 0.3:
                assert theirs.comes() == file
            if order.random() < 0.3:
                reconcile(self.account)
            if order.random() < 0.3:
                take_back(file.pk, by=None)
                if order.random() < 0.5:
                    reconcile(self.account)
                theirs.comes()


def rows() -> list[list[dict[str, Any]]]:
    tables: list[type[Model]] = [Discrepancy, Entry, Posting]
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def held_and_told() -> tuple[int, int]:
    """What the provider has of ours: as our ledger says, and as the lines that count say."""
    held = Posting.objects.filter(account="provider:sandbox").aggregate(sum=Sum("amount"))["sum"]
    lines = SettlementLine.objects.filter(file__state="loaded")
    sums = lines.aggregate(gross=Sum("gross"), fee=Sum("fee"))
    fee = Decimal(str(sums["fee"])).quantize(Decimal(1), ROUND_HALF_UP)
    return held, sums["gross"] - int(fee)


def compared(some: list[Sale], order: Random) -> Books:
    with clock_at(lambda: at(DAYS)):
        books = Books()
        for sale in some:
            books.add(sale)
        books.come(order)
        reconcile(books.account)
    return books


@settings(max_examples=30)
@given(some=RIGHT, order=st.randoms(use_true_random=False))
def test_where_nothing_is_wrong_nothing_is_found_and_balances_agree(
    some: list[Sale], order: Random
) -> None:
    with transaction.atomic():
        books = compared(some, order)
        agrees = found(books.account), list(faults())
        held, told = held_and_told()
        transaction.set_rollback(True)
    assert agrees == ([], [])
    assert held == told


@settings(max_examples=40)
@given(some=MADE_WRONG, order=st.randoms(use_true_random=False))
def test_exactly_what_was_made_wrong_is_found_and_a_second_look_changes_nothing(
    some: list[Sale], order: Random
) -> None:
    with transaction.atomic():
        books = compared(some, order)
        first, told = rows(), found(books.account)
        with clock_at(lambda: at(DAYS)):
            reconcile(books.account)
        second = rows()
        transaction.set_rollback(True)
    assert told == sorted(books.expected)
    assert second == first


def test_days_of_the_books_are_those_of_the_files() -> None:
    assert [at(day).date() for day in range(DAYS)] == [DAY + timedelta(days=n) for n in range(DAYS)]
