"""Money that a bank holds for us: accepted, warned of, lapsed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_noop

from orders.clock import now
from orders.queries import has_left
from orders.services.cancel import ask_again, reopen_order
from orders.services.expire import revive_order
from orders.states import OrderState
from orders.wake import wake
from payments.models import Attempt, Operation, Review
from payments.models.operation import RELEASE, SUBMIT_TASK, new_void_ref
from payments.models.records import ReviewKind
from payments.services.reviews import open_review
from payments.services.surplus import kept_by_others
from payments.sights import SENT
from payments.states import UNSETTLED, AttemptStatus, OperationKind

WARNINGS: Final = (timedelta(hours=48), timedelta(hours=24))
"""How long before a hold lapses staff are told, each once."""
LOOK_AGAIN: Final = timedelta(days=1)
"""How often a hold is asked about whose end nobody knows, or is over without a word."""


def follow_hold(attempt: Attempt) -> None:
    """Take or release what a bank holds; rows are locked, the caller saves.

    What an attempt the shopper has left, a paid order or a dead one gets is released again. An
    expired order takes it if its goods can still be had.
    """
    authorized = attempt.status == AttemptStatus.AUTHORIZED
    if not (authorized or attempt.held):
        return
    order = attempt.payment.order
    whole = authorized and attempt.authorized - attempt.released >= attempt.wanted
    if order.state == OrderState.EXPIRED and whole and not _is_left(attempt):
        revive_order(order)
    if is_unwanted(attempt):
        owe_release(attempt)


def is_unwanted(attempt: Attempt) -> bool:
    """Whether what a bank holds by this attempt is not, or no longer, for its order."""
    dead = attempt.payment.order.state in {OrderState.CANCELLED, OrderState.EXPIRED}
    return dead or _is_left(attempt) or attempt.rest_given_up


def _is_left(attempt: Attempt) -> bool:
    """Whether the shopper has moved on, or another attempt has paid."""
    paid = kept_by_others(attempt, mine=attempt.captured - attempt.surplus)
    return attempt.superseded_at is not None or paid >= attempt.payment.amount


def owe_release(attempt: Attempt, *, by: int | None = None) -> None:
    """Owe the void of a hold in the same transaction; a worker sends it. The caller saves.

    `by`: who asked for it, None where nobody did.

    One at a time: while one is on its way nothing is owed, and after one that came to nothing the
    next has a key of its own.
    """
    key = f"{RELEASE}:{attempt.our_ref}"
    releases = attempt.operations.filter(kind=OperationKind.VOID, request_key__startswith=key)
    stand = list(releases.values_list("status", flat=True))
    attempt.closing_at = attempt.closing_at or now()
    if UNSETTLED & set(stand):
        return
    Operation.objects.create(
        attempt=attempt,
        kind=OperationKind.VOID,
        our_ref=new_void_ref(),
        request_key=f"{key}:{len(stand)}",
        amount=attempt.authorized - attempt.captured - attempt.released,
        requested_by_id=by,
    )
    wake(SUBMIT_TASK)


def watch_hold(attempt: Attempt, *, held_before: int) -> None:
    """Warn staff of a hold that will lapse, and ask the shopper again once it has; rows locked."""
    if attempt.held:
        _warn(attempt)
        if attempt.held != held_before:
            _question_part(attempt)
        return
    if not held_before:
        return
    warned = Review.objects.filter(payment=attempt.payment, kind=ReviewKind.HOLD_ENDING)
    warned.filter(resolved_at=None).update(resolved_at=now())
    if is_unwanted(attempt):
        return
    if not attempt.captured:
        _ask_the_shopper(attempt)
    elif attempt.captured < attempt.wanted and not attempt.charged_as_asked:
        open_review(
            ReviewKind.WRONG_AMOUNT,
            attempt.payment,
            subject=attempt.our_ref,
            detail=gettext_noop("%(came)s of %(asked)s was captured, nothing is held any more"),
            facts={
                "came": attempt.money(attempt.captured),
                "asked": attempt.money(attempt.amount),
            },
        )


def _ask_the_shopper(attempt: Attempt) -> None:
    """A confirmed order is open again; of an open one, who was told of a rest owes more now.

    Where goods have left, a person is told too: nobody may pay for them.
    """
    order, subject = attempt.payment.order, attempt.our_ref
    waits = not reopen_order(order, subject_ref=subject) and order.state == OrderState.OPEN
    if waits and order.mails.filter(kind="rest_asked").exists():
        ask_again(order, subject_ref=subject)
    if has_left(order):
        amount = attempt.money(attempt.authorized)
        open_review(
            ReviewKind.HOLD_ENDING,
            attempt.payment,
            subject=lapsed(attempt),
            detail=SENT,
            facts={"amount": amount},
        )


def lapsed(attempt: Attempt) -> str:
    """The subject of the question what becomes of goods that were sent for a hold."""
    return f"{attempt.our_ref}:sent"


def _warn(attempt: Attempt) -> None:
    for early in WARNINGS:
        if attempt.capture_before and now() >= attempt.capture_before - early:
            hours = int(early.total_seconds() // 3600)
            open_review(
                ReviewKind.HOLD_ENDING,
                attempt.payment,
                subject=f"{attempt.our_ref}:{hours}",
                detail=gettext_noop("%(held)s is held until %(until)s, less than %(hours)s h"),
                facts={
                    "held": attempt.money(attempt.held),
                    "until": attempt.capture_before,
                    "hours": hours,
                },
            )


def _question_part(attempt: Attempt) -> None:
    """A bank that holds less than it was asked to makes no order; a person decides what does."""
    if attempt.captured or attempt.held >= attempt.wanted or is_unwanted(attempt):
        return
    open_review(
        ReviewKind.WRONG_AMOUNT,
        attempt.payment,
        subject=attempt.our_ref,
        detail=gettext_noop("%(held)s of %(asked)s is held"),
        facts={"held": attempt.money(attempt.held), "asked": attempt.money(attempt.amount)},
    )


def next_look(attempt: Attempt) -> datetime:
    """When a hold is asked about: at each warning, when it should have lapsed, then daily."""
    ends = attempt.capture_before
    moments = [ends - early for early in WARNINGS] + [ends] if ends else []
    return next((moment for moment in moments if moment > now()), now() + LOOK_AGAIN)
