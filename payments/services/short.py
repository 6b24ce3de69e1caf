"""Less came than was asked for: accept it, or ask for the rest."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from orders.emails import queue_mail
from orders.formats import format_money
from orders.models import Order
from orders.services.expire import revive_order
from orders.services.rest import ask_for_rest
from orders.states import OrderState
from payments.errors import ReviewRefused
from payments.models import Attempt
from payments.projections import promised, settled
from payments.services.apply import as_tried, settle_payment
from payments.services.changes import as_read, save_changes
from payments.services.ending import Case, Ending, end, ended_before, lock_case


def is_short(case: Case) -> bool:
    """Whether an attempt brought a part of what was asked for, and its order still lacks the rest.

    While the shopper is paying the rest nothing is decided; nor of what goes back or is disputed.
    """
    attempt, tried = case.attempt, [as_tried(each) for each in case.attempts]
    if attempt is None or case.operation or attempt.superseded_at:
        return False
    if any(each.in_flight and not each.superseded_at for each in case.attempts):
        return False
    lacks = settled(tried) + promised(tried) < case.payment.amount
    has_money = attempt.held > 0 or attempt.refundable.amount > 0
    return lacks and has_money and attempt.brought < case.payment.amount


def accept_short(ending: Ending) -> bool:
    """Confirm the order with what came and lower what is owed; False where this was done before.

    What still comes of it is surplus from now on. Raises ReviewRefused.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        attempt = _short_attempt(case)
        payment, owed = case.payment, case.payment.due
        confirmed_before = payment.order.mails.filter(kind="confirmation").exists()
        _accept(attempt)
        tried = [as_tried(each) for each in case.attempts]
        payment.amount = settled(tried) + promised(tried)
        if not payment.amount:
            raise ReviewRefused(_("a part of it is charged and a part is held: capture it first"))
        payment.reserved = sum(each.reserved for each in case.attempts)  # never above what is owed
        payment.save(update_fields=["amount", "reserved"])
        facts = {"before": format_money(owed), "after": format_money(payment.due)}
        end(ending, note=_("owed %(before)s, now %(after)s") % facts)
        settle_payment(payment, case.attempts, source=ending.actor)
        if confirmed_before:  # else the confirmation says it
            _tell(case)
    return True


def ask_rest(ending: Ending) -> bool:
    """Keep what came and mail the shopper how to pay the rest; False where this was done before.

    Raises ReviewRefused.
    """
    with transaction.atomic():
        case = lock_case(ending)
        if ended_before(ending):
            return False
        _accept(_short_attempt(case))
        settle_payment(case.payment, case.attempts, source=ending.actor)
        rest, subject = case.payment.rest, f"{case.review.subject_ref}:{case.review.pk}"
        order = case.payment.order
        ask_for_rest(order, amount=rest.amount, actor=ending.actor, subject_ref=subject)
        end(ending, note=_("asked for %(rest)s") % {"rest": format_money(rest)})
    return True


def _short_attempt(case: Case) -> Attempt:
    if not is_short(case) or case.attempt is None:
        raise ReviewRefused(_("nothing is missing any more, or the shopper is paying the rest now"))
    _keep_alive(case.payment.order)
    return case.attempt


def _keep_alive(order: Order) -> None:
    if order.state == OrderState.EXPIRED and not revive_order(order):
        raise ReviewRefused(
            _("the goods are sold by now, or the shopper asked to cancel: give everything back")
        )
    if order.state not in {OrderState.OPEN, OrderState.CONFIRMED}:
        raise ReviewRefused(_("this order is closed: give everything back"))


def _accept(attempt: Attempt) -> None:
    """Take what it brought as its part, and free the reserve of what it did not."""
    before = as_read(attempt)
    attempt.accepted = attempt.brought
    attempt.reserved = min(attempt.reserved, attempt.held)
    save_changes(attempt, before)


def _tell(case: Case) -> None:
    """Say to the shopper that it is enough."""
    queue_mail(
        order=case.payment.order,
        kind="short_accepted",
        subject_ref=f"{case.review.subject_ref}:{case.review.pk}",
        context={"amount": case.payment.amount},
    )
