"""Payouts against the statements of our own bank account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum

from payments.models import (
    BankLine,
    Discrepancy,
    Match,
    Payout,
    ProviderAccount,
    SettlementFile,
    SettlementTotal,
)
from payments.models.discrepancy import OF_PAYOUTS, DiscrepancyKind, Resolution
from payments.models.settlement import FileKind, FileState
from payments.reconciliation.days import DAY, begin, end, zone_of
from payments.reconciliation.questions import Question, keep_questions
from payments.reconciliation.rows import pages, save_each

Covered = dict[str, list[tuple[date, date]]]
"""By currency, stretches of days with their first and last, in their order."""
HOLIDAYS: Final = timedelta(days=5)
"""From one statement to the next, over days on which no bank books anything."""
WORD: Final = re.compile(r"[0-9A-Za-z_.-]{4,}")
SOME: Final = 500
UNSEEN: Final = timedelta(hours=1)
"""A file may have ended so long before a match that did not see it: it was not committed yet."""
BEFORE: Final = timedelta(days=7)
"""No bank books a payout so long before the first of its lines, whatever its zone."""


def find_payouts(account: ProviderAccount) -> None:
    """Find each payout on the bank's statements, and keep what came of it."""
    _find(account)
    _find_by_amount(account)
    _note(account)


def follow_payouts(account: ProviderAccount) -> None:
    """Ask about payouts that came otherwise than they were sent.

    Where the bank got what the lines come to and the payout is asked about, only the payout's own
    line is wrong; and known lines may explain what it got. What has not come within the account's
    days, as far as statements in its currency go, is asked; so is what came, and no report up to
    then says that it was sent. Days are those of the account's reports.
    """
    days, asked = _days(), _asked(account)
    questions = []
    reported = account.settlement_files.filter(state=FileState.LOADED)
    until = reported.aggregate(last=Max("last_day"))["last"]
    told_of = Q(amount__isnull=False) | Q(arrived_on__lte=until or date.min)
    told = account.payouts.filter(told_of).exclude(ref="")
    # Of a payout that was sent as its lines are, only what came of it can be explained by these.
    linked = account.discrepancies.filter(payout=OuterRef("pk")).exclude(about=OF_PAYOUTS)
    told = told.exclude(Q(arrived__isnull=False, amount=F("lines_net")) & Exists(linked))
    for payout in chain.from_iterable(pages(told, SOME)):
        if payout.arrived is None and not _is_missed(payout, account, days):
            continue
        if (payout.arrived or 0) == (payout.amount or 0):
            continue
        both = payout.lines_net, payout.amount
        if payout.arrived != payout.lines_net or asked.get(payout.pk) != both:
            kind = DiscrepancyKind.BANK_TOTAL
            questions.append(Question(kind, payout, payout.amount, payout.arrived, payout.sent_at))
    keep_questions(account, DiscrepancyKind.BANK_TOTAL, questions)


def _days() -> Covered:
    """By currency, the stretches of days that statements of our accounts in it are about."""
    loaded = SettlementFile.objects.filter(kind=FileKind.STATEMENT, state=FileState.LOADED)
    rows = loaded.values_list("pk", "first_day", "last_day", "opening", "closing")
    plain = [pk for pk, _, _, opening, closing in rows if not opening and not closing]
    seen = BankLine.objects.filter(file__in=plain).order_by().values_list("file", "currency")
    of_lines: dict[int, set[str]] = {}
    for pk, currency in seen.distinct():
        of_lines.setdefault(pk, set()).add(currency)
    days: Covered = {}
    for pk, first, last, opening, closing in rows.order_by("first_day"):
        for currency in {*opening, *closing, *of_lines.get(pk, ())}:
            if first and last:
                stretches = days.setdefault(currency, [(first, last)])
                begin, end = stretches[-1]
                if first - end <= HOLIDAYS:
                    stretches[-1] = begin, max(end, last)
                else:
                    stretches.append((first, last))
    return days


def _is_missed(payout: Payout, account: ProviderAccount, days: Covered) -> bool:
    """Whether statements in its currency cover all its days, and it is in none of them."""
    if payout.sent_at is None:
        return False
    sent = payout.sent_at.astimezone(ZoneInfo(account.report_zone)).date()
    late = sent + timedelta(days=account.payout_days)
    return any(first <= sent and late <= last for first, last in days.get(payout.currency, ()))


def _asked(account: ProviderAccount) -> dict[int, tuple[int | None, int | None]]:
    """By payout, both amounts of the question about it, settled by a person or not."""
    found = Discrepancy.objects.filter(account=account, kind=DiscrepancyKind.PAYOUT_TOTAL)
    rows = found.exclude(resolution=Resolution.AUTO).exclude(payout=None)
    amounts = rows.values_list("payout", "ours", "theirs")
    return {payout: (ours, theirs) for payout, ours, theirs in amounts}


