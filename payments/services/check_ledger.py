"""Whether the ledger is whole and says what payments, refunds and disputes say; only looks.

Each question is one statement, so that it sees one moment, and fetches only what is wrong.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Greatest

from orders.money import Money
from payments.books import FACTS, PER_PROVIDER_ACCOUNT, ROLES, Totals, balances, named
from payments.models import Attempt, Discrepancy, Entry, Operation, Payment, Posting
from payments.models.discrepancy import DiscrepancyState, Resolution
from payments.models.records import ReviewKind
from payments.services.apply import SUMMED
from payments.services.disputes_seen import HOLDS_MONEY
from payments.services.reviews import open_review
from payments.states import UNSETTLED, EntryKind, OperationKind, OperationStatus

logger = logging.getLogger("till.ledger")
TASK: Final = "payments.check_ledger"
MOST: Final = 1000
"""So many faults of one sort are named; whoever has more has seen enough."""
MADE: Final = (OperationStatus.SUCCEEDED, OperationStatus.REVERSED)
REFUND_TOTALS: Final = ("refunded", "refund_reversed", "refund_pending")
POSTED: Final = (Resolution.ADJUSTED, Resolution.WRITTEN_OFF)
"""What settles a discrepancy by an entry."""
Rows = QuerySet[Attempt, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not agree: of which payment, under which reference, and how.

    What a report or a person posted is of no payment.
    """

    payment: Payment | None
    reference: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        order = f"order {self.payment.order.number}, " if self.payment else ""
        where = f"{order}{self.reference}"
        return f"{where}: {self.what}: expected {self.expected}, found {self.found}"


@dataclass(frozen=True, slots=True)
class Balance:
    account: str
    money: Money


def account_balances() -> list[Balance]:
    """What each account holds, by currency."""
    rows = Posting.objects.values_list("account", "currency").order_by("account", "currency")
    return [
        Balance(account, Money(int(held), currency))
        for account, currency, held in rows.annotate(held=Sum("amount"))
    ]


def faults(payment: Payment | None = None) -> Iterator[Fault]:
    """Everything that is wrong, with one payment or at all, as far as MOST of each sort."""
    yield from _unbalanced(payment)
    yield from _books(payment)
    yield from _payments(payment)
    yield from _refunds(payment)
    yield from _disputes(payment)
    yield from _refunds_without_entry(payment)
    yield from _adjustments_without_entry(payment)


def _about(payment: Payment | None, path: str) -> Q:
    return Q(**{path: payment.pk}) if payment else Q()


def report_faults() -> int:
    """Log every fault as an error and open a review per payment; returns how many faults."""
    found = list(faults())
    for fault in found:
        logger.error("the ledger does not agree: %s", fault)
    of_payments = sorted(
        ((each.payment, each) for each in found if each.payment), key=lambda pair: pair[0].pk
    )
    for payment, group in groupby(of_payments, key=itemgetter(0)):
        wrong = [fault for _, fault in group]
        more = f" (and {len(wrong) - 1} more)" * (len(wrong) > 1)
        detail = f"{wrong[0].what}: expected {wrong[0].expected}, found {wrong[0].found}{more}"
        open_review(ReviewKind.LEDGER, payment, subject=payment.order.number, detail=detail)
    return len(found)


def _unbalanced(payment: Payment | None) -> Iterator[Fault]:
    """Entries whose postings do not add up to zero in each currency."""
    postings = Posting.objects.filter(_about(payment, "entry__attempt__payment"))
    sums = postings.values("entry_id", "currency").annotate(sum=Sum("amount"))
    wrong = list(sums.exclude(sum=0)[:MOST])
    entries = Entry.objects.select_related("attempt__payment__order")
    known = entries.in_bulk([row["entry_id"] for row in wrong])
    for row in wrong:
        entry, off = known[row["entry_id"]], Money(int(row["sum"]), row["currency"])
        nothing = str(Money.zero(off.currency))
        payment = entry.attempt.payment if entry.attempt else None
        yield Fault(payment, entry.key, "sum of its postings", nothing, str(off))


