"""Money that should have gone back and did not: refund it again, or note that it went elsewhere."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from orders.emails import queue_mail
from orders.formats import format_money
from orders.states import OrderState
from payments.books import Fact, Totals
from payments.errors import RefundRefused
from payments.models import Attempt, Operation
from payments.services.apply import settle_payment
from payments.services.ending import Case, Ending, end, ended_before, lock_case
from payments.services.post import post_facts, totals_of
from payments.services.refund import owe_refund, tell_asked
from payments.services.room import surplus_left
from payments.services.surplus import REASON
from payments.states import CAME_BACK, EntryKind

NOTHING_KEPT: Final = frozenset({OrderState.CANCELLED, OrderState.EXPIRED})
"""All that an attempt of such an order brought has to go back."""
ENDED: Final = "order ended"
"""The stored reason of a refund of what such an order had kept."""


def owed_back(case: Case) -> int:
    """All of the failed refund, or what is still here of an ended order's money or of the surplus.

    0 where that cannot go, also since the surplus that failed to go back has gone by another way.
    """
    attempt, refund = case.attempt, case.operation
    if attempt is None:
        return 0
    free = min(attempt.refundable.amount, case.payment.refundable.amount)
    ended = case.payment.order.state in NOTHING_KEPT
    if refund:
        room = free if ended or refund.reason != REASON else min(surplus_left(attempt), free)
        return refund.amount if refund.status in CAME_BACK and refund.amount <= room else 0
    return free if ended else min(surplus_left(attempt), free)


def refund_again(ending: Ending) -> bool:
    """Ask for the same amount of the same attempt anew; False where this was done before.

    Raises RefundRefused. A worker sends it after the commit.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        attempt, amount = _owed(case)
        refund = Operation(
            attempt=attempt,
            refund_id=case.operation.refund_id if case.operation else None,
            request_key=f"review:{ending.key}",
            amount=amount,
            reason=_reason(case, attempt),
            requested_by_id=ending.by,
        )
        owe_refund(refund)
        tell_asked(case.payment.order, subject=refund.our_ref, amount=amount)
        facts = {"amount": format_money(refund.money), "ref": refund.our_ref}
        end(ending, note=_("refund %(ref)s of %(amount)s") % facts)
    return True


def return_elsewhere(ending: Ending) -> bool:
    """Note that the amount left our own bank account; False where this was done before.

    The shopper is told, and it can no longer be refunded here. Raises RefundRefused.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        attempt, amount = _owed(case)
        stood = totals_of(attempt)
        attempt.returned_elsewhere += amount
        attempt.save(update_fields=["returned_elsewhere"])
        subject = f"{case.review.subject_ref}:{case.review.pk}"
        fact = Fact(EntryKind.ELSEWHERE, subject, Totals(returned_elsewhere=amount))
        post_facts(attempt, stood=stood, facts=[fact])
        settle_payment(case.payment, case.attempts, source=ending.actor)
        queue_mail(
            order=case.payment.order,
            kind="refund_elsewhere",
            subject_ref=subject,
            context={"amount": amount},
        )
        end(ending, note=format_money(attempt.money(amount)))
    return True


def _reason(case: Case, attempt: Attempt) -> str:
    if case.operation:
        return case.operation.reason
    return REASON if attempt.surplus else ENDED


def _owed(case: Case) -> tuple[Attempt, int]:
    amount = owed_back(case)
    if not amount or case.attempt is None:
        raise RefundRefused(_("so much can no longer be given back: it is gone, or disputed"))
    return case.attempt, amount
