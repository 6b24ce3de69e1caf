"""What is made wrong in reports, by a seed: the same line always has the same fault."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from payments.sandbox.days import ONE_DAY
from payments.sandbox.objects import moment
from payments.sandbox.reports.lines import Line, read_moment

MOST: Final = 0.2
LIVE: Final = "live"


class Fault(StrEnum):
    MISSING_IN_PROVIDER = "missing_in_provider"
    MISSING_IN_LEDGER = "missing_in_ledger"
    AMOUNT = "amount"
    CURRENCY = "currency"
    FEE = "fee"
    DUPLICATE_IN_PROVIDER = "duplicate_in_provider"
    TIMING = "timing"
    PAYOUT_TOTAL = "payout_total"
    BANK_TOTAL = "bank_total"
    UNPARSEABLE_LINE = "unparseable_line"
    WRONG_ACCOUNT_OR_MODE = "wrong_account_or_mode"


OF_A_PAYOUT: Final = (Fault.PAYOUT_TOTAL, Fault.BANK_TOTAL)
OF_A_CAPTURE: Final = tuple(fault for fault in Fault if fault not in OF_A_PAYOUT)
OF_OTHERS: Final = tuple(fault for fault in OF_A_CAPTURE if fault is not Fault.FEE)
OF_TYPE: Final[Mapping[str, tuple[Fault, ...]]] = {
    "payout": OF_A_PAYOUT,
    "capture": OF_A_CAPTURE,
    "fee": (),
}
"""The faults that a line of a type can have; `OF_OTHERS` where it is not named."""


@dataclass(frozen=True, slots=True)
class Faults:
    """How many lines get a fault, as a share of 1, and of which kinds."""

    seed: str
    share: float
    kinds: tuple[str, ...] = tuple(Fault)

    def of(self, kind: str, name: str) -> Fault | None:
        """The fault of a line, by its type and id."""
        chance = number(f"{self.seed}:{kind}:{name}")
        can_be = [fault for fault in OF_TYPE.get(kind, OF_OTHERS) if fault in self.kinds]
        if not can_be or chance % 2**32 >= self.share * 2**32:
            return None
        return can_be[(chance >> 32) % len(can_be)]


NONE: Final = Faults("", 0)


def number(text: str) -> int:
    """A number below 2^64 that looks like chance and is always the same."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


class Told(NamedTuple):
    """What is printed of one true line. With a fault the last of that is what is wrong."""

    line: Line
    printed: list[Line]
    fault: Fault | None = None

    @property
    def wrong(self) -> Line:
        return self.printed[-1] if self.printed else self.line


def told(lines: Iterable[Line], faults: Faults) -> Iterator[Told]:
    for line in lines:
        fault = faults.of(line.type, line.id)
        yield Told(line, PRINTED[fault](line) if fault else [line], fault)


def late(lines: Iterable[Line], faults: Faults) -> Iterator[Line]:
    """The lines of the day before that come a day late."""
    for line in lines:
        if faults.of(line.type, line.id) is Fault.TIMING:
            at = read_moment(line.settled_at) + ONE_DAY
            yield line._replace(settled_at=moment(at) or "")


def larger(amount: int) -> int:
    """The same sign, and 1 % more, at least 1."""
    return amount + (1 if amount > 0 else -1) * max(1, abs(amount) // 100)


def _amount(line: Line) -> list[Line]:
    return [line._replace(gross=larger(int(line.gross)))]


def _currency(line: Line) -> list[Line]:
    return [line._replace(currency="EUR" if line.currency != "EUR" else "USD")]


def _fee(line: Line) -> list[Line]:
    return [line._replace(fee=f"{Decimal(line.fee) * 2 + 100:.4f}")]


def _stranger(line: Line) -> list[Line]:
    """Beside the line, one of a payment that nobody knows, which no payout holds."""
    return [line, _other(line)._replace(type="capture", gross=abs(int(line.gross)))]


def _foreign(line: Line) -> list[Line]:
    other = _other(line)
    if number(line.id) % 2:
        return [line, other._replace(mode=LIVE)]
    return [line, other._replace(merchant_id=f"mer_{_made(line)}")]


def _unparseable(line: Line) -> list[Line]:
    return [line, _other(line)._replace(gross="n/a")]


def _other(line: Line) -> Line:
    made = _made(line)
    return line._replace(id=f"pay_{made}", reference=f"X{made.upper()[:20]}", payout="")


def _made(line: Line) -> str:
    return hashlib.sha256(f"{line.type}:{line.id}".encode()).hexdigest()[:24]


PRINTED: Final[Mapping[Fault, Callable[[Line], list[Line]]]] = {
    Fault.MISSING_IN_PROVIDER: lambda _: [],
    Fault.MISSING_IN_LEDGER: _stranger,
    Fault.AMOUNT: _amount,
    Fault.CURRENCY: _currency,
    Fault.FEE: _fee,
    Fault.DUPLICATE_IN_PROVIDER: lambda line: [line, line],
    Fault.TIMING: lambda _: [],
    Fault.PAYOUT_TOTAL: _amount,
    Fault.BANK_TOTAL: lambda line: [line],
    Fault.UNPARSEABLE_LINE: _unparseable,
    Fault.WRONG_ACCOUNT_OR_MODE: _foreign,
}