def _books(payment: Payment | None) -> Iterator[Fault]:
    """Attempts whose postings are not what their totals ask for: the rule of payments.books."""
    must = _must()
    sums = {f"held_{role}": _held(role) for role in ROLES}
    attempts = Attempt.objects.filter(_about(payment, "payment"))
    rows = attempts.values("pk", "account__code", "payment__currency", *FACTS)
    rows = rows.annotate(**sums, elsewhere=Count("entries__postings", filter=_elsewhere()))
    asked = Q(elsewhere__gt=0)
    for role in ROLES:
        asked |= ~Q(**{f"held_{role}": must[role]})
    for attempt, row in _with_attempt(rows.filter(asked)):
        totals = Totals(**{name: row[name] for name in FACTS})
        for role, amount in balances(totals).items():
            what = f"balance of {named(role, row['account__code'])}"
            yield from _compare(attempt, what, expected=amount, found=row[f"held_{role}"])
        if row["elsewhere"]:
            what, count = "postings to other accounts or currencies", str(row["elsewhere"])
            yield Fault(attempt.payment, attempt.our_ref, what, "0", count)


def _must() -> dict[str, Any]:
    """The balances of payments.books, computed by the database."""
    return balances(Totals(*map(F, FACTS)), _most)  # type: ignore[arg-type]  # columns add up as numbers do


def _most(zero: int, column: Any) -> Any:
    return Greatest(Value(zero), column, output_field=BigIntegerField())


def _account(role: str) -> Any:
    """The name of an attempt's account, as payments.books.named has it."""
    prefix = Value(f"{role}:")
    return Concat(prefix, "account__code") if role in PER_PROVIDER_ACCOUNT else Value(role)


def _posted_to(role: str) -> Q:
    here = Q(entries__postings__currency=F("payment__currency"))
    return here & Q(entries__postings__account=_account(role))


def _held(role: str) -> Coalesce:
    return Coalesce(Sum("entries__postings__amount", filter=_posted_to(role)), 0)


def _elsewhere() -> Q:
    known = Q()
    for role in ROLES:
        known |= _posted_to(role)
    return Q(entries__postings__isnull=False) & ~known


def _payments(payment: Payment | None) -> Iterator[Fault]:
    """Payments whose totals are not the sums of their attempts."""
    sums = {f"sum_{name}": Coalesce(Sum(f"attempts__{name}"), 0) for name in SUMMED}
    rows = Payment.objects.filter(_about(payment, "pk")).values("pk", *SUMMED).annotate(**sums)
    asked = Q()
    for name in SUMMED:
        asked |= ~Q(**{name: F(f"sum_{name}")})
    wrong = list(rows.filter(asked)[:MOST])
    known = Payment.objects.select_related("order").in_bulk([row["pk"] for row in wrong])
    for row in wrong:
        found = known[row["pk"]]
        for name in SUMMED:
            is_, must = found.money(row[name]), found.money(int(row[f"sum_{name}"]))
            if is_ != must:
                yield Fault(found, "payment", name, str(must), str(is_))


def _refunds(payment: Payment | None) -> Iterator[Fault]:
    """Attempts whose totals are not the sums of their refunds."""
    refunds = Q(operations__kind=OperationKind.REFUND)
    made = refunds & Q(operations__status__in=MADE)
    came_back = refunds & Q(operations__status=OperationStatus.REVERSED)
    on_its_way = refunds & Q(operations__status__in=UNSETTLED)
    attempts = Attempt.objects.filter(_about(payment, "payment"))
    rows = attempts.values("pk", *REFUND_TOTALS).annotate(
        sum_refunded=Coalesce(Sum("operations__amount", filter=made), 0),
        sum_refund_reversed=Coalesce(Sum("operations__amount", filter=came_back), 0),
        sum_refund_pending=Coalesce(Sum("operations__amount", filter=on_its_way), 0),
    )
    wrong = Q()
    for name in REFUND_TOTALS:
        wrong |= ~Q(**{name: F(f"sum_{name}")})
    yield from _sums_of(rows.filter(wrong), *REFUND_TOTALS)


