"""Charging what the order takes of what a bank still holds, or letting it go, to end a review."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orders.formats import format_money
from orders.states import OrderState
from payments.errors import CaptureRefused, ReleaseRefused
from payments.queries import chargeable_for
from payments.services.capture import request_capture
from payments.services.ending import Case, Ending, end, ended_before, lock_case
from payments.services.release import release_rest


def can_capture(case: Case) -> bool:
    """Whether a bank holds money for the order, and it is one to be charged."""
    confirmed = case.payment.order.state == OrderState.CONFIRMED
    return confirmed and chargeable_for(case.payment).amount > 0


def can_release_rest(case: Case) -> bool:
    """Whether a part is captured and the rest is held still, of an order that keeps the part."""
    confirmed = case.payment.order.state == OrderState.CONFIRMED
    return confirmed and any(attempt.has_rest for attempt in case.attempts)


def release_what_is_left(ending: Ending) -> bool:
    """Owe the release and end the review; False where this was done before.

    Raises ReleaseRefused. A worker sends it after the commit.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if not release_rest(payment_id=case.payment.pk, requested_by=ending.by):
            raise ReleaseRefused(_("nothing is held any more, or it is being released"))
        end(ending)
    return True


def capture_held(ending: Ending) -> bool:
    """Request the capture and end the review; False where this was done before.

    Raises CaptureRefused. A worker sends it after the commit.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        if case.payment.order.state != OrderState.CONFIRMED:
            raise CaptureRefused(_("only a confirmed order is charged by a review"))
        capture, _fresh = request_capture(
            payment_id=case.payment.pk,
            amount=chargeable_for(case.payment),
            final=True,
            request_key=f"review:{ending.key}",
            requested_by=ending.by,
        )
        facts = {"amount": format_money(capture.money), "ref": capture.our_ref}
        end(ending, note=_("capture %(ref)s of %(amount)s") % facts)
    return True
