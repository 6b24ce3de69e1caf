"""What a provider's settlement report is made of: a header, then lines, read as a stream."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, NamedTuple, Protocol, runtime_checkable

from payments.providers.cause import Cause, Fact, because


class LineKind(enum.StrEnum):
    """What a line of a report is about; `adjustment` is whatever the provider does by itself.

    `allotment` moves no money: so much of what no payout had is in one now (see ReportLine).
    """

    CAPTURE = "capture"
    REFUND = "refund"
    REFUND_REVERSED = "refund_reversed"
    DISPUTE = "dispute"
    DISPUTE_REVERSAL = "dispute_reversal"
    FEE = "fee"
    PAYOUT = "payout"
    ALLOTMENT = "allotment"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class ReportHeader:
    """Whose report it is, and of which days (both included); "" and None where it does not say.

    `opening` and `closing` are the provider's own balances, in minor units by currency. `lines`:
    where in the file it says "merchant_id", "mode" and "days".
    """

    merchant_id: str = ""
    mode: str = ""
    first_day: date | None = None
    last_day: date | None = None
    opening: Mapping[str, int] = field(default_factory=dict)
    closing: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


class ReportLine(NamedTuple):
    """One movement of the balance at the provider. A tuple, since there are millions of them.

    `number` is the line of the file, from 1. `gross` is signed minor units of `currency`: what came
    to our balance is above zero; `fee` is above zero where it cost us, and may be finer than minor
    units. A fee by itself has a gross of zero, and a payout has a `payout_ref`: what has not is
    shown to staff as a line that cannot be read. `our_ref` is the reference we gave to the attempt
    (capture) or the refund, "" where the file has none; a dispute is known by `provider_ref`.
    A provider that knows only later which payout a line belongs to leaves `payout_ref` empty there,
    and has an allotment of what it nets once it knows.
    Where it is settled in another currency, `settled_gross` is in minor units of
    `settled_currency`, and the fee is in that; else they are "" and None.
    Moments are in UTC. `merchant_id` and `mode` are those of the line, "" where it names none.
    """

    number: int
    kind: LineKind
    provider_ref: str
    our_ref: str
    method: str
    currency: str
    gross: int
    fee: Decimal
    settled_currency: str
    settled_gross: int | None
    occurred_at: datetime
    settled_at: datetime
    payout_ref: str
    merchant_id: str
    mode: str


class BadLine(NamedTuple):
    """A line that cannot be read: it stops nothing, and staff see it. `text` is what it says."""

    number: int
    why: Cause
    text: str


class ReportRefused(Exception):
    """The whole file is refused; nothing of it is kept. `number`: the line, None for the file.

    `words` are a literal in English, with a gap for each of `facts`: staff read them translated.
    """

    def __init__(self, words: str, number: int | None = None, /, **facts: Fact | date) -> None:
        self.why, self.number = because(words, **facts), number
        super().__init__(str(self.why))


class Report(Protocol):
    """A file that is being read. Its header is known before the first line is.

    `lines` raises ReportRefused where the file breaks off or contradicts itself; only once it has
    ended is the file whole, and is `closing` known of a report that says it at its end.
    """

    header: ReportHeader

    def lines(self) -> Iterator[ReportLine | BadLine]: ...


@runtime_checkable
class Reports(Protocol):
    """A provider with settlement reports. All that a new provider needs for reconciliation.

    `fetch_report` gives the bytes of the report of one day (in the account's zone), or None where
    there will be none; raises ProviderError where it is not there yet, namely NotReady where it is
    being made by now, so that the days after it are asked for too. `parse_report` reads a stream of
    text lines, keeping their ends; it raises ReportRefused on what is no such file.
    """

    def fetch_report(self, day: date) -> AbstractContextManager[IO[bytes]] | None: ...
    def parse_report(self, text: Iterator[str]) -> Report: ...