def _disputes(payment: Payment | None) -> Iterator[Fault]:
    """Attempts whose disputed money is not the sum of their open and lost disputes."""
    held = Sum("disputes__amount", filter=Q(disputes__status__in=HOLDS_MONEY))
    attempts = Attempt.objects.filter(_about(payment, "payment"))
    rows = attempts.values("pk", "disputed").annotate(sum_disputed=Coalesce(held, 0))
    yield from _sums_of(rows.exclude(disputed=F("sum_disputed")), "disputed")


def _sums_of(wrong: Rows, *names: str) -> Iterator[Fault]:
    for attempt, row in _with_attempt(wrong):
        for name in names:
            yield from _compare(attempt, name, expected=row[f"sum_{name}"], found=row[name])


def _refunds_without_entry(payment: Payment | None) -> Iterator[Fault]:
    """Refunds that were made, or came back, of which the ledger says nothing.

    What was asked for before the ledger began is in the opening entry of its attempt.
    """
    refunds = Operation.objects.filter(_about(payment, "attempt__payment"))
    refunds = refunds.filter(kind=OperationKind.REFUND)
    yield from _without_entry(EntryKind.REFUND, refunds.filter(status__in=MADE))
    reversed_ = refunds.filter(status=OperationStatus.REVERSED)
    yield from _without_entry(EntryKind.REFUND_REVERSED, reversed_)


def _without_entry(kind: EntryKind, refunds: QuerySet[Operation]) -> Iterator[Fault]:
    opening = Entry.objects.filter(kind=EntryKind.OPENING, attempt=OuterRef("attempt"))
    older = Exists(opening.filter(at__gte=OuterRef("created_at")))
    refunds = refunds.annotate(entry_key=Concat(Value(f"{kind}:"), "our_ref"))
    missing = refunds.filter(~Exists(Entry.objects.filter(key=OuterRef("entry_key"))), ~older)
    for refund in missing.select_related("attempt__payment__order")[:MOST]:
        what, nothing = f"entry {kind}:{refund.our_ref}", refund.attempt.money(0)
        yield Fault(refund.attempt.payment, refund.our_ref, what, str(refund.money), str(nothing))


def _adjustments_without_entry(payment: Payment | None) -> Iterator[Fault]:
    """Discrepancies that were settled by booking the difference, of which nothing is booked."""
    settled = Discrepancy.objects.filter(_about(payment, "attempt__payment"))
    settled = settled.filter(state=DiscrepancyState.RESOLVED, resolution__in=POSTED)
    missing = settled.filter(entries=None).select_related("attempt__payment__order")
    for each in missing[:MOST]:
        about = each.attempt.payment if each.attempt else None
        expected = f"{each.our_money} and {each.their_money} made one"
        yield Fault(about, each.subject, f"entry {EntryKind.ADJUSTMENT}:{each.pk}", expected, "0")


def _with_attempt(wrong: Rows) -> Iterator[tuple[Attempt, dict[str, Any]]]:
    rows = list(wrong[:MOST])
    attempts = Attempt.objects.select_related("payment__order")
    known = attempts.in_bulk([row["pk"] for row in rows])
    for row in rows:
        yield known[row["pk"]], row


def _compare(attempt: Attempt, what: str, *, expected: int, found: int) -> Iterator[Fault]:
    must, is_ = attempt.money(int(expected)), attempt.money(int(found))
    if must != is_:
        yield Fault(attempt.payment, attempt.our_ref, what, str(must), str(is_))
