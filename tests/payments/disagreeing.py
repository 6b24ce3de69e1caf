"""What does not agree, and where it stands: rows of both books, with overrides by keyword."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from orders.clock import now
from payments.models import (
    Attempt,
    BankLine,
    Discrepancy,
    Payout,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
)
from payments.models.discrepancy import DiscrepancyKind, Resolution
from payments.models.settlement import FileKind, FileSource, FileState
from payments.reconciliation.resolve import Answer, Decision, approve, propose, reject
from tests.factories import UserFactory, an_account

_numbers = itertools.count(1)


def the_account() -> ProviderAccount:
    return ProviderAccount.objects.first() or an_account()


def a_person(name: str = "") -> int:
    given = {"username": name} if name else {}
    return int(UserFactory.create(is_staff=True, **given).pk)


def a_discrepancy(kind: DiscrepancyKind = DiscrepancyKind.AMOUNT, **given: Any) -> Discrepancy:
    """A capture that is £1.00 more in their books than in ours, unless told otherwise."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "subject": f"capture:A{number}",
        "kind": kind,
        "about": "capture",
        "reference": f"A{number}",
        "currency": "GBP",
        "ours": 6000,
        "theirs": 6100,
        "at": now(),
    }
    if "account" not in given:
        values["account"] = the_account()
    return Discrepancy.objects.create(**(values | given))


def about(attempt: Attempt, kind: DiscrepancyKind = DiscrepancyKind.AMOUNT, **given: Any) -> Any:
    subject = f"capture:{attempt.our_ref}"
    named = {"subject": subject, "reference": attempt.our_ref, "attempt": attempt}
    return a_discrepancy(kind, **(named | {"account": attempt.account} | given))


def a_file(**given: Any) -> SettlementFile:
    """A settlement report of one day, read, unless told otherwise."""
    values: dict[str, Any] = {
        "kind": FileKind.REPORT,
        "name": "settlement-2026-11-28.csv",
        "source": FileSource.UPLOAD,
        "sha256": f"{next(_numbers):064x}",
        "size": 4000,
        "bytes_read": 4000,
        "state": FileState.LOADED,
        "lines_read": 120,
        "first_day": date(2026, 11, 28),
        "last_day": date(2026, 11, 28),
    }
    if "account" not in given and given.get("kind") != FileKind.STATEMENT:
        values["account"] = the_account()
    return SettlementFile.objects.create(**(values | given))


def a_line(file: SettlementFile, number: int = 7, **given: Any) -> SettlementLine:
    values: dict[str, Any] = {
        "kind": "capture",
        "provider_ref": f"pay_{number}",
        "our_ref": "",
        "method": "card",
        "currency": "GBP",
        "gross": 6100,
        "fee": Decimal("105.4000"),
        "settled_currency": "",
        "occurred_at": now(),
        "settled_at": now(),
        "payout_ref": "po_1",
        "stray": "",
    }
    return SettlementLine.objects.create(file=file, line_no=number, **(values | given))


def a_payout(ref: str = "po_1", **given: Any) -> Payout:
    values: dict[str, Any] = {
        "currency": "GBP",
        "amount": 9500,
        "lines_net": 10000,
        "sent_at": now(),
    }
    if "account" not in given:
        values["account"] = the_account()
    return Payout.objects.create(ref=ref, **(values | given))


def a_bank_line(payout: Payout, amount: int = 9000) -> BankLine:
    file = a_file(kind=FileKind.STATEMENT, name="november.xml")
    return BankLine.objects.create(
        file=file,
        line_no=12,
        day=date(2026, 11, 29),
        currency=payout.currency,
        amount=amount,
        reference=payout.ref,
        text="SANDBOX PAYMENTS",
        payout=payout,
    )


def settle(
    row: Discrepancy, how: str = Resolution.ADJUSTED, *, by: int | None = None, key: str = "k"
) -> bool:
    """One person says how it is settled."""
    person = by or a_person()
    words = ("the provider said so by mail", "ticket 4711")
    return propose(Decision(row.pk, person, how, *words, request_key=key))


def agree(row: Discrepancy, by: int, *, key: str = "") -> bool:
    return approve(Answer(row.pk, by, "seen", request_key=key))


def disagree(row: Discrepancy, by: int, *, key: str = "") -> bool:
    return reject(Answer(row.pk, by, "not convinced", request_key=key))
