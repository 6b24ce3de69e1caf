"""What must hold in the end: the bank's book and the shop's rows tell the same. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from benchmarks.chaos.bank.book import Payment
from benchmarks.chaos.bank.instruments import MISTOLD

Row = dict[str, Any]
Rows = Mapping[str, Any]
IN_FLIGHT: Final = {"submitting", "requires_action", "approved", "processing", "unknown"}
UNSETTLED: Final = {"requested", "submitting", "pending", "unknown"}
WITHDRAWN: Final = {"failed", "reversed", "rejected"}
WAITING: Final = {"received", "parked"}
KEEPS_GOODS: Final = {"open", "confirmed", "completed"}
DEAD: Final = {"cancelled", "expired"}
ABOUT_A_PART: Final = {"wrong_amount", "mismatch"}
"""Reviews by which a person decides about an order that has only a part of its money."""
ASKED_ANEW: Final = {"wrong_amount", "mismatch"}
"""Kinds that may come again, once ended, for the same cause: an unpaid rest, a late letter."""
Review = tuple[str, str]


@dataclass(slots=True)
class Verdict:
    """Each figure with the problems it counts."""

    charged_twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    ledger_difference: int = 0
    reviews: Counter[str] = field(default_factory=Counter)

    @property
    def problems(self) -> list[str]:
        return [*self.charged_twice, *self.lost, *self.stuck, *self.others]


@dataclass(frozen=True, slots=True)
class Books:
    """The bank's payments, the shop's rows, and what was known before: all that is compared."""

    payments: Sequence[Payment]
    rows: Rows
    account: str
    stock: Mapping[str, int]
    strangers: Sequence[str]
    now: datetime


def judge(books: Books) -> Verdict:
    verdict = Verdict()
    verdict.lost += [*_captures(books), *_orders(books)]
    verdict.charged_twice += _twice(books)
    verdict.stuck += _stuck(books)
    verdict.reviews.update(review["kind"] for review in books.rows["reviews"])
    verdict.others += [*_refunds(books), *_stock(books), *_reviews(books), *_answers(books)]
    verdict.others += _unheeded(books)
    verdict.others += [f"ledger: {fault}" for fault in books.rows["faults"]]
    verdict.ledger_difference = _difference(books)
    if verdict.ledger_difference:
        verdict.others.append(f"ledger and bank differ by {verdict.ledger_difference}")
    return verdict


def _captures(books: Books) -> Iterator[str]:
    """Every capture at the bank has exactly one payment here, and the reverse."""
    theirs: dict[str, list[Payment]] = defaultdict(list)
    for payment in books.payments:
        if payment.captured:
            theirs[payment.wanted.reference].append(payment)
    ours = {row["our_ref"]: row for row in books.rows["attempts"] if row["captured"]}
    for ref in theirs.keys() | ours.keys():
        captured = [payment.captured for payment in theirs[ref]]
        booked = [ours[ref]["captured"]] if ref in ours else []
        if captured != booked:
            yield f"{ref}: the bank captured {captured}, booked is {booked}"


def _orders(books: Books) -> Iterator[str]:
    """Who paid has an order or the money back, and nobody has goods for nothing."""
    by_order, asked = _by_order(books), _asked(books, ABOUT_A_PART)
    for order in books.rows["orders"]:
        payments = by_order[order["number"]]
        kept = sum(payment.captured - payment.refunded for payment in payments)
        failed = _failed(payments)
        name = f"order {order['number']} ({order['email']})"
        left = sum(payment.kept for payment in payments)
        if order["state"] in DEAD and left > failed:
            yield f"{name} is {order['state']}, and {left} of its money was kept"
        if order["state"] == "open" and kept >= order["total_amount"]:
            yield f"{name} is paid and still open"
        elif order["state"] == "open" and kept > failed and order["number"] not in asked:
            yield f"{name} is open, {kept} of its money was kept, and nobody is asked about it"
        if order["state"] == "confirmed" and not any(p.captured or p.held for p in payments):
            yield f"{name} is confirmed, and no money came"


def _twice(books: Books) -> Iterator[str]:
    for number, payments in _by_order(books).items():
        kept = sum(payment.kept for payment in payments)
        if kept > payments[0].wanted.amount + _failed(payments):
            yield f"order {number}: {kept} was taken for {payments[0].wanted.amount}"


def _by_order(books: Books) -> defaultdict[str, list[Payment]]:
    """The bank's payments by the number that stands in their description."""
    found: defaultdict[str, list[Payment]] = defaultdict(list)
    for payment in books.payments:
        found[payment.wanted.description].append(payment)
    return found


