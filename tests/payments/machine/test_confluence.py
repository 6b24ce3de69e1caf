"""The same facts and commands end in the same books, however the facts came to be seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from payments.models import Operation, Posting, ProviderAccount, Review
from payments.providers.base import DisputeStatus, RefundStatus, Status
from payments.services.expire import expire_due
from payments.services.submit import submit_due_operations
from payments.states import OperationKind, OperationStatus
from tests.factories import an_account
from tests.payments.machine.adapter import PATH
from tests.payments.machine.bank import WAITING, Booked
from tests.payments.machine.shop import Shop, a_shop

pytestmark = pytest.mark.django_db
Act = Callable[[Shop], None]
A_DAY_AND_MORE = timedelta(hours=30)
"""Longer than any patience with an open order."""


@dataclass(frozen=True)
class Named:
    """An act with a name that a failing example shows."""

    name: str
    do: Act

    def __repr__(self) -> str:
        return self.name


def named(name: str, do: Act) -> Named:
    return Named(name, do)


# Commands: what shopper, staff and time want of us, at a moment when we know all.


def _expire(shop: Shop) -> None:
    shop.wait(A_DAY_AND_MORE)
    expire_due()


def _leave(shop: Shop) -> None:
    for _ in range(2):
        shop.choose("qr")
        shop.wait(timedelta(seconds=6))


def _form(shop: Shop) -> str:
    return f"form-{len(shop.operations)}"


COMMANDS = st.sampled_from(
    [
        named("nothing", lambda shop: None),
        named("pay by card", lambda shop: shop.choose("card")),
        named("hold by card", lambda shop: shop.choose("card", hold=True)),
        named("leave for a code", _leave),
        named("refund 1000", lambda shop: _refund(shop, 1000)),
        named("refund 6000", lambda shop: _refund(shop, 6000)),
        named("capture 1000", lambda shop: _capture(shop, 1000, final=False)),
        named("capture 6000", lambda shop: _capture(shop, 6000, final=True)),
        named("cancel", lambda shop: shop.cancel()),
        named("expire", _expire),
        named("sell out", lambda shop: shop.somebody_buys_what_is_there()),
    ]
)


def _refund(shop: Shop, amount: int) -> None:
    shop.refund(amount, _form(shop))


def _capture(shop: Shop, amount: int, *, final: bool) -> None:
    shop.capture(amount, _form(shop), final=final)


# Facts: what the bank does; each to the payment of that number where it can be.


def _each(
    which: Callable[[Booked], Any], do: Callable[[Shop, Booked], None]
) -> Callable[[int], Act]:
    def fact(number: int) -> Act:
        def act(shop: Shop) -> None:
            found = [booked for booked in shop.bank.payments if which(booked)]
            if found:
                do(shop, found[number % len(found)])

        return act

    return fact


def _ends(status: Status) -> Callable[[int], Act]:
    return _each(lambda b: b.status in WAITING, lambda shop, b: shop.bank.end(b, status))


def _comes(amount: int) -> Callable[[int], Act]:
    def may(booked: Booked) -> bool:
        if booked.asked.hold:
            return booked.authorized == 0
        return booked.captured < amount and not (booked.refunds or booked.disputes)

    return _each(may, lambda shop, b: shop.bank.pay(b, None if b.asked.hold else amount))


def _returns(status: RefundStatus) -> Callable[[int], Act]:
    """All refunds that can, go on to this."""

    def move(shop: Shop, booked: Booked) -> None:
        for refund in list(booked.refunds.values()):
            if refund.status not in {status, RefundStatus.FAILED}:
                shop.bank.move_refund(booked, refund.provider_id, status)

    return _each(lambda b: b.refunds, move)


def _decided(status: DisputeStatus) -> Callable[[int], Act]:
    def decide(shop: Shop, booked: Booked) -> None:
        for dispute in list(booked.disputes.values()):
            if dispute.status == DisputeStatus.OPEN:
                shop.bank.decide(booked, dispute.provider_id, status)

    return _each(lambda b: b.disputes, decide)


FACTS: dict[str, Callable[[int], Act]] = {
    "processing": _ends(Status.PROCESSING),
    "declined": _ends(Status.DECLINED),
    "expired": _ends(Status.EXPIRED),
    "paid": _comes(6000),
    "paid too little": _comes(3000),
    "paid too much": _comes(7000),
    "lapsed": _each(lambda b: b.held, lambda shop, b: shop.bank.lapse(b)),
    "refunded at the bank": _each(lambda b: b.left >= 2000, lambda shop, b: _elsewhere(shop, b)),
    "refunds made": _returns(RefundStatus.SUCCEEDED),
    "refunds failed": _returns(RefundStatus.FAILED),
    "disputed": _each(lambda b: b.left >= 1500, lambda shop, b: _claim(shop, b)),
    "dispute won": _decided(DisputeStatus.WON),
    "dispute lost": _decided(DisputeStatus.LOST),
}


def _elsewhere(shop: Shop, booked: Booked) -> None:
    if _came_at_once(shop, booked):
        shop.bank.give_back(booked, 2000, "", shop.bank.refunds_as)


def _claim(shop: Shop, booked: Booked) -> None:
    if _came_at_once(shop, booked):
        shop.bank.claim(booked, 1500)


def _came_at_once(shop: Shop, booked: Booked) -> bool:
    """Surplus that comes in steps is owed in steps, and each of them goes back or does not."""
    steps = {each.told.captured for each in shop.bank.events if each.payment == booked.id}
    return len(steps - {0}) == 1


facts = st.builds(
    lambda name, number: named(f"{name} #{number}", FACTS[name](number)),
    st.sampled_from(sorted(FACTS)),
    st.integers(0, 2),
)


@dataclass(frozen=True)
class Chapter:
    """A command, then what happens at the bank before anybody hears of it."""

    command: Named
    refunds_as: RefundStatus
    facts: list[Named]


chapters = st.builds(
    Chapter, COMMANDS, st.sampled_from(RefundStatus), st.lists(facts, min_size=1, max_size=5)
)


def as_it_happened(shop: Shop, heard: int) -> None:
    for event in shop.bank.events[heard:]:
        shop.hear(event)
        shop.drain()


def as_chance_has_it(order: Random) -> Callable[[Shop, int], None]:
    """Some of it never, some twice, in any order, and asked about in between."""

    def sight(shop: Shop, heard: int) -> None:
        events = shop.bank.events[heard:]
        seen = order.choices(events, k=order.randint(0, 2 * len(events))) if events else []
        for event in seen:
            shop.hear(event, bare=order.random() < 0.2)
            shop.drain()
            if order.random() < 0.1:
                shop.look(order.randrange(9))

    return sight


def told(
    account: ProviderAccount, story: list[Chapter], see: Callable[[Shop, int], None]
) -> list[dict[str, Any]]:
    """The books after each chapter, once everybody was asked at its end."""
    pages = []
    with a_shop(account) as shop:
        shop.choose("card")
        for chapter in story:
            shop.bank.refunds_as = chapter.refunds_as
            heard = len(shop.bank.events)
            chapter.command.do(shop)
            submit_due_operations()
            for fact in chapter.facts:
                fact.do(shop)
            see(shop, heard)
            _know_all(shop)
            pages.append(books(shop))
    return pages


def _know_all(shop: Shop) -> None:
    for number in range(len(shop.attempts)):
        shop.look(number)
    submit_due_operations()
    for number in range(len(shop.attempts)):
        shop.look(number)


def books(shop: Shop) -> dict[str, Any]:
    """How it stands, in words that do not depend on drawn references."""
    attempts = shop.attempts
    names = {each.our_ref: f"attempt {number}" for number, each in enumerate(attempts)}
    late = {each.our_ref: each.attempt.our_ref for each in shop.operations if _came_too_late(each)}
    names |= {refund: names[attempt] for refund, attempt in late.items()}
    postings = Posting.objects.values_list("account").annotate(Sum("amount"))
    reviews = Review.objects.filter(payment=shop.payment_id, resolved_at=None)
    return {
        "order": shop.order.state,
        "payment": shop.payment.status,
        "stock": type(shop.product).objects.get(pk=shop.product.pk).stock,
        "ledger": sorted(row for row in postings if row[1]),
        "attempts": [_facts(each) for each in attempts],
        "refunds": _refunds(shop),
        "reviews": sorted(
            {(_question(each, late), names.get(each.subject_ref, "")) for each in reviews}
        ),
    }


def _came_too_late(refund: Operation) -> bool:
    """Owed for surplus before a dispute or another refund of it was seen, and then not sent."""
    return refund.reason == "surplus" and refund.error_code in {"disputed", "amount_too_large"}


def _question(review: Review, late: Collection[str]) -> str:
    """A refund of surplus that came too late asks the same as surplus that could not be owed."""
    return "surplus" if review.subject_ref in late else review.kind


def _facts(attempt: Any) -> dict[str, object]:
    same = ("status", "authorized", "captured", "released", "surplus", "disputed", "reserved")
    net = {"refunded": attempt.refunded - attempt.refund_reversed, "left": attempt.superseded_at}
    return {name: getattr(attempt, name) for name in (*same, "refund_pending")} | net


def _refunds(shop: Shop) -> dict[tuple[str, str], int]:
    """Amounts by reason and status; whoever slept through a success knows only that it failed."""
    sums: Counter[tuple[str, str]] = Counter()
    for each in shop.operations:
        if each.kind == OperationKind.REFUND and not _came_too_late(each):
            came_back = each.status == OperationStatus.REVERSED
            status = OperationStatus.FAILED if came_back else each.status
            sums[each.reason, status] += each.amount
    return dict(sums)


@given(story=st.lists(chapters, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def _same_books(account: ProviderAccount, story: list[Chapter], order: Random) -> None:
    first = told(account, story, as_it_happened)
    second = told(account, story, as_chance_has_it(order))

    assert first == second


def test_every_order_of_sights_ends_in_the_same_books(settings: Any) -> None:
    settings.PAYMENTS = {**settings.PAYMENTS, "providers": {"model": PATH}}
    _same_books(an_account(provider="model", code="model"))
