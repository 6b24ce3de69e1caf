"""The ledger, the provider's file and the bank's statement of a plan, and what is wrong in them."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.reconcile.plan import (
    BEGIN,
    BLOCK,
    DAYS,
    MERCHANT,
    MODE,
    SHARE_OF_PAYOUTS,
    Booked,
    Known,
    Operation,
    fault_of,
    operations,
)

HEADER: Final = (
    *("type", "id", "reference", "method", "currency", "gross", "fee"),
    *("settled_currency", "settled_gross", "occurred_at", "settled_at", "payout"),
    *("merchant_id", "mode"),
)
WITHOUT_REFERENCE: Final = 0.02
"""Of all captures: the file names them by the provider's id only."""
OTHER: Final = {"GBP": "EUR", "EUR": "GBP"}


@dataclass(slots=True)
class Paid:
    """What a payout really comes to."""

    net: Decimal = Decimal(0)
    at: datetime = BEGIN


class World:
    """Writes the two files while the plan goes by, and says what our ledger gets."""

    def __init__(self, folder: Path, lines: int, seed: str) -> None:
        self.report, self.statement = folder / "report.csv", folder / "statement.csv"
        self._lines, self._seed = lines, seed
        self._dice = Random(f"{seed}:faults")  # noqa: S311  # no secret
        self._paid: defaultdict[str, Paid] = defaultdict(Paid)
        self._number = 0
        self._ghosts: set[str] = set()
        self.faults: list[tuple[str, str]] = []
        self.written = 0

    def play(self) -> Iterator[Booked | Known]:
        """What our own books have, one by one; at its end both files are whole."""
        first, last = BEGIN.date(), (BEGIN + timedelta(days=DAYS - 1)).date()
        with (
            self.report.open("w", encoding="utf-8", newline="") as report,
            self.statement.open("w", encoding="utf-8", newline="") as statement,
        ):
            self._report, self._bank = (
                csv.writer(report, lineterminator="\n"),
                csv.writer(statement),
            )
            self._raw = report
            self._bank.writerow(("booked_on", "currency", "amount", "reference", "text"))
            for row in (
                ("#Sandbox settlement report",),
                ("#merchant_id", MERCHANT),
                ("#mode", MODE),
                ("#period", first, last),
            ):
                self._head(row)
            self._head(HEADER)
            for number, made in enumerate(operations(self._lines, self._seed)):
                if number % BLOCK == 0:
                    self._pay_out()
                yield from self._live(made, fault_of(self._dice, made, number / self._lines))
            self._pay_out()
            self._report.writerow(("#lines", self.written))

    def _head(self, row: tuple[object, ...]) -> None:
        self._number += 1
        self._report.writerow(row)

    def _live(self, made: Operation, fault: str) -> Iterator[Booked | Known]:
        if made.attempt in self._ghosts:
            return
        if fault in {"missing_in_ledger", "wrong_account_or_mode"}:
            self._ghosts.add(made.attempt)
        else:
            yield from self._ours(made, fault)
        if fault:
            self._spoil(made, fault)
            return
        named = made.kind != "capture" or self._dice.random() >= WITHOUT_REFERENCE
        self._write(made, reference=made.named if named else "")
        self._count(made)

    def _ours(self, made: Operation, fault: str) -> Iterator[Booked | Known]:
        pending = made.ref if fault == "status" else ""
        if made.kind == "capture" or pending:
            yield Known(made.attempt, made.provider_ref, pending)
        if pending:
            return
        yield Booked(*self._entry(made, made.gross))
        if fault == "duplicate_in_ledger":
            yield Booked(*self._entry(made, 2 * made.gross))

    def _entry(self, made: Operation, total: int) -> tuple[str, str, str, str, int, str]:
        keys = {
            "capture": f"capture:{made.ref}:{total}",
            "dispute": f"dispute:bench:{made.provider_ref}:open",
        }
        key = keys.get(made.kind, f"{made.kind}:{made.ref}")
        return made.kind, key, made.attempt, made.currency, made.gross, str(made.at)

    def _spoil(self, made: Operation, fault: str) -> None:
        """Write what the file has instead, pay out what is true, and note what is to be found."""
        subject, paid = made.subject, made
        if fault == "fee":
            paid = replace(made, fee=made.fee + self._dice.randrange(5, 50))
            subject = self._write(paid)
        elif fault == "unparseable_line":
            subject = self._write_badly(made)
        elif fault == "wrong_account_or_mode":
            subject = self._write(made, merchant="mer_other")
        else:
            for line in self._instead(made, fault):
                self._write(line)
        if fault != "wrong_account_or_mode":
            self._count(paid)
        self.faults.append((fault, subject))

    def _instead(self, made: Operation, fault: str) -> tuple[Operation, ...]:
        lines = {
            "missing_in_provider": (),
            "timing": (),
            "amount": (replace(made, gross=made.gross + self._dice.randrange(1, 50)),),
            "currency": (replace(made, currency=OTHER[made.currency]),),
            "duplicate_in_provider": (made, made),
        }
        return lines.get(fault, (made,))

    def _count(self, made: Operation) -> None:
        paid = self._paid[made.payout]
        paid.net += made.gross - made.fee
        paid.at = made.at + timedelta(seconds=1)

    def _write(
        self, made: Operation, *, reference: str | None = None, merchant: str = MERCHANT
    ) -> str:
        self._number += 1
        self.written += 1
        at = made.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        named = made.named if reference is None else reference
        self._report.writerow(
            (
                *(made.kind, made.provider_ref, named, made.method, made.currency, made.gross),
                *(made.fee or 0, "", "", at, at, made.payout, merchant, MODE),
            )
        )
        return f"line:{self._number}"

    def _write_badly(self, made: Operation) -> str:
        """A line that breaks off in its amount: somebody has edited the file."""
        self._number += 1
        self.written += 1
        start = f"{made.kind},{made.provider_ref},{made.ref},{made.method},{made.currency}"
        self._raw.write(f"{start},{made.gross}?{made.gross % 7}\n")
        return f"line:{self._number}"

    def _pay_out(self) -> None:
        """Send what has come together since the last time, and show it on the bank's statement."""
        for ref, paid in self._paid.items():
            amount = int(paid.net.quantize(Decimal(1), ROUND_HALF_UP))
            currency = ref.rpartition("_")[2]
            key = f"{ref}:{currency}"
            sent = arrived = amount
            roll = self._dice.random()
            if roll < SHARE_OF_PAYOUTS:
                sent = arrived = amount + self._dice.randrange(1_000_000, 9_000_000)
                self.faults.append(("payout_total", f"payout_total:{key}"))
            elif roll < 2 * SHARE_OF_PAYOUTS:
                arrived = amount - self._dice.randrange(1_000_000, 9_000_000)
                self.faults.append(("bank_total", f"bank_total:{key}"))
            payout = Operation(
                *("payout", "", ref, "", currency, -sent, Decimal(0), paid.at, ref, "")
            )
            self._write(payout, reference="")
            money = Decimal(arrived) / 100
            self._bank.writerow((paid.at.date(), currency, f"{money:.2f}", ref, f"Payout {ref}"))
        self._paid.clear()

    def save_faults(self, path: Path) -> None:
        path.write_text(json.dumps(self.faults), "utf-8")