def _asked(books: Books, kinds: Collection[str]) -> set[str]:
    """The orders about which a person is being asked, by reviews of these kinds."""
    asked = [row for row in books.rows["reviews"] if row["resolved_at"] is None]
    return {row["number"] for row in asked if row["kind"] in kinds}


def _failed(payments: Sequence[Payment]) -> int:
    """What was sent back and did not arrive."""
    return sum(r.amount for p in payments for r in p.refunds if r.status == "failed")


def _refunds(books: Books) -> Iterator[str]:
    """Ours never exceed what was captured, each was made once, and totals agree."""
    made = Counter(r.reference for p in books.payments for r in p.refunds if r.reference)
    yield from (f"refund {ref} was made {n} times" for ref, n in made.items() if n > 1)
    returned = {payment.wanted.reference: payment.refunded for payment in books.payments}
    asked: Counter[str] = Counter()
    for row in books.rows["operations"]:
        if row["kind"] == "refund" and row["status"] not in WITHDRAWN:
            asked[row["attempt_ref"]] += row["amount"]
    for row in books.rows["attempts"]:
        ref, net = row["our_ref"], row["refunded"] - row["refund_reversed"]
        if asked[ref] > row["captured"]:
            yield f"{ref}: refunds of {asked[ref]} were asked for, {row['captured']} was captured"
        if net != returned.get(ref, 0):
            yield f"{ref}: the bank returned {returned.get(ref, 0)}, booked is {net}"


def _stock(books: Books) -> Iterator[str]:
    sold: Counter[str] = Counter()
    for line in books.rows["lines"]:
        if line["state"] in KEEPS_GOODS:
            sold[line["sku"]] += line["quantity"] - line["restocked"]
    for line in books.rows["returned"]:
        sold[line["sku"]] -= line["restocked"]
    for sku, before in books.stock.items():
        gone = before - books.rows["stock"][sku]
        if gone != sold[sku]:
            yield f"stock of {sku}: {gone} are gone, {sold[sku]} were sold"


def _difference(books: Books) -> int:
    """Between the ledger's view of the bank and the bank's own, and what does not sum to zero."""
    postings = books.rows["postings"]
    bank = f"provider:{books.account}"
    ours: int = sum(row["amount"] for row in postings if row["account"] == bank)
    theirs = sum(payment.kept for payment in books.payments)
    unbalanced: int = sum(row["amount"] for row in postings)
    return abs(ours - theirs) + abs(unbalanced)


def _stuck(books: Books) -> Iterator[str]:
    """What is not at its end, and neither comes up by itself nor lies before a person."""
    asked = {row["number"] for row in books.rows["reviews"] if row["resolved_at"] is None}
    for name, number, status, due in _unfinished(books.rows):
        if (due is None or due < books.now) and number not in asked:
            yield f"{name} is stuck: {status}, next {due}"


def _unfinished(rows: Rows) -> Iterator[tuple[str, str, str, datetime | None]]:
    """Name, order, state and next moment of each."""
    for row in filter(_open_attempt, rows["attempts"]):
        yield f"attempt {row['our_ref']}", row["number"], row["status"], row["next_poll_at"]
    for row in _where(rows["operations"], "status", UNSETTLED):
        name = f"{row['kind']} {row['our_ref']}"
        yield name, row["number"], row["status"], row["next_run_at"]
    for row in _where(rows["evidence"], "state", {"sending"}):
        yield f"evidence {row['our_ref']}", row["number"], row["state"], row["next_run_at"]
    for row in _where(rows["events"], "state", WAITING):
        yield f"event {row['event_id']}", "", row["state"], row["next_run_at"]
    for row in _where(rows["mails"], "sent_at", {None}):
        yield f"mail {row['kind']} {row['subject_ref']}", "", "unsent", row["next_run_at"]
    for row in _where(rows["orders"], "state", {"open"}):
        yield f"order {row['number']}", row["number"], "open", row["expires_at"]


