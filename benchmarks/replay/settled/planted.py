"""Faults in our own books, put there behind the shop's back. Import it once Django is set up."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from django.db import models, transaction
from django.db.models import F

from payments.books import OVERPAID, PROVIDER, named
from payments.models import Attempt, Entry, Payment, Posting
from payments.services.post import Draft, post
from payments.states import AttemptStatus, EntryKind, PaymentStatus

UNKNOWN: Final = 3
TWICE: Final = 2
Planted = list[tuple[str, str]]
"""Subject and kind of what must be found."""


def plant(spared: Collection[str]) -> Planted:
    """Make some captures unknown to us and book others twice; none whose reference is spared."""
    whole = Attempt.objects.filter(captured__gt=0, captured=F("amount"), refunded=0, surplus=0)
    victims = whole.exclude(our_ref__in=spared).exclude(operations__isnull=False)
    chosen = list(victims.select_related("payment", "account").order_by("amount"))
    unknown, twice = chosen[1 : UNKNOWN + 1], [chosen[0], chosen[-1]]
    for attempt in unknown:
        _forget(attempt)
    for attempt in twice:
        _book_again(attempt)
    return [
        *((f"capture:{each.our_ref}", "missing_in_ledger") for each in unknown),
        *((f"capture:{each.our_ref}", "duplicate_in_ledger") for each in twice),
    ]


def healed_of(planted: Planted) -> int:
    """How many of the captures that were unknown are booked now."""
    refs = [subject.partition(":")[2] for subject, kind in planted if kind == "missing_in_ledger"]
    return Attempt.objects.filter(our_ref__in=refs, captured=F("amount")).count()


def _forget(attempt: Attempt) -> None:
    """As if every webhook, poll and feed about it had been lost, and nobody would ask again."""
    with transaction.atomic():
        entries = Entry.objects.filter(attempt=attempt).values("pk")
        # The ledger is never deleted from; this is what its rows' managers are there to refuse.
        models.QuerySet(Posting).filter(entry__in=entries).delete()
        models.QuerySet(Entry).filter(attempt=attempt).delete()
        Attempt.objects.filter(pk=attempt.pk).update(
            captured=0, status=AttemptStatus.PROCESSING, next_poll_at=None
        )
        Payment.objects.filter(pk=attempt.payment_id).update(captured=0, status=PaymentStatus.OPEN)


def _book_again(attempt: Attempt) -> None:
    """As if the bank had told of the money twice: the second time nobody owed it."""
    amount, currency = attempt.captured, attempt.payment.currency
    code = attempt.account.code
    first = Entry.objects.get(attempt=attempt, kind=EntryKind.CAPTURE)
    key = f"{EntryKind.CAPTURE}:{attempt.our_ref}:{2 * amount}"
    again = Entry(key=key, kind=EntryKind.CAPTURE, attempt=attempt, at=first.at)
    sides = {(named(PROVIDER, code), currency): amount, (named(OVERPAID, code), currency): -amount}
    twice = {"captured": 2 * amount, "surplus": amount}
    with transaction.atomic():
        post([Draft(again, sides)])
        Attempt.objects.filter(pk=attempt.pk).update(**twice)
        Payment.objects.filter(pk=attempt.payment_id).update(**twice)
