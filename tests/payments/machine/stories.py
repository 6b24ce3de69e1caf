"""Stories as data: commands of ours, and after each what happens at the bank unheard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from payments.providers.base import DisputeStatus, RefundStatus, Status
from payments.services.expire import expire_due
from tests.payments.machine.bank import WAITING, Booked
from tests.payments.machine.shop import Shop

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
        named("nothing", lambda _shop: None),
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
    which: Callable[[Booked], Any], do: Callable[[Shop, Booked], object]
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
        return booked.captured < amount

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
    "refunded at the bank": _each(
        lambda b: b.left >= 2000, lambda shop, b: shop.bank.give_back(b, 2000)
    ),
    "refunds made": _returns(RefundStatus.SUCCEEDED),
    "refunds failed": _returns(RefundStatus.FAILED),
    "disputed": _each(lambda b: b.left >= 1500, lambda shop, b: shop.bank.claim(b, 1500)),
    "dispute won": _decided(DisputeStatus.WON),
    "dispute lost": _decided(DisputeStatus.LOST),
}


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