def _where(rows: Sequence[Row], column: str, values: Collection[object]) -> list[Row]:
    return [row for row in rows if row[column] in values]


def _open_attempt(row: Row) -> bool:
    held = row["hold"] and row["authorized"] > row["captured"] + row["released"]
    return held or row["status"] in IN_FLIGHT


def _reviews(books: Books) -> Iterator[str]:
    """Reviews are those that the bank's book calls for, each by kind and subject."""
    wanted = Counter(_called_for(books))
    found = Counter((row["kind"], row["subject_ref"]) for row in books.rows["reviews"])
    for review in [each for each in found if each[0] in ASKED_ANEW]:
        found[review] = 1
    for kind, subject in (found - wanted).elements():
        yield f"review {kind} of {subject} was not called for"
    for kind, subject in (wanted - found).elements():
        yield f"review {kind} of {subject} is missing"


def _called_for(books: Books) -> Iterator[Review]:
    for payment in books.payments:
        yield from (("dispute", each.id) for each in payment.disputes)
        yield from (("capture_failed", ref) for ref in payment.refused)
        for refund in payment.refunds:
            if not refund.reference:
                yield "external_refund", f"{books.account}:{refund.id}"
            elif refund.status == "failed":
                yield "refund_failed", refund.reference
        yield from _called_for_by_amounts(payment)
    dead = {row["number"] for row in books.rows["orders"] if row["state"] in DEAD}
    for number, payments in _by_order(books).items():
        if surplus := _disputed_surplus(payments, owed=number not in dead):
            yield _about_surplus(books, surplus)


def _called_for_by_amounts(payment: Payment) -> Iterator[Review]:
    """Holds that lapse, amounts that nobody asked for, other modes, and silence."""
    ref = payment.wanted.reference
    if payment.lapsed:
        yield from (("hold_ending", f"{ref}:{hours}") for hours in (48, 24))
    short = 0 < payment.captured < payment.wanted.amount
    if short and (payment.lapsed or not payment.wanted.manual):
        yield "wrong_amount", ref
    if payment.instrument == MISTOLD and payment.captured:
        yield "mismatch", ref
    if payment.silent:
        yield from (("no_answer", each) for each in (ref, *payment.unheeded))


def _disputed_surplus(payments: Sequence[Payment], *, owed: bool) -> Payment | None:
    """The payment that a dispute has taken and that nobody `owed`, or another made as well."""
    kept = sum(payment.kept for payment in payments)
    taken = [each for each in payments if each.disputed]
    return next((each for each in taken if kept > each.kept or not owed), None)


def _about_surplus(books: Books, surplus: Payment) -> Review:
    """What a dispute has taken cannot go back by itself, and a person is asked.

    In one of two ways, by what was seen first: the dispute, or a refund that came too late.
    """
    ref = surplus.wanted.reference
    refunds = [row for row in books.rows["operations"] if row["attempt_ref"] == ref]
    failed = [("refund_failed", row["our_ref"]) for row in refunds if row["status"] == "failed"]
    return failed[0] if failed else ("surplus", ref)


def _answers(books: Books) -> Iterator[str]:
    """What was sent in a dispute was taken there, once."""
    sent = Counter(row["about"] for row in _where(books.rows["evidence"], "state", {"sent"}))
    taken = Counter(each.id for p in books.payments for each in p.disputes if each.answered)
    for dispute in sent.keys() | taken.keys():
        if sent[dispute] != taken[dispute]:
            yield f"dispute {dispute}: {taken[dispute]} answers taken, {sent[dispute]} sent"


def _unheeded(books: Books) -> Iterator[str]:
    """Nothing is given up, and what is set aside is all about another shop's payments."""
    for row in books.rows["events"]:
        if row["state"] == "dead":
            yield f"event {row['event_id']} is dead"
    ignored = {row["event_id"] for row in books.rows["events"] if row["state"] == "ignored"}
    for event in ignored ^ set(books.strangers):
        yield f"event {event} is {'' if event in ignored else 'not '}set aside as not ours"
