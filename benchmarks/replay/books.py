"""What the shop's database says of a run. Import it once Django is set up."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from benchmarks.replay.compare import Booked
from orders.models import Mail, Order
from payments.models import Attempt, InboxEvent, Operation, Payment
from payments.services.check_ledger import faults
from payments.states import InboxState, OperationKind, OperationStatus, PaymentStatus

_PAID = (PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the shop is: a run is settled when nothing of it is waiting any more."""

    orders: int
    paid: int
    refunds_asked: int
    refunds_made: int
    events_waiting: int
    mails_waiting: int

    def missing(self, *, orders: int, refunds: int) -> list[str]:
        """Say what is still to come; empty once all is settled."""
        left = {
            "orders to be placed": orders - self.orders,
            "orders to be paid": self.orders - self.paid,
            "refunds to be asked for": refunds - self.refunds_asked,
            "refunds to be made": self.refunds_asked - self.refunds_made,
            "webhook events to be applied": self.events_waiting,
            "mails to be sent": self.mails_waiting,
        }
        return [f"{count} {what}" for what, count in left.items() if count]


def look() -> Standing:
    return Standing(
        orders=Order.objects.count(),
        paid=Payment.objects.filter(status__in=_PAID).count(),
        refunds_asked=Operation.objects.filter(kind=OperationKind.REFUND).count(),
        refunds_made=Operation.objects.filter(status=OperationStatus.SUCCEEDED).count(),
        events_waiting=InboxEvent.objects.filter(
            state__in=(InboxState.RECEIVED, InboxState.PARKED)
        ).count(),
        mails_waiting=Mail.objects.filter(sent_at__isnull=True).count(),
    )


def paid_payments(invoices: Collection[str]) -> dict[str, int]:
    """Those of the invoices whose order is paid, each with the id of its payment."""
    found = Payment.objects.filter(order__address__line2__in=invoices, status__in=_PAID)
    return dict(found.values_list("order__address__line2", "pk"))


def booked() -> list[Booked]:
    """Every order as it stands: captures of its attempts, and refunds that succeeded."""
    captured = Attempt.objects.filter(payment__order=OuterRef("pk")).values("payment")
    refunded = Operation.objects.filter(
        attempt__payment__order=OuterRef("pk"), status=OperationStatus.SUCCEEDED
    ).values("attempt__payment")
    rows = Order.objects.annotate(
        captured=Coalesce(Subquery(captured.values(sum=Sum("captured"))), 0),
        refunded=Coalesce(Subquery(refunded.values(sum=Sum("amount"))), 0),
    )
    return [
        Booked(*row)
        for row in rows.values_list("address__line2", "captured", "refunded").order_by()
    ]


def ledger_faults() -> list[str]:
    """What `manage.py check_ledger` names."""
    return [f"the ledger does not agree: {fault}" for fault in faults()]


def drop_one_capture() -> str:
    """Delete one capture behind the shop's back; the invoice it was for."""
    attempt = Attempt.objects.filter(captured__gt=0).order_by("pk").last()
    if attempt is None:
        return ""
    Attempt.objects.filter(pk=attempt.pk).update(captured=0)
    Payment.objects.filter(pk=attempt.payment_id).update(captured=0)
    return str(attempt.payment.order.address.line2)
