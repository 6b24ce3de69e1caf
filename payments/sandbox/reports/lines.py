"""The lines of a day as the book has them, read in pages however many there are."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from payments.sandbox.days import beginning, end
from payments.sandbox.models import FINE, Merchant, Movement
from payments.sandbox.objects import moment

PAGE: Final = 2_000


class Line(NamedTuple):
    """One line of a settlement report; the names of the fields are its columns.

    `gross` in minor units, signed; `fee` in minor units with four decimals.
    """

    type: str
    id: str
    reference: str
    method: str
    currency: str
    gross: int | str
    fee: str
    settled_currency: str
    settled_gross: str
    occurred_at: str
    settled_at: str
    payout: str
    merchant_id: str
    mode: str


def lines_of(merchant: Merchant, day: date) -> Iterator[Line]:
    """The truth of a day that is closed, in the order in which it happened."""
    settled = Movement.objects.filter(
        merchant=merchant, settled_at__gte=beginning(day), settled_at__lt=end(day)
    )
    ordered = settled.select_related("payout").order_by("pk")
    last = 0
    while page := list(ordered.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        yield from (_line(movement, merchant) for movement in page)


def _line(movement: Movement, merchant: Merchant) -> Line:
    return Line(
        type=movement.kind,
        id=movement.name,
        reference=movement.reference,
        method=movement.method,
        currency=movement.currency,
        gross=movement.gross,
        fee=fine(movement.fee),
        settled_currency="",
        settled_gross="",
        occurred_at=moment(movement.occurred_at) or "",
        settled_at=moment(movement.settled_at) or "",
        payout=movement.payout.public_id if movement.payout else "",
        merchant_id=merchant.public_id,
        mode=movement.mode,
    )


def fine(amount: int) -> str:
    """Write `FINE` parts as minor units with their decimals."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // FINE}.{abs(amount) % FINE:04d}"


def read_moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
