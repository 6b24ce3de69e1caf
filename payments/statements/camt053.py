"""ISO 20022 bank statements, camt.053.001.02 to .13, as a stream.

An entry's sign is its CdtDbtInd alone: RvslInd says that it undoes an earlier one, and the
standard has it carry the direction in which the money goes now.
"""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from orders.errors import CurrencyMismatch
from orders.money import Money
from payments.providers.cause import because
from payments.providers.reports import BadLine, ReportRefused
from payments.statements.base import (
    LONGEST_CELL,
    LONGEST_QUOTE,
    LONGEST_TEXT,
    BankRow,
    StatementHeader,
    Unreadable,
    currency_code,
    minor_units,
    reference_of,
)
from payments.statements.xml_scopes import Part, XmlScopes

NAMESPACE: Final = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.(0[2-9]|1[0-3])")
STATEMENT: Final = "Document/BkToCstmrStmt/Stmt"
BALANCE, ENTRY = f"{STATEMENT}/Bal", f"{STATEMENT}/Ntry"
DETAIL: Final = f"{ENTRY}/NtryDtls/TxDtls"
MONEY: Final = ("Amt", "CdtDbtInd")
REFERENCES: Final = (
    "Refs/EndToEndId",
    "RmtInf/Strd/CdtrRefInf/Ref",
    "Refs/TxId",
    "Refs/InstrId",
    "Refs/AcctSvcrRef",
)
TEXTS: Final = ("RmtInf/Ustrd", "AddtlTxInf")
SCOPES: Final = {
    "Document": (),
    STATEMENT: ("Id", "Acct/Id/IBAN", "Acct/Id/Othr/Id", "FrToDt/FrDtTm", "FrToDt/ToDtTm"),
    BALANCE: (*MONEY, "Tp/CdOrPrtry/Cd"),
    ENTRY: (
        *MONEY, "Sts", "Sts/Cd", "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm",
        "NtryRef", "AcctSvcrRef", "AddtlNtryInf",
    ),
    DETAIL: (*MONEY, "AmtDtls/TxAmt/Amt", *REFERENCES, *TEXTS),
}  # fmt: skip  # a table of pairs reads by the line
OPENING, CLOSING = {"OPBD", "PRCD"}, {"CLBD"}
BOOKED: Final = "BOOK"
SIGNS: Final = {"CRDT": 1, "DBIT": -1}
NO_REFERENCE: Final = {"", "NOTPROVIDED"}
MOST_DETAILS: Final = 100_000
"""Transactions of one entry at most: they wait for its end."""


