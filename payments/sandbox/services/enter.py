"""Entering in a merchant's account what moved its money, in the transaction of the cause."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum
from django.utils import timezone

from payments.sandbox.days import ONE_DAY, beginning
from payments.sandbox.models import FINE, Merchant, Movement, MovementKind, Payment, Refund


@dataclass(frozen=True, slots=True)
class Entry:
    """What moved: the public id of it, gross in minor units, signed, and the fee in `FINE` parts.

    With `priced` the merchant's fee for captures comes on top.
    """

    kind: MovementKind
    name: str
    gross: int
    reference: str = ""
    fee: int = 0
    priced: bool = False


def enter(*, payment: Payment, entry: Entry) -> None:
    """Write one movement of a payment; runs inside the caller's transaction."""
    # Its merchant's row is kept until the commit, so that nothing enters a day that is closed.
    merchant = Merchant.objects.select_for_update(no_key=True).get(pk=payment.merchant_id)
    now = timezone.now()
    Movement.objects.create(
        merchant=merchant,
        kind=entry.kind,
        name=entry.name,
        reference=entry.reference,
        method=payment.method,
        mode=payment.mode,
        currency=payment.currency,
        gross=entry.gross,
        fee=_price(merchant, entry.gross) if entry.priced else entry.fee,
        occurred_at=now,
        settled_at=_booked_at(merchant, now),
    )


def enter_captured(*, payment: Payment) -> None:
    """Enter what was captured at once; runs inside the caller's transaction."""
    kind, name = MovementKind.CAPTURE, payment.public_id
    entry = Entry(kind, name, payment.captured, payment.reference, priced=True)
    enter(payment=payment, entry=entry)


def enter_refund(*, payment: Payment, refund: Refund) -> None:
    """Enter a refund that has succeeded; runs inside the caller's transaction."""
    entry = Entry(MovementKind.REFUND, refund.public_id, -refund.amount, refund.reference)
    enter(payment=payment, entry=entry)


def enter_reversed(*, payment: Payment, refund: Refund) -> None:
    """Enter that a refund which had succeeded came back; runs inside the caller's transaction."""
    kind, name = MovementKind.REFUND_REVERSED, refund.public_id
    enter(payment=payment, entry=Entry(kind, name, refund.amount, refund.reference))


def balances(merchant: Merchant, *, before: datetime | None = None) -> dict[str, int]:
    """What the bank owes a merchant, by currency, in `FINE` parts of a minor unit.

    With all movements, or with those that settled before a moment.
    """
    moved = Movement.objects.filter(merchant=merchant)
    if before is not None:
        moved = moved.filter(settled_at__lt=before)
    sums = moved.order_by("currency").values_list("currency").annotate(Sum("gross"), Sum("fee"))
    return {currency: int(gross) * FINE - int(fee) for currency, gross, fee in sums}


def net(moved: QuerySet[Movement]) -> int:
    """What some movements of one currency come to, in `FINE` parts of a minor unit."""
    sums = moved.aggregate(gross=Sum("gross", default=0), fee=Sum("fee", default=0))
    return int(sums["gross"]) * FINE - int(sums["fee"])


def _price(merchant: Merchant, amount: int) -> int:
    return amount * merchant.fee_basis_points + merchant.fee_fixed * FINE


def _booked_at(merchant: Merchant, now: datetime) -> datetime:
    if merchant.closed_through is None:
        return now
    return max(now, beginning(merchant.closed_through + ONE_DAY))
