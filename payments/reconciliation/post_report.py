"""What only a report knows, into the ledger: fees, payouts, and what came in another currency.

The ledger itself says what was posted before: the difference to what the lines ask for is posted,
so that a second run posts nothing, and a file that was taken back is undone by the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db import transaction
from django.db.models import Count, Q, Sum

from orders.money import Money
from payments.books import BANK, FEES, FX, PROVIDER, named
from payments.models import (
    Discrepancy,
    Entry,
    Payout,
    Posting,
    ProviderAccount,
    SettlementTotal,
)
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.models.settlement import FileState
from payments.providers.reports import LineKind
from payments.reconciliation.claim import Run
from payments.reconciliation.lines import lines_of
from payments.reconciliation.moved import whole
from payments.reconciliation.rows import pages
from payments.services.post import Draft, post
from payments.states import EntryKind

SOME: Final = 500
Moves = dict[tuple[str, str], int]
"""By account of the ledger and currency."""
PayoutKey = tuple[str, str]
"""Payout reference, currency of settlement."""
Key = tuple[str, str, EntryKind]
"""The same, and the kind of entry."""


def post_report(run: Run) -> int:
    """Bring fees, payouts and currencies to what the lines say; how many entries that took.

    Raises LostRun where another process compares these books now.
    """
    asked, count = _questioned(run.account), 0
    for some in pages(run.account.payouts.all(), SOME):
        payouts = {(each.ref, each.currency): each for each in some}
        if drafts := _drafts(run.account, payouts, asked):
            with transaction.atomic():
                run.hold()
                post(drafts)
            count += len(drafts)
    return count


def _drafts(
    account: ProviderAccount, payouts: Mapping[PayoutKey, Payout], asked: Mapping[PayoutKey, int]
) -> list[Draft]:
    """What is still to be posted of some payouts."""
    must, has, posted = _must(account, payouts, asked), *_has(payouts)
    drafts = []
    for key in sorted(must.keys() | has.keys()):
        moves = {
            side: amount
            for side in must[key].keys() | has[key].keys()
            if (amount := must[key].get(side, 0) - has[key].get(side, 0))
        }
        if moves:
            ref, currency, kind = key
            payout = payouts[ref, currency]
            name = f"{kind}:{payout.pk}:{posted.get(key, 0) + 1}"
            drafts.append(Draft(Entry(key=name, kind=kind, payout=payout), moves))
    return drafts


def _must(
    account: ProviderAccount, payouts: Mapping[PayoutKey, Payout], asked: Mapping[PayoutKey, int]
) -> defaultdict[Key, Moves]:
    loaded = SettlementTotal.objects.filter(
        file__account=account,
        file__state=FileState.LOADED,
        payout_ref__in={ref for ref, _ in payouts},
    )
    rows = loaded.values("payout_ref", "kind", "currency", "settled_currency").annotate(
        sum_gross=Sum("gross"), sum_settled=Sum("settled_gross"), sum_fee=Sum("fee")
    )
    fees: dict[PayoutKey, Decimal] = defaultdict(Decimal)
    must: defaultdict[Key, Moves] = defaultdict(dict)
    provider = named(PROVIDER, account.code)
    for row in rows.order_by().iterator():
        abroad = row["settled_currency"]
        ref, currency = row["payout_ref"], abroad or row["currency"]
        if (ref, currency) not in payouts:
            continue
        fees[ref, currency] += Decimal(str(row["sum_fee"]))
        if row["kind"] == LineKind.PAYOUT:
            gross = row["sum_settled"] if abroad else row["sum_gross"]
            _move(
                must[ref, currency, EntryKind.PAYOUT], Money(int(gross), currency), (provider, BANK)
            )
        elif abroad:
            _exchange(must[ref, currency, EntryKind.FX], account, row)
    for (ref, currency), fee in fees.items():
        charged = whole(fee) - asked.get((ref, currency), 0)
        costs = named(FEES, account.code)
        _move(must[ref, currency, EntryKind.FEE], Money(-charged, currency), (provider, costs))
    return must


def _move(moves: Moves, money: Money, sides: tuple[str, str]) -> None:
    """So much comes to the first side (or leaves it, below zero), from the second."""
    for side, change in zip(sides, (money.amount, -money.amount), strict=True):
        moves[side, money.currency] = moves.get((side, money.currency), 0) + change


def _exchange(moves: Moves, account: ProviderAccount, row: Mapping[str, object]) -> None:
    """Two legs: the amount of the sale leaves by `fx`, what it was settled for comes from there."""
    sides = named(PROVIDER, account.code), named(FX, account.code)
    _move(moves, Money(-int(str(row["sum_gross"])), str(row["currency"])), sides)
    _move(moves, Money(int(str(row["sum_settled"])), str(row["settled_currency"])), sides)


def _questioned(account: ProviderAccount) -> dict[PayoutKey, int]:
    """By payout and currency, how much of the fees a person has to agree to, or has adjusted."""
    asked: dict[PayoutKey, int] = defaultdict(int)
    counting = Q(kind=DiscrepancyKind.FEE, file__state=FileState.LOADED)
    found = Discrepancy.objects.filter(counting, account=account)
    rows = found.exclude(resolution=Resolution.AUTO).order_by("file", "pk").iterator(SOME)
    while some := list(islice(rows, SOME)):
        lines = lines_of(some)
        for fee in some:
            line = lines[fee.file_id, fee.line_no]
            currency = line.settled_currency or line.currency
            asked[line.payout_ref, currency] += (fee.theirs or 0) - (fee.ours or 0)
    return asked


def _has(payouts: Mapping[PayoutKey, Payout]) -> tuple[defaultdict[Key, Moves], dict[Key, int]]:
    """What was posted before of these, and by how many entries."""
    keys = {payout.pk: key for key, payout in payouts.items()}
    of_reports = Posting.objects.filter(entry__payout__in=keys).order_by()
    has: defaultdict[Key, Moves] = defaultdict(dict)
    sums = of_reports.values_list("entry__payout", "entry__kind", "account", "currency")
    for payout, kind, side, currency, amount in sums.annotate(sum=Sum("amount")):
        has[*keys[payout], EntryKind(kind)][side, currency] = int(amount)
    entries = Entry.objects.filter(payout__in=keys).order_by().values_list("payout", "kind")
    posted: dict[Key, int] = {
        (*keys[payout], EntryKind(kind)): count
        for payout, kind, count in entries.annotate(count=Count("pk"))
    }
    return has, posted