class Camt053:
    """A statement in XML; several of one account in a row are one. Raises ReportRefused.

    What was booked counts, what is pending does not. Each statement must name its balance before
    and after, and its entries must lead from one to the other. `skipped` lines came before.
    """

    def __init__(self, text: Iterator[str], skipped: int = 0) -> None:
        self.header = StatementHeader()
        self._known, self._names_days, self._last_number = False, False, 0
        self._head: Part | None = None
        self._rows: deque[BankRow | BadLine] = deque()
        self._details: list[Part] = []
        self._opening: dict[str, int] = {}
        self._closing: dict[str, int] = {}
        self._moved: dict[str, int] = {}
        self._xml = XmlScopes(SCOPES, begun=self._begun, ended=self._ended, skipped=skipped)
        self._reading = self._xml.read(text)
        for _ in self._reading:
            if self._known:
                return
        raise ReportRefused("there is no statement in it")

    def lines(self) -> Iterator[BankRow | BadLine]:
        """The movements in their order; the file is whole once they have ended."""
        for _ in itertools.chain((None,), self._reading):
            while self._rows:
                yield self._rows.popleft()

    def _begun(self, part: Part) -> None:
        if part.path == "Document":
            if not NAMESPACE.fullmatch(self._xml.namespace):
                named = self._xml.namespace.rpartition(":")[2][:40]
                raise ReportRefused(
                    "it is %(named)s, not camt.053.001.02 to .13",
                    part.line,
                    named=named or because("something else"),
                )
        elif part.path == STATEMENT:
            self._opening, self._closing, self._moved = {}, {}, {}
            self._head = part
        elif part.path == ENTRY:
            self._details.clear()
            self._know()

    def _ended(self, part: Part) -> None:
        if part.path == BALANCE:
            self._balance(part)
        elif part.path == DETAIL:
            if len(self._details) == MOST_DETAILS:
                raise ReportRefused("an entry of too many transactions", part.line)
            self._details.append(part)
        elif part.path == ENTRY and part.first("Sts/Cd", "Sts") == BOOKED:
            self._rows.extend(self._entry(part))
        elif part.path == STATEMENT:
            self._know()
            self._prove(part)

    def _balance(self, part: Part) -> None:
        kind = part.first("Tp/CdOrPrtry/Cd")
        if kind not in OPENING | CLOSING:
            return
        try:
            money = _money(part, "Amt", part.first("CdtDbtInd"))
        except Unreadable as error:
            raise ReportRefused(
                "the balance %(kind)s: %(why)s", part.line, kind=kind, why=error.why
            ) from error
        balances = self._opening if kind in OPENING else self._closing
        balances.setdefault(money.currency, money.amount)

    def _know(self) -> None:
        """Take the statement's head into the header, once: at its first entry, or its end."""
        part, self._head = self._head, None
        if part is None:
            return
        account = part.first("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        first, last = (_day_or_none(part, end) for end in ("FrDtTm", "ToDtTm"))
        if not self._known:
            self._known, self._names_days = True, bool(first and last)
            self.header = StatementHeader(
                part.first("Id"),
                account,
                first,
                last,
                self._opening,
                self._closing,
                line=part.line,
            )
        elif account == self.header.account_id and self.header.closing == self._opening:
            last = last if self._names_days else self.header.last_day
            every = (*self.header.more_statements, part.first("Id"))
            self.header = replace(
                self.header, last_day=last, closing=self._closing, more_statements=every
            )
        else:
            raise ReportRefused(
                "several statements that do not follow each other: export one at a time", part.line
            )

    def _prove(self, part: Part) -> None:
        if not self._opening:
            raise ReportRefused("the statement names no booked balance before", part.line)
        if not self._closing:
            raise ReportRefused("the statement names no booked balance after", part.line)
        for currency in sorted({*self._opening, *self._closing, *self._moved}):
            due = self._opening.get(currency, 0) + self._moved.get(currency, 0)
            if due != self._closing.get(currency, 0):
                raise ReportRefused(
                    "the %(currency)s balance after is not the one before and its entries",
                    part.line,
                    currency=currency,
                )

    def _entry(self, part: Part) -> Iterator[BankRow | BadLine]:
        details, self._details = self._details, []
        try:
            money = _money(part, "Amt", part.first("CdtDbtInd"))
        except Unreadable as error:
            yield self._bad(part, error)
            return
        self._moved[money.currency] = self._moved.get(money.currency, 0) + money.amount
        for detail, own in _split(part, details, money):
            try:
                yield self._row(part, detail, own)
            except Unreadable as error:
                yield self._bad(detail, error)

    def _row(self, entry: Part, detail: Part, money: Money) -> BankRow:
        day = _day(entry.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
        named = (detail.first(path) for path in REFERENCES)
        reference = next((name for name in named if name not in NO_REFERENCE), "")
        reference = reference_of(reference or entry.first("NtryRef", "AcctSvcrRef"))
        text = (detail.first(*TEXTS) or entry.first("AddtlNtryInf"))[:LONGEST_TEXT]
        if not self._names_days:
            self.header = self.header.covering(day)
        number = self._number(detail)
        return BankRow(number, day, money.currency, money.amount, reference, text)

    def _bad(self, part: Part, error: Unreadable) -> BadLine:
        text = " | ".join(part.said.values())[:LONGEST_QUOTE]
        return BadLine(self._number(part), error.why, text)

    def _number(self, part: Part) -> int:
        self._last_number = max(part.line, self._last_number + 1)
        return self._last_number


def _split(entry: Part, details: list[Part], money: Money) -> list[tuple[Part, Money]]:
    """The transactions of an entry with their amounts, where these add up to it; else itself."""
    alone = Part(entry.path, entry.line, details[0].said if len(details) == 1 else {})
    if len(details) <= 1:
        return [(alone, money)]
    try:
        amounts = [_amount(detail, entry.first("CdtDbtInd")) for detail in details]
        whole = sum(amounts, Money.zero(money.currency))
    except (Unreadable, CurrencyMismatch):
        return [(alone, money)]
    return list(zip(details, amounts, strict=True)) if whole == money else [(alone, money)]


def _amount(detail: Part, direction: str) -> Money:
    path = "Amt" if detail.first("Amt") else "AmtDtls/TxAmt/Amt"
    return _money(detail, path, detail.first("CdtDbtInd") or direction)


def _money(part: Part, path: str, direction: str) -> Money:
    """An amount, below zero where the direction is DBIT; raises Unreadable."""
    if direction not in SIGNS:
        raise Unreadable("it says neither CRDT nor DBIT")
    currency = currency_code(part.first(f"{path}@Ccy"))
    amount = minor_units(part.first(path), currency)
    if amount < 0:
        raise Unreadable("an amount with a sign: the sign is CdtDbtInd's")
    return Money(SIGNS[direction] * amount, currency)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Unreadable("“%(text)s” is not a day", text=text[:LONGEST_CELL]) from error


def _day_or_none(part: Part, end: str) -> date | None:
    text = part.first(f"FrToDt/{end}")
    try:
        return _day(text) if text else None
    except Unreadable as error:
        raise ReportRefused("%(end)s: %(why)s", part.line, end=end, why=error.why) from error