def _find(account: ProviderAccount) -> None:
    """Link bank lines that name a payout, in their reference or in a word of their text."""
    for some in pages(_new_lines(account), SOME):
        words = {word for line in some for word in _words(line)}
        known = {
            (payout.ref, payout.currency): payout
            for payout in account.payouts.filter(ref__in=words - {""})
        }
        linked = [line for line in some if _link(line, known)]
        save_each(linked, ["payout"])


def _find_by_amount(account: ProviderAccount) -> None:
    """Link lines that name the provider and no payout, where just one payout can be meant.

    Many banks tell who sent money, and by no reference that the provider's reports know.
    """
    names = re.compile(rf"\b{re.escape(account.provider)}\b", re.IGNORECASE)
    for some in pages(_new_lines(account).filter(amount__gt=0), SOME):
        named = [line for line in some if names.search(f"{line.reference} {line.text}")]
        awaited = _awaited(account, named) if named else {}
        for line in named:
            possible = [each for each in awaited.get(_sum_of(line), ()) if _in_time(each, line)]
            if len(possible) != 1 or _names_another(line, possible[0].ref):
                continue
            if possible[0].account_id == account.pk:
                line.payout = possible[0]
                awaited[_sum_of(line)].remove(possible[0])
        save_each([line for line in named if line.payout_id], ["payout"])


def _names_another(line: BankLine, ref: str) -> bool:
    """Whether it names a payout that is not known yet, by how the one begins that is: "po_"."""
    kind, mark, _rest = ref.partition("_")
    return bool(mark) and any(word.startswith(f"{kind}_") for word in _words(line))


def _awaited(
    account: ProviderAccount, lines: list[BankLine]
) -> dict[tuple[int, str], list[Payout]]:
    """Payouts of which nothing has come yet, by amount and currency, where a line has just those.

    They are those of the provider's every account in the mode: a line names none of them.
    """
    sent = Payout.objects.filter(
        account__provider=account.provider,
        account__mode=account.mode,
        amount__in={line.amount for line in lines},
        sent_at__isnull=False,
    )
    came = BankLine.objects.filter(payout=OuterRef("pk"), file__state=FileState.LOADED)
    found: dict[tuple[int, str], list[Payout]] = {}
    for payout in sent.exclude(ref="").exclude(Exists(came)).select_related("account"):
        found.setdefault((payout.amount or 0, payout.currency), []).append(payout)
    return found


def _sum_of(line: BankLine) -> tuple[int, str]:
    return line.amount, line.currency


def _in_time(payout: Payout, line: BankLine) -> bool:
    """Whether it was sent in the days before the line in which a payout of its account comes."""
    account = payout.account
    zone, first = zone_of(account), line.day - timedelta(days=account.payout_days)
    sent = payout.sent_at
    return sent is not None and begin(first, zone) <= sent < end(line.day + DAY, zone)


def _new_lines(account: ProviderAccount) -> QuerySet[BankLine]:
    """Lines that the last match has not looked at, or that may name a payout it did not know.

    Most lines are of no payout, and would be read by each match for ever.
    """
    unlinked = BankLine.objects.filter(payout=None, file__state=FileState.LOADED)
    ended = Match.objects.filter(account=account).values_list("ended_at", flat=True).first()
    if ended is None:
        return unlinked
    since = ended - UNSEEN
    new = SettlementTotal.objects.filter(file__account=account, file__ended_at__gte=since)
    first = new.exclude(payout_ref="").aggregate(first=Min("first_at"))["first"]
    came = Q(file__ended_at__gte=since)
    return unlinked.filter(came | Q(day__gte=first.date() - BEFORE) if first else came)


def _words(line: BankLine) -> Iterator[str]:
    yield line.reference
    yield from WORD.findall(f"{line.reference} {line.text}")


def _link(line: BankLine, known: dict[tuple[str, str], Payout]) -> bool:
    named = {known.get((word, line.currency)) for word in _words(line)} - {None}
    if len(named) != 1:
        return False
    line.payout = named.pop()
    return True


def _note(account: ProviderAccount) -> None:
    """What came of each payout, as the statements that are loaded have it."""
    for some in pages(account.payouts.all(), SOME):
        lines = BankLine.objects.filter(payout__in=some, file__state=FileState.LOADED).order_by()
        sums = lines.values_list("payout").annotate(sum=Sum("amount"), day=Max("day"))
        came = {pk: (int(amount), day) for pk, amount, day in sums}
        changed = []
        for payout in some:
            arrived, day = came.get(payout.pk, (None, None))
            if (payout.arrived, payout.arrived_on) != (arrived, day):
                payout.arrived, payout.arrived_on = arrived, day
                changed.append(payout)
        save_each(changed, ["arrived", "arrived_on"])
