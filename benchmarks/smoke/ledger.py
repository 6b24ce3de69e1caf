"""What the shop's database and the bank say of the purchases. Import it with Django set up."""

from collections.abc import Iterator

from benchmarks.smoke.purchases import Purchase
from orders.models import Mail, Order
from payments.models import Attempt, Operation, Payment
from payments.providers.base import OurRef
from payments.registry import provider_for
from payments.states import OperationStatus, PaymentStatus

_PAID = (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED)


class Ledger:
    """Compares, order by order; amounts in minor units."""

    def __init__(self, purchases: list[Purchase]) -> None:
        self._purchases = purchases

    def paid(self) -> int:
        return Payment.objects.filter(status__in=_PAID).count()

    def refunded(self) -> int:
        return Payment.objects.filter(refunded__gt=0).count()

    def paid_and_told(self) -> list[str]:
        """Say what is missing before all are paid and have their confirmation."""
        wanted = len(self._purchases)
        return _missing("payments", self.paid(), wanted) + _unsent("confirmation", wanted)

    def refunded_and_told(self) -> list[str]:
        """Say what is missing before all refunds are made and told."""
        wanted = sum(len(purchase.refunds) for purchase in self._purchases)
        made = Operation.objects.filter(status=OperationStatus.SUCCEEDED).count()
        return _missing("refunds", made, wanted) + _unsent("refund", wanted)

    def problems(self) -> list[str]:
        """Every total that differs, in the database and in the bank's own book."""
        found = [line for purchase in self._purchases for line in self._of(purchase)]
        if (count := Order.objects.count()) != len(self._purchases):
            found.append(f"{count} orders in the database, not {len(self._purchases)}")
        return found

    def _of(self, purchase: Purchase) -> Iterator[str]:
        payment = Payment.objects.select_related("order").get(order__number=purchase.number)
        theirs = [_at_the_bank(attempt) for attempt in payment.attempts.select_related("account")]
        figures = {
            "order total": (payment.order.total_amount, purchase.total),
            "sum of its lines": (_lines(payment.order), purchase.total),
            "asked for": (payment.amount, purchase.total),
            "captured": (payment.captured, purchase.total),
            "refunded": (payment.refunded, purchase.refunded),
            "captured at the bank": (sum(sums[0] for sums in theirs), purchase.total),
            "refunded at the bank": (sum(sums[1] for sums in theirs), purchase.refunded),
            "attempts": (len(theirs), purchase.attempts),
        }
        for what, (is_, must) in figures.items():
            if is_ != must:
                yield f"order {purchase.number}: {what} is {is_}, not {must}"
        if payment.status != purchase.status:
            yield f"order {purchase.number} is {payment.status}, not {purchase.status}"


def _missing(what: str, is_: int, wanted: int) -> list[str]:
    return [f"{wanted - is_} {what}"] if is_ != wanted else []


def _unsent(kind: str, wanted: int) -> list[str]:
    sent = Mail.objects.filter(kind=kind, sent_at__isnull=False).count()
    return _missing(f"mails of kind {kind}", sent, wanted)


def _lines(order: Order) -> int:
    return sum(line.gross_amount for line in order.lines.all())


def _at_the_bank(attempt: Attempt) -> tuple[int, int]:
    """Captured and refunded, as the bank answers to our reference."""
    seen = provider_for(attempt.account).query(OurRef(attempt.our_ref))
    return seen.captured, sum(refund.amount.amount for refund in seen.refunds)
