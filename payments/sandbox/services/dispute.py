"""Disputes: the shopper's bank takes the side of the shopper, until it is decided."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from payments.sandbox.errors import conflict
from payments.sandbox.models import FINE, Act, Dispute, DisputeStatus, MovementKind, Payment
from payments.sandbox.pace import paced
from payments.sandbox.scenarios import DISPUTE_CLOSES, DISPUTE_OPENS, Disputes
from payments.sandbox.services.announce import announce
from payments.sandbox.services.enter import Entry, enter
from payments.sandbox.services.ids import new_id
from payments.sandbox.services.later import plan

EVIDENCE_WITHIN = timedelta(days=7)
REASON = "fraudulent"
DECIDED = {Disputes.WON: DisputeStatus.WON, Disputes.LOST: DisputeStatus.LOST}


def expect_dispute(*, payment: Payment) -> None:
    """Plan the dispute of a payment that was just captured, if its shopper is one who disputes.

    Runs inside the caller's transaction, once for each payment.
    """
    if payment.plays.disputes is not Disputes.NEVER:
        due_at = timezone.now() + paced(DISPUTE_OPENS)
        plan(act=Act.OPEN_DISPUTE, payment=payment, due_at=due_at)


def open_dispute(*, payment: Payment) -> bool:
    """Dispute all that was captured by now, once. Runs inside the caller's transaction."""
    now = timezone.now()
    undisputed = Payment.objects.filter(pk=payment.pk, captured__gt=0, disputed=0)
    if not undisputed.update(disputed=F("captured"), updated_at=now):
        return False
    payment.read_again()
    dispute = Dispute.objects.create(
        public_id=new_id("dp"),
        payment=payment,
        amount=payment.disputed,
        reason=REASON,
        opened_at=now,
        evidence_due_at=now + EVIDENCE_WITHIN,
    )
    _enter_opened(payment, dispute)
    announce(kind="dispute.opened", payment=payment)
    if payment.plays.disputes in DECIDED:
        plan(act=Act.CLOSE_DISPUTE, payment=payment, due_at=now + paced(DISPUTE_CLOSES))
    return True


def close_dispute(*, payment: Payment) -> bool:
    """Decide the open dispute. A second call changes nothing.

    Runs inside the caller's transaction.
    """
    now = timezone.now()
    decided = DECIDED[payment.plays.disputes]
    still_open = Dispute.objects.filter(payment=payment, status=DisputeStatus.OPEN)
    dispute = still_open.first()
    if dispute is None or not still_open.update(status=decided, closed_at=now):
        return False
    kept_aside = F("disputed") if decided is DisputeStatus.LOST else 0
    Payment.objects.filter(pk=payment.pk).update(disputed=kept_aside, updated_at=now)
    payment.read_again()
    if decided is DisputeStatus.WON:
        kind, name = MovementKind.DISPUTE_REVERSAL, dispute.public_id
        enter(payment=payment, entry=Entry(kind, name, dispute.amount))
    announce(kind=f"dispute.{decided}", payment=payment)
    return True


def take_evidence(*, dispute: Dispute, texts: dict[str, str]) -> None:
    """Keep the merchant's side of an open dispute, once; raises Refused, then nothing has changed.

    Runs inside the caller's transaction.
    """
    now = timezone.now()
    awaited = Dispute.objects.filter(
        pk=dispute.pk, status=DisputeStatus.OPEN, evidence_due_at__gt=now, evidence_at=None
    )
    taken = awaited.update(evidence=texts, evidence_at=now)
    dispute.refresh_from_db()
    if taken:
        return
    if dispute.status != DisputeStatus.OPEN:
        raise conflict("dispute_decided", "The dispute is decided.")
    if dispute.evidence_at:
        raise conflict("evidence_taken", "There is evidence in this dispute already.")
    raise conflict("evidence_late", "The time for evidence is over.")


def _enter_opened(payment: Payment, dispute: Dispute) -> None:
    name = dispute.public_id
    enter(payment=payment, entry=Entry(MovementKind.DISPUTE, name, -dispute.amount))
    if fee := payment.merchant.dispute_fee * FINE:
        enter(payment=payment, entry=Entry(MovementKind.FEE, name, 0, fee=fee))
