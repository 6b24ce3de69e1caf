"""Closing days: what a merchant is owed by then is paid out, and nothing is entered any more."""

from collections.abc import Iterator
from datetime import UTC, date

from django.utils import timezone

from payments.sandbox.book import writing
from payments.sandbox.days import ONE_DAY, beginning, end, within
from payments.sandbox.models import Merchant, Movement, MovementKind, Payout, rounded
from payments.sandbox.objects import MODE
from payments.sandbox.services.enter import net
from payments.sandbox.services.ids import new_id


def close_days(*, merchant: Merchant, through: date) -> None:
    """Close all days until that one, with a payout of each. A second call changes nothing."""
    if _is_closed(merchant, through):
        return
    with writing():
        locked = Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
        if not _is_closed(locked, through):
            for day in _days(locked, through):
                _pay_out(locked, day)
            locked.closed_through = through
            locked.save(update_fields=["closed_through"])
    merchant.closed_through = locked.closed_through


def _is_closed(merchant: Merchant, day: date) -> bool:
    return merchant.closed_through is not None and merchant.closed_through >= day


def _days(merchant: Merchant, through: date) -> Iterator[date]:
    """The days that are to be closed and have movements."""
    moved = Movement.objects.filter(merchant=merchant, settled_at__lt=end(through))
    if merchant.closed_through is not None:
        moved = moved.filter(settled_at__gte=beginning(merchant.closed_through + ONE_DAY))
    return (at.date() for at in moved.datetimes("settled_at", "day", tzinfo=UTC))


def _pay_out(merchant: Merchant, day: date) -> None:
    settled = Movement.objects.filter(merchant=merchant, payout=None, settled_at__lt=end(day))
    for currency in settled.order_by("currency").values_list("currency", flat=True).distinct():
        payout, _ = Payout.objects.get_or_create(
            merchant=merchant, currency=currency, day=None, defaults={"public_id": new_id("po")}
        )
        settled.filter(currency=currency).update(payout=payout)
        # Its lines alone decide what is sent: what is left by rounding stays in the balance.
        amount = rounded(net(Movement.objects.filter(payout=payout)))
        if amount > 0:
            _send(payout, day, amount)


def _send(payout: Payout, day: date, amount: int) -> None:
    payout.day, payout.amount = day, amount
    payout.save(update_fields=["day", "amount"])
    at = within(day, timezone.now())
    Movement.objects.create(
        merchant=payout.merchant,
        kind=MovementKind.PAYOUT,
        name=payout.public_id,
        mode=MODE,
        currency=payout.currency,
        gross=-amount,
        occurred_at=at,
        settled_at=at,
        payout=payout,
    )
