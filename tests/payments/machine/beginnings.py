"""Where stories begin, so that each goes deep at once: a few usual ways to get somewhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from payments.providers.base import Status
from tests.payments.machine.adapter import Weather
from tests.payments.machine.bank import Booked
from tests.payments.machine.shop import Shop


def chosen(shop: Shop) -> None:
    shop.choose("card")


def paid(shop: Shop) -> None:
    shop.choose("qr")
    _pay(shop, shop.bank.payments[-1])


def held(shop: Shop) -> None:
    shop.choose("card", hold=True)
    _pay(shop, shop.bank.payments[-1])


def captured_in_part(shop: Shop) -> None:
    held(shop)
    shop.capture(1000, "form-0", final=False)
    shop.work()


def refunded_without_an_answer(shop: Shop) -> None:
    paid(shop)
    shop.refund(1000, "form-0")
    shop.line.weather.append(Weather.UNHEARD)
    shop.send()


def left(shop: Shop) -> None:
    """The bank cannot close the first attempt, so the shopper has two pages to pay at."""
    shop.choose("bank_debit")
    shop.bank.end(shop.bank.payments[-1], Status.PROCESSING)
    for _ in range(2):
        shop.choose("card")
        shop.wait(timedelta(seconds=6))


def expired(shop: Shop) -> None:
    shop.choose("card")
    shop.wait(timedelta(minutes=31))
    shop.work()


def paid_twice(shop: Shop) -> None:
    left(shop)
    for booked in shop.bank.payments:
        _pay(shop, booked)


def cancelled_with_a_part(shop: Shop) -> None:
    """What came goes back, and the shopper may still send the rest."""
    shop.choose("qr")
    _pay(shop, shop.bank.payments[-1], 3000)
    shop.cancel()


def _pay(shop: Shop, booked: Booked, amount: int | None = None) -> None:
    shop.bank.pay(booked, amount)
    shop.hear(shop.bank.events[-1])
    shop.drain()


BEGINNINGS: Final = (
    *(chosen, paid, held, captured_in_part, refunded_without_an_answer),
    *(left, expired, paid_twice, cancelled_with_a_part),
)
