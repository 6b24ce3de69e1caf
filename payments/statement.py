"""The money of an order line by line: each entry of the ledger in words and in columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.formats import format_money
from orders.money import Money
from payments.books import (
    BANK,
    DISPUTES,
    FEES,
    FX,
    LOSSES,
    OVERPAID,
    PROVIDER,
    SALES,
    SUSPENSE,
    role_of,
)
from payments.models import Dispute, Entry, Operation, Payment, Posting
from payments.states import DisputeState, EntryKind
from payments.timeline import REASONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TITLES: Final[dict[str, StrOrPromise]] = {
    PROVIDER: gettext_lazy("At the provider"),
    DISPUTES: gettext_lazy("In disputes"),
    BANK: gettext_lazy("Our bank account"),
    OVERPAID: gettext_lazy("Nobody owed it"),
    SALES: gettext_lazy("Sales"),
    FEES: gettext_lazy("Fees"),
    FX: gettext_lazy("Exchange"),
    SUSPENSE: gettext_lazy("Suspense"),
    LOSSES: gettext_lazy("Losses"),
}
MEANINGS: Final[dict[str, StrOrPromise]] = {
    PROVIDER: gettext_lazy("what the provider keeps for us"),
    DISPUTES: gettext_lazy("what a bank took for disputes that are open or lost"),
    BANK: gettext_lazy("below zero: what we paid back from there ourselves"),
    OVERPAID: gettext_lazy("below zero: surplus that has to go back to the shopper"),
    SALES: gettext_lazy("below zero: what the order brought, less its refunds"),
    FEES: gettext_lazy("what the provider took for its work"),
    FX: gettext_lazy("what was paid in one currency and settled in another"),
    SUSPENSE: gettext_lazy("what books differed by, until somebody knows whose it is"),
    LOSSES: gettext_lazy("what was written off; below zero: a gain"),
}
SENTENCES: Final[dict[str, StrOrPromise]] = {
    EntryKind.CAPTURE: gettext_lazy("The shopper paid %(amount)s"),
    EntryKind.REFUND: gettext_lazy("%(amount)s went back to the shopper"),
    EntryKind.REFUND_REVERSED: gettext_lazy("A refund of %(amount)s did not arrive and came back"),
    EntryKind.ELSEWHERE: gettext_lazy("%(amount)s went back to the shopper another way"),
    EntryKind.FEE: gettext_lazy("The provider took %(amount)s in fees"),
    EntryKind.PAYOUT: gettext_lazy("The provider paid %(amount)s to our bank account"),
    EntryKind.FX: gettext_lazy("Settled in another currency: %(amount)s"),
    EntryKind.ADJUSTMENT: gettext_lazy("Our books follow theirs: %(amount)s"),
    EntryKind.OPENING: gettext_lazy("So it stood when the ledger began"),
}


STANDING: Final[dict[DisputeState | None, StrOrPromise]] = {
    DisputeState.OPEN: gettext_lazy("not decided yet"),
    DisputeState.LOST: gettext_lazy("lost: the money stays with the shopper"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One account, in one currency."""

    account: str
    currency: str

    @property
    def title(self) -> StrOrPromise:
        return TITLES.get(role_of(self.account), self.account)

    @property
    def meaning(self) -> StrOrPromise:
        return MEANINGS.get(role_of(self.account), "")


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: an amount for each column, None where nothing moved; `left`: what we then have."""

    pk: int
    at: datetime
    title: str
    detail: str
    ref: str
    amounts: list[Money | None]
    left: Money


@dataclass(frozen=True, slots=True)
class Statement:
    columns: list[Column]
    lines: list[Line]
    sums: list[Money]
    left: Money


def statement(payment: Payment) -> Statement:
    """Every entry of an order, oldest first, in four statements however many there are."""
    read = _entries(payment).select_related("attempt", "operation__refund__reason", "discrepancy")
    rows = list(read.prefetch_related("postings"))
    standing = _standing(payment) if payment.captured else {}
    columns = _columns(posting for entry in rows for posting in entry.postings.all())
    amounts = [_amounts(entry) for entry in rows]
    came = (_to_us(each, payment.currency) for each in amounts)
    left = [payment.money(sum_) for sum_ in accumulate(came, initial=0)]
    return Statement(
        columns,
        [
            Line(
                entry.pk,
                entry.at,
                _title(entry),
                _detail(entry, standing),
                reference(entry),
                [each.get(column) for column in columns],
                then,
            )
            for entry, each, then in zip(rows, amounts, left[1:], strict=True)
        ],
        [_sum(column, amounts) for column in columns],
        left[-1],
    )


def _entries(payment: Payment) -> QuerySet[Entry]:
    """Those of its attempts, and what was booked about discrepancies of these; each by an index."""
    own = Entry.objects.filter(attempt__payment=payment).values_list("pk")
    booked = Entry.objects.filter(discrepancy__attempt__payment=payment).values_list("pk")
    return Entry.objects.filter(pk__in=[pk for (pk,) in own.union(booked)]).order_by("pk")


def _columns(postings: Iterable[Posting]) -> list[Column]:
    """Every account that anything went to or from; those we do not know stand last."""
    found = {Column(posting.account, posting.currency) for posting in postings}
    order = {role: place for place, role in enumerate(TITLES)}

    def place(column: Column) -> tuple[int, str, str]:
        known = order.get(role_of(column.account), len(order))
        return known, column.account, column.currency

    return sorted(found, key=place)


def _amounts(entry: Entry) -> dict[Column, Money]:
    return {
        Column(posting.account, posting.currency): posting.money for posting in entry.postings.all()
    }


def _to_us(amounts: dict[Column, Money], currency: str) -> int:
    return sum(
        money.amount
        for column, money in amounts.items()
        if role_of(column.account) in {PROVIDER, BANK} and column.currency == currency
    )


def _sum(column: Column, amounts: list[dict[Column, Money]]) -> Money:
    nothing = Money.zero(column.currency)
    return sum((each.get(column, nothing) for each in amounts), start=nothing)


def _standing(payment: Payment) -> dict[str, DisputeState]:
    """How each dispute stands, by the beginning of the references of its entries."""
    disputes = Dispute.objects.filter(attempt__payment=payment).select_related("account")
    return {
        f"{each.account.code}:{each.provider_id}:": DisputeState(each.status) for each in disputes
    }


def reference(entry: Entry) -> str:
    """What an entry is about: our reference, the dispute's key, a payout or a discrepancy."""
    if entry.kind == EntryKind.DISPUTE:
        return entry.key.partition(":")[2]
    return str(entry.operation or entry.attempt or entry.payout or entry.discrepancy)


