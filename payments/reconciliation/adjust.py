"""What settling a discrepancy posts: the difference to what stands in the ledger of it."""

from __future__ import annotations

from django.db.models import Sum

from payments.models import Discrepancy, Entry, Posting
from payments.models.discrepancy import Resolution
from payments.reconciliation.effects import moves
from payments.services.post import Draft, post
from payments.states import EntryKind


def postings(row: Discrepancy, resolution: Resolution) -> dict[tuple[str, str], int]:
    """What settling it so posts now, by account and currency; nothing where nothing moves.

    One that was settled before and has been opened again, with other amounts, posts the difference
    to what stands in the ledger of it.
    """
    has = _has(row)
    must = moves(row, resolution)
    return {
        side: change
        for side in sorted(must.keys() | has.keys())
        if (change := must.get(side, 0) - has.get(side, 0))
    }


def _has(row: Discrepancy) -> dict[tuple[str, str], int]:
    here = Posting.objects.filter(entry__discrepancy=row).values_list("account", "currency")
    sums = here.annotate(sum=Sum("amount")).order_by()
    return {(account, currency): int(sum_) for account, currency, sum_ in sums}


def adjust(row: Discrepancy, resolution: Resolution) -> None:
    """One entry with all that it moves; its key keeps a second decision of the moment out."""
    if posted := postings(row, resolution):
        before = Entry.objects.filter(discrepancy=row).count()
        key = f"{EntryKind.ADJUSTMENT}:{row.pk}" + (f":{before + 1}" if before else "")
        post([Draft(Entry(key=key, kind=EntryKind.ADJUSTMENT, discrepancy=row), posted)])
