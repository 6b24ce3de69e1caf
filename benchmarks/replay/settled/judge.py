"""Reads the corrected files and the sales once more, and shares no code with who booked them.

Lines go as text into a table in memory and are summed by SQL, as `second_read` sums the sales.
"""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from benchmarks.replay.settled.printed import closing_of, rows_of

CURRENCY: Final = "GBP"
PENNY: Final = Decimal("0.01")
_LINES: Final = "CREATE TABLE line(type, currency, gross, fee, payout)"
_SUMS: Final = "SELECT type, gross, count(*) FROM line GROUP BY type, gross"
_FOREIGN: Final = (
    "SELECT DISTINCT type, currency FROM line WHERE currency <> ? OR type NOT IN (?,?,?)"
)
KNOWN: Final = ("capture", "refund", "payout")


@dataclass(frozen=True, slots=True)
class Papers:
    """What the judge reads: the sales by invoice, in pence, and the files as they came in the end.

    `settlements` in the order of their days; `held` is what our ledger says we have at the bank.
    """

    sales: Mapping[str, tuple[int, int]]
    settlements: Sequence[bytes]
    statements: Sequence[bytes]
    held: int


@dataclass(slots=True)
class Sums:
    """What the papers come to, in pence; fees are exact."""

    sold: int = 0
    refunded: int = 0
    fees: Decimal = Decimal(0)
    posted_fees: int = 0
    """The fees of each payout in whole pence, as a ledger has them."""
    paid_out: int = 0
    held: int = 0
    bank_closing: Decimal = Decimal(0)
    differences: list[str] = field(default_factory=list)

    @property
    def owed(self) -> Decimal:
        """What the bank owes us in the end, to the last part of a penny."""
        return self.sold - self.refunded - self.fees - self.paid_out


def judge(papers: Papers) -> Sums:
    """Every difference between sales, settlement files, bank statements and our ledger, named."""
    sums = Sums(held=papers.held)
    sums.sold = sum(captured for captured, _ in papers.sales.values())
    sums.refunded = sum(refunded for _, refunded in papers.sales.values())
    with closing(sqlite3.connect(":memory:")) as table:
        table.execute(_LINES)
        for report in papers.settlements:
            table.executemany("INSERT INTO line VALUES (?,?,?,?,?)", _cells(report))
        sums.differences += _sales(table, papers.sales)
        sums.differences += [
            f"a line of the reports is a {kind} in {currency}"
            for kind, currency in table.execute(_FOREIGN, (CURRENCY, *KNOWN))
        ]
        payouts = _payouts(table, sums)
    sums.differences += _arrivals(payouts, papers.statements)
    if papers.settlements:
        sums.bank_closing = closing_of(papers.settlements[-1], CURRENCY)
    sums.differences += _balances(sums, len(payouts))
    return sums


def _cells(report: bytes) -> Iterator[tuple[str, ...]]:
    names = "type", "currency", "gross", "fee", "payout"
    return (tuple(row[name] for name in names) for row in rows_of(report).values())


def _sales(table: sqlite3.Connection, sales: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Captures amount by amount, since there is one of an order; refunds by their sum."""
    printed = [(kind, int(gross), count) for kind, gross, count in table.execute(_SUMS)]
    captures = Counter({gross: count for kind, gross, count in printed if kind == "capture"})
    sold = Counter(captured for captured, _ in sales.values() if captured)
    for amount, count in sorted((sold - captures).items()):
        yield f"sold {count} times for {_pounds(amount)}, and not in the reports"
    for amount, count in sorted((captures - sold).items()):
        yield f"{count} times {_pounds(amount)} in the reports, and not sold"
    back = -sum(gross * count for kind, gross, count in printed if kind == "refund")
    must = sum(refunded for _, refunded in sales.values())
    if back != must:
        yield f"refunded {_pounds(must)}, in the reports {_pounds(back)}"


def _payouts(table: sqlite3.Connection, sums: Sums) -> dict[str, int]:
    """What was sent by reference; fees and payouts are added up on the way, line by line."""
    net: dict[str, Decimal] = {}
    fees: dict[str, Decimal] = {}
    sent: dict[str, int] = {}
    rows = table.execute(
        "SELECT type, gross, fee, payout FROM line WHERE currency = ?", (CURRENCY,)
    )
    for kind, gross, fee, payout in rows:
        fees[payout] = fees.get(payout, Decimal(0)) + Decimal(fee)
        if kind == "payout":
            sent[payout] = sent.get(payout, 0) - int(gross)
        else:
            net[payout] = net.get(payout, Decimal(0)) + int(gross) - Decimal(fee)
    for payout in sorted(net.keys() | sent.keys()):
        lines, paid = net.get(payout, Decimal(0)), sent.get(payout)
        if payout and (paid is None or paid != _whole(lines)):
            name = "nothing" if paid is None else _pounds(paid)
            sums.differences.append(f"payout {payout}: sent {name}, its lines {_pounds(lines)}")
    sums.fees = sum(fees.values(), Decimal(0))
    sums.posted_fees = sum(map(_whole, fees.values()))
    sums.paid_out = sum(sent.values())
    return sent


def _arrivals(sent: Mapping[str, int], statements: Sequence[bytes]) -> Iterator[str]:
    came: Counter[str] = Counter()
    for statement in statements:
        for row in csv.DictReader(statement.decode().splitlines()):
            name = row["reference"] if row["currency"] == CURRENCY else f"in {row['currency']}"
            came[name] += int(Decimal(row["amount"]) * 100)
    for payout in sorted(sent.keys() | came.keys()):
        if sent.get(payout, 0) != came[payout]:
            left, got = _pounds(sent.get(payout, 0)), _pounds(came[payout])
            yield f"payout {payout}: sent {left}, at our bank {got}"


def _balances(sums: Sums, payouts: int) -> Iterator[str]:
    if _whole(sums.owed) != sums.bank_closing:
        closing_, owed = _pounds(sums.bank_closing), _pounds(sums.owed)
        yield f"the bank closes with {closing_}, and owes {owed}"
    ours = sums.sold - sums.refunded - sums.posted_fees - sums.paid_out
    if sums.held != ours:
        yield f"our ledger has {_pounds(sums.held)} at the bank, and should have {_pounds(ours)}"
    off = abs(sums.held - sums.owed)
    if off > Decimal(payouts + 1) / 2:
        yield f"our ledger is {_pounds(off)} from the bank, more than {payouts} payouts round off"


def _whole(amount: Decimal) -> int:
    return int((amount + Decimal("0.5")).to_integral_value("ROUND_FLOOR"))


def _pounds(pence: Decimal | int) -> str:
    return f"{(Decimal(pence) / 100).quantize(PENNY, ROUND_HALF_UP)}"