def _title(entry: Entry) -> str:
    moves = {role_of(posting.account): posting.money for posting in entry.postings.all()}
    if entry.kind == EntryKind.DISPUTE:
        return _dispute(moves.get(DISPUTES))
    if entry.kind == EntryKind.ADJUSTMENT:
        return str(SENTENCES[entry.kind]) % {"amount": _followed(entry)}
    money = moves.get(BANK) or moves.get(PROVIDER)
    amount = format_money(Money(abs(money.amount), money.currency)) if money else ""
    return str(SENTENCES[entry.kind]) % {"amount": amount}


def _followed(entry: Entry) -> str:
    """By how much the account at the provider, or at the bank, was made more or less."""
    moved = (p.money for p in entry.postings.all() if role_of(p.account) in {PROVIDER, BANK})
    return ", ".join(("+" if each.amount > 0 else "") + format_money(each) for each in moved)


def _dispute(held: Money | None) -> str:
    if held and held.amount < 0:
        won = _("The dispute was won: the bank returned %(amount)s")
        return won % {"amount": format_money(held * -1)}
    taken = _("The shopper disputed it: the bank took %(amount)s")
    return taken % {"amount": format_money(held) if held else ""}


def _detail(entry: Entry, standing: Mapping[str, DisputeState]) -> str:
    """What else there is to say: whose money it was, why it went back, how a dispute ended."""
    if entry.kind == EntryKind.DISPUTE:
        about = (state for name, state in standing.items() if reference(entry).startswith(name))
        return str(STANDING.get(next(about, None), ""))
    if entry.kind == EntryKind.CAPTURE:
        surplus = [p.money * -1 for p in entry.postings.all() if p.account == OVERPAID]
        more = _("%(amount)s of it nobody owed")
        return more % {"amount": format_money(surplus[0])} if surplus else ""
    if entry.discrepancy:
        return f"{entry.discrepancy.get_resolution_display()} · {entry.discrepancy.reason}"
    return _why(entry.operation) if entry.operation else ""


def _why(operation: Operation) -> str:
    """Why it went back, in the active language where these are words of ours."""
    if operation.external:
        return _("made at the provider's own site")
    if operation.refund:
        return operation.refund.why
    return str(REASONS.get(operation.reason, operation.reason))
