"""Two books of one day: ours by the ways of the product, theirs as a report of the sandbox bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import count
from typing import Any

from orders.clock import clock_at, now
from payments.models import Attempt, Discrepancy, Entry, ProviderAccount, SettlementFile
from payments.models.payout import FeeRule
from payments.models.settlement import FileSource
from payments.providers.base import ProviderObject, RefundSeen, RefundStatus
from payments.providers.sandbox.columns import NAMES
from payments.reconciliation import importing
from payments.reconciliation.resolve import Decision, propose
from payments.services.apply import apply_outcome
from tests.factories import UserFactory, an_account, an_attempt, an_order, captured

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = NOON.date()
_ids = count(1)


def the_account(**given: Any) -> ProviderAccount:
    """One whose reports are whole by the end of their day, so that nothing is only late."""
    return an_account(**({"settlement_days": 0} | given))


def a_sale(account: ProviderAccount, amount: int = 6000, currency: str = "GBP") -> Attempt:
    """Captured and booked, told by the provider under the id "pay_<our reference>"."""
    attempt = an_attempt(an_order(amount=amount, currency=currency), account)
    return sold(attempt)


def sold(attempt: Attempt) -> Attempt:
    named = (ProviderObject("payment", f"pay_{attempt.our_ref}"),)
    outcome = captured(attempt, objects=named)
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="webhook")


def refunded_by_them(attempt: Attempt, amount: int = 1000, *, theirs: str = "re_1") -> Attempt:
    """A refund made at the provider's own site, and booked, with such an id there."""
    refund = RefundSeen(theirs, "", attempt.payment.money(amount), RefundStatus.SUCCEEDED)
    outcome = captured(attempt, refunds=(refund,))
    return apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="webhook")


@dataclass(slots=True)
class Theirs:
    """A report in the making. Amounts in minor units; a line is what is given, else of DAY."""

    account: ProviderAccount
    first: date = DAY
    last: date | None = None
    rows: list[str] = field(default_factory=list)
    head: dict[str, str] = field(default_factory=dict)
    opening: dict[str, int] = field(default_factory=lambda: {"GBP": 0})

    def line(self, kind: str, **given: Any) -> Theirs:
        values: dict[str, Any] = dict.fromkeys(NAMES, "")
        values |= {
            "type": kind,
            "id": f"id_{next(_ids)}",
            "method": "card",
            "currency": "GBP",
            "gross": 0,
            "fee": 0,
            "occurred_at": datetime.combine(self.first, NOON.time(), UTC).isoformat(),
            "merchant_id": self.account.merchant_id,
            "mode": "test",
        }
        values |= given
        values["settled_at"] = given.get("settled_at", values["occurred_at"])
        self.rows.append(",".join(str(values[name]) for name in NAMES))
        return self

    def sale(self, attempt: Attempt, **given: Any) -> Theirs:
        """The line that agrees with a sale of ours, but for what is given."""
        agrees: dict[str, Any] = {
            "id": f"pay_{attempt.our_ref}",
            "reference": attempt.our_ref,
            "gross": attempt.amount,
            "currency": attempt.payment.currency,
        }
        return self.line("capture", **(agrees | given))

    def raw(self, text: str) -> Theirs:
        self.rows.append(text)
        return self

    def text(self) -> str:
        last = self.last or self.first
        head = {
            "#merchant_id": self.account.merchant_id,
            "#mode": "test",
            "#period": f"{self.first},{last}",
        } | self.head
        return "\n".join(
            [
                "#Sandbox settlement report",
                *(f"{word},{said}" for word, said in head.items()),
                *(f"#opening,{currency},{money}" for currency, money in self.opening.items()),
                ",".join(NAMES),
                *self.rows,
                *(f"#closing,{currency},{money}" for currency, money in self.opening.items()),
                f"#lines,{len(self.rows)}",
                "",
            ]
        )

    def comes(self, name: str = "report.csv") -> SettlementFile:
        """Imported, on its last day at the earliest, and not compared yet."""
        day = datetime.combine(self.last or self.first, NOON.time(), UTC)
        moment = max(now(), day)
        with clock_at(lambda: moment):
            return imported(self.account, self.text().encode(), name)


def imported(
    account: ProviderAccount | None, body: bytes, name: str = "report.csv"
) -> SettlementFile:
    new = SettlementFile(account=account, name=name, source=FileSource.COMMAND)
    return importing.import_new(new, BytesIO(body))


def statement(*rows: tuple[date, str, str]) -> SettlementFile:
    """A bank statement in GBP: day, amount, reference."""
    lines = [f"{day},GBP,{amount},{ref},Payout" for day, amount, ref in rows]
    text = "\n".join(["booked_on,currency,amount,reference,text", *lines, ""])
    return imported(None, text.encode(), "statement.csv")


def found(account: ProviderAccount) -> list[tuple[str, str]]:
    """Kind and subject of what is not resolved."""
    rows = Discrepancy.objects.filter(account=account).exclude(state="resolved")
    return sorted(rows.values_list("kind", "subject"))


def posted(kind: str) -> dict[tuple[str, str], int]:
    """What entries of a kind have moved, by account of the ledger and currency."""
    sums: dict[tuple[str, str], int] = {}
    for entry in Entry.objects.filter(kind=kind):
        for posting in entry.postings.all():
            key = posting.account, posting.currency
            sums[key] = sums.get(key, 0) + posting.amount
    return {key: amount for key, amount in sums.items() if amount}


def at_noon() -> Iterator[None]:
    """Let it be noon of DAY."""
    with clock_at(lambda: NOON):
        yield


def resolved(discrepancy: Discrepancy, resolution: str) -> None:
    """As a person settles it who needs nobody's approval."""
    by = UserFactory.create().pk
    propose(Decision(discrepancy.pk, by, resolution, "known", "mail of today", "key"))


def with_agreed_fee() -> ProviderAccount:
    """Such an account with an agreed fee of 1 % and 20 pence."""
    account = the_account()
    FeeRule.objects.create(account=account, currency="GBP", percent=1, fixed=20, tolerance=1)
    return account


def paid(account: ProviderAccount, amount: int, *, of: int = 6000, fee: str = "80") -> Theirs:
    """One sale that agrees, paid out with such an amount by the payout "po_1"."""
    theirs = Theirs(account).sale(a_sale(account, of), fee=fee, payout="po_1")
    return theirs.line("payout", id="po_1", gross=-amount, payout="po_1")
