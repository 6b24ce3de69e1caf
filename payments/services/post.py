"""The one way into the ledger: balanced entries, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from payments.books import FACTS, Fact, Totals, moved, named
from payments.errors import Unbalanced
from payments.models import Attempt, Entry, Posting
from payments.states import EntryKind


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be written, with the amounts it moves by account and currency."""

    entry: Entry
    amounts: Mapping[tuple[str, str], int]


def post(drafts: Sequence[Draft]) -> None:
    """Write entries with their postings: two statements, however many.

    Raises Unbalanced, then nothing is written, and IntegrityError on a key that is there already.
    """
    for draft in drafts:
        _check_balance(draft)
    Entry.objects.bulk_create([draft.entry for draft in drafts])
    Posting.objects.bulk_create(
        Posting(entry=draft.entry, account=account, currency=currency, amount=amount)
        for draft in drafts
        for (account, currency), amount in draft.amounts.items()
    )


def _check_balance(draft: Draft) -> None:
    sums: dict[str, int] = {}
    for (_, currency), amount in draft.amounts.items():
        sums[currency] = sums.get(currency, 0) + amount
    if not draft.amounts or any(sums.values()):
        raise Unbalanced(f"{draft.entry.key}: {dict(draft.amounts)}")


def totals_of(attempt: Attempt) -> Totals:
    """The money facts of an attempt as they stand in memory."""
    return Totals(**{name: getattr(attempt, name) for name in FACTS})


def post_facts(attempt: Attempt, *, stood: Totals, facts: Sequence[Fact]) -> None:
    """Post what was just booked of an attempt that stood so before; the caller holds the locks.

    The capture comes first, then the others as they were seen. Without a new fact nothing is asked
    of the database: a second application of the same sight posts nothing.
    """
    drafts = []
    for fact in (*_capture(attempt, stood), *facts):
        after = stood + fact.adds
        drafts.append(_draft(attempt, fact, moved(stood, after)))
        stood = after
    if drafts:
        post(drafts)


def _capture(attempt: Attempt, stood: Totals) -> Iterator[Fact]:
    """What came in, and how much of it nobody owed."""
    if attempt.captured != stood.captured:
        more = attempt.captured - stood.captured
        adds = Totals(captured=more, surplus=attempt.surplus - stood.surplus)
        yield Fact(EntryKind.CAPTURE, f"{attempt.our_ref}:{attempt.captured}", adds)


def _draft(attempt: Attempt, fact: Fact, moves: Mapping[str, int]) -> Draft:
    code, currency = attempt.account.code, attempt.payment.currency
    entry = Entry(key=fact.key, kind=fact.kind, attempt=attempt, operation_id=fact.operation_id)
    return Draft(entry, {(named(role, code), currency): moves[role] for role in moves})
