"""Both sides of a day as rows: reports with their lines and totals, and entries of the ledger."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from payments.books import BANK, FEES, PROVIDER, SALES, named
from payments.models import (
    Discrepancy,
    Entry,
    Payout,
    Posting,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    SettlementTotal,
)
from payments.models.discrepancy import DiscrepancyKind
from payments.models.settlement import FileKind, FileSource, FileState
from payments.reconciliation.days import Side
from payments.states import EntryKind
from tests.factories import GBP, an_attempt, an_order

DAY = date(2026, 11, 10)
NEXT = DAY + timedelta(days=1)
NOON = time(12)
_numbers = itertools.count(1)


def at(day: date, clock: time = NOON) -> datetime:
    return datetime.combine(day, clock, UTC)


def gbp(account: ProviderAccount) -> Side:
    return Side(account, GBP)


def booked(account: ProviderAccount, amount: int, moment: datetime, **given: Any) -> Entry:
    """What our ledger has: a capture unless told otherwise, of an attempt of its own.

    `other`: the account that it came from; `ref`: in place of a new attempt's reference.
    """
    kind = given.pop("kind", EntryKind.CAPTURE)
    other, currency = given.pop("other", SALES), given.pop("currency", GBP)
    ref = given.pop("ref", "")
    if not given:
        attempt = an_attempt(an_order(amount=abs(amount)), account)
        given, ref = {"attempt": attempt}, ref or attempt.our_ref
    key = f"{kind}:{ref}:{next(_numbers)}"
    entry = Entry.objects.create(key=key, kind=kind, at=moment, **given)
    for name, moved in ((named(PROVIDER, account.code), amount), (other, -amount)):
        Posting.objects.create(entry=entry, account=name, currency=currency, amount=moved)
    return entry


def of_payout(payout: Payout, kind: EntryKind, amount: int, *, moment: datetime) -> Entry:
    """What a report posted of a payout: its fees or itself, as it moved the provider's account."""
    other = BANK if kind == EntryKind.PAYOUT else named(FEES, payout.account.code)
    given = {"kind": kind, "other": other, "ref": payout.ref, "payout": payout}
    return booked(payout.account, amount, moment, currency=payout.currency, **given)


def a_payout(account: ProviderAccount, ref: str = "po_1", **given: Any) -> Payout:
    return Payout.objects.create(account=account, ref=ref, **{"currency": GBP, **given})


def a_report(account: ProviderAccount, day: date = DAY, **given: Any) -> SettlementFile:
    """A report of one day that was read at noon of the next one."""
    values = {
        "account": account,
        "kind": FileKind.REPORT,
        "name": f"{day}.csv",
        "source": FileSource.UPLOAD,
        "sha256": f"{next(_numbers):064d}",
        "size": 1,
        "state": FileState.LOADED,
        "first_day": day,
        "last_day": day,
        "ended_at": at(day + timedelta(days=1)),
    }
    return SettlementFile.objects.create(**(values | given))


def told(report: SettlementFile, gross: int, **given: Any) -> SettlementLine:
    """A line of a report and its total, a capture at noon of its day unless told otherwise."""
    assert report.first_day
    values: dict[str, Any] = {
        "kind": "capture",
        "provider_ref": f"pay_{next(_numbers)}",
        "our_ref": "",
        "method": "card",
        "currency": GBP,
        "gross": gross,
        "fee": Decimal(0),
        "settled_currency": "",
        "settled_gross": None,
        "occurred_at": at(report.first_day),
        "settled_at": at(report.first_day),
        "payout_ref": "",
        "stray": "",
    } | given
    line = SettlementLine.objects.create(file=report, line_no=next(_numbers), **values)
    same = ("payout_ref", "kind", "method", "currency", "settled_currency", "gross", "fee")
    SettlementTotal.objects.create(
        file=report,
        day=line.settled_at.date(),
        lines=1,
        settled_gross=line.settled_gross or 0,
        first_at=line.occurred_at,
        last_at=line.occurred_at,
        **{name: values[name] for name in same},
    )
    return line


def agreed(report: SettlementFile, amount: int, moment: datetime) -> Entry:
    """A payment that both sides have: ours at that moment, theirs on the day of the report."""
    assert report.account
    entry = booked(report.account, amount, moment)
    assert entry.attempt
    told(report, amount, our_ref=entry.attempt.our_ref)
    return entry


def a_discrepancy(account: ProviderAccount, ref: str, **given: Any) -> Discrepancy:
    """A capture that does not agree; not in our books unless told otherwise."""
    values = {
        "subject": f"capture:{ref}",
        "kind": DiscrepancyKind.MISSING_IN_LEDGER,
        "about": "capture",
        "reference": ref,
        "currency": GBP,
        "at": at(DAY),
        "reason": "they said so",
        "evidence": "their letter",
    }
    return Discrepancy.objects.create(account=account, **(values | given))
