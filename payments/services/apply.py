"""The one way for money facts: webhook, query, return and staff action all end here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.money import Money
from orders.services.dispatch import complete_if_sent
from orders.services.settle import mark_held, mark_paid
from orders.states import OrderState
from payments.models import Attempt, Payment, ProviderObject
from payments.models.payment import MISMATCH, NOT_SENT
from payments.models.records import ReviewKind
from payments.projections import Tried, attempt_status, heard, payment_status, promised, settled
from payments.providers.actions import Embedded, NextAction, QrCode, Redirect
from payments.providers.base import Outcome, Status
from payments.registry import flow_of
from payments.schedule import WITHOUT_MONEY, case_of, next_poll
from payments.services.approved import charge_approved
from payments.services.bad_news import tell_of_failure
from payments.services.captures_seen import settle_capture
from payments.services.changes import as_read, save_changes
from payments.services.disputes_seen import apply_disputes
from payments.services.holds import follow_hold, lapsed, next_look, watch_hold
from payments.services.lock import lock_attempt
from payments.services.mismatch import Differs, mismatch
from payments.services.owe_void import AMOUNT_DIFFERS, asks_otherwise, close_unshown
from payments.services.parked import release_parked
from payments.services.post import post_facts, totals_of
from payments.services.refunds_seen import apply_refunds
from payments.services.reviews import end_review, open_review
from payments.services.saved import drop_gone_method, remember_method
from payments.services.surplus import claim_capture
from payments.services.voids_seen import settle_void
from payments.sights import Fact
from payments.states import AWAITED, IN_FLIGHT, UNHEARD, AttemptStatus, PaymentStatus

SUMMED = (
    "reserved",
    "captured",
    "refunded",
    "refund_reversed",
    "refund_pending",
    "surplus",
    "disputed",
    "returned_elsewhere",
)
"""Columns of a payment that are sums over its attempts."""

ENDED = {
    OrderState.CANCELLED: PaymentStatus.CANCELLED,
    OrderState.EXPIRED: PaymentStatus.EXPIRED,
}

ASKED_BY_TABLE = frozenset({"poll", "create"})
"""Whose answers set the next question; who asks in between does not put it off."""


def apply_outcome(*, attempt_id: int, outcome: Outcome, source: str) -> Attempt:
    """Book what a provider says of an attempt. A second call with the same facts changes nothing.

    Facts are never refused: totals only grow, whatever the order in which they are seen.
    What names another account, mode, currency, reference or payment of theirs is not applied, but
    reviewed.
    """
    with transaction.atomic(savepoint=False):
        attempt, attempts = lock_attempt(attempt_id)
        if outcome.inferred and attempt.status not in UNHEARD:
            outcome = Outcome(status=Status.UNKNOWN)  # no answer: what we were told stands
        if problem := mismatch(attempt, outcome):
            return _set_aside(attempt, outcome, problem, source=source)
        before, stood = as_read(attempt), totals_of(attempt)
        status, held = AttemptStatus(attempt.status), attempt.held
        _remember(attempt, outcome, source)
        facts = [*apply_refunds(attempt, outcome), *apply_disputes(attempt, outcome)]
        more = _grow_totals(attempt, outcome)
        _observe(attempt, outcome, source)
        if more:
            claim_capture(attempt, captured_before=attempt.captured - more)
        follow_hold(attempt)
        charge_approved(attempt)
        settle_capture(attempt, outcome)
        settle_void(attempt)
        _share(attempt)
        _ask_again(attempt, status, source)
        save_changes(attempt, before)
        post_facts(attempt, stood=stood, facts=facts)
        settle_payment(attempt.payment, attempts, source=source)
        watch_hold(attempt, held_before=held)
        tell_of_failure(attempt.payment.order, attempt, before=status)
    return attempt


def settle_payment(payment: Payment, attempts: Sequence[Attempt], *, source: str) -> None:
    """Project the payment from its attempts and let the order follow; rows are locked."""
    before, waited = as_read(payment), payment.order.state == OrderState.OPEN
    for name in SUMMED:
        setattr(payment, name, sum(getattr(attempt, name) for attempt in attempts))
    payment.accepted = sum(attempt.part for attempt in attempts)
    tried = [as_tried(attempt) for attempt in attempts]
    if settled(tried) >= payment.amount:
        mark_paid(payment.order, actor=source, owed=payment.amount)
    elif settled(tried) + promised(tried) >= payment.amount:
        mark_held(payment.order, actor=source, owed=payment.amount)
    if waited and payment.order.state != OrderState.OPEN:
        _go_on(payment, attempts, source=source)
    payment.status = payment_status(
        amount=payment.amount, attempts=tried, ended=ENDED.get(OrderState(payment.order.state))
    )
    save_changes(payment, before)


def _go_on(payment: Payment, attempts: Sequence[Attempt], *, source: str) -> None:
    """Once an order has its money, nobody need decide about parts, or about goods that were sent.

    Only one that was opened again, since a hold had lapsed, can have sent them.
    """
    for part in (attempt for attempt in attempts if attempt.accepted):
        end_review(ReviewKind.WRONG_AMOUNT, payment, subject=part.our_ref)
    gone = [attempt for attempt in attempts if attempt.hold and attempt.released]
    for attempt in gone:
        end_review(ReviewKind.HOLD_ENDING, payment, subject=lapsed(attempt))
    if gone:
        complete_if_sent(payment.order, actor=source)


def as_tried(attempt: Attempt) -> Tried:
    """What the projection of a payment asks of an attempt."""
    is_open = attempt.payment.order.state == OrderState.OPEN
    return Tried(
        status=AttemptStatus(attempt.status),
        amount=attempt.wanted,
        captured=attempt.captured,
        surplus=attempt.surplus,
        refunded=attempt.net_refunded,
        superseded=attempt.superseded_at is not None,
        held=attempt.held,
        charged_as_asked=attempt.charged_as_asked,
        gone=attempt.accepted - attempt.part if is_open else 0,
    )


def _set_aside(attempt: Attempt, outcome: Outcome, problem: Differs, *, source: str) -> Attempt:
    """Book nothing of an answer that is not about this attempt; a person looks at it."""
    facts: dict[str, Fact] = {"theirs": problem.theirs, "ours": problem.ours}
    if outcome.captured:
        currency = outcome.amount.currency if outcome.amount else attempt.payment.currency
        facts["captured"] = Money(outcome.captured, currency)
    open_review(
        ReviewKind.MISMATCH,
        attempt.payment,
        subject=attempt.our_ref,
        detail=problem.words,
        facts=facts,
    )
    attempt.error_code = MISMATCH
    _ask_again(attempt, AttemptStatus(attempt.status), source)
    attempt.save(update_fields=["error_code", "next_poll_at"])
    return attempt


def _remember(attempt: Attempt, outcome: Outcome, source: str) -> None:
    known = ("payment", attempt.known_as)
    named = [seen for seen in outcome.objects if (seen.kind, seen.id) != known]
    ProviderObject.objects.bulk_create(
        (
            ProviderObject(
                account_id=attempt.account_id, kind=seen.kind, object_id=seen.id, attempt=attempt
            )
            for seen in named
        ),
        ignore_conflicts=True,
    )
    if source != "create":  # no event waits for long when that is answered
        release_parked(attempt.account_id, named)
    if outcome.card:
        attempt.brand, attempt.last4 = outcome.card.brand[:40], outcome.card.last4[:4]
    if outcome.saved_method:
        remember_method(attempt, outcome.saved_method)
    if outcome.error:
        drop_gone_method(attempt, outcome.error)


def _grow_totals(attempt: Attempt, outcome: Outcome) -> int:
    """Let the totals grow to what was seen; returns by how much was captured more."""
    captured = attempt.captured
    attempt.authorized = max(attempt.authorized, outcome.authorized)
    attempt.captured = max(attempt.captured, outcome.captured)
    attempt.released = max(attempt.released, outcome.released)
    return attempt.captured - captured


def _held_until(attempt: Attempt, outcome: Outcome, source: str) -> datetime | None:
    """When the hold ends, by the newest word; an event may be an old one, so it only prolongs."""
    known, told = attempt.capture_before, outcome.capture_before
    if source == "webhook" and known and told:
        return max(known, told)
    return told or known


def _observe(attempt: Attempt, outcome: Outcome, source: str) -> None:
    """Facts about money decide the status; without any, the newest observation does."""
    if attempt.error_code == MISMATCH and outcome.status != Status.UNKNOWN:
        attempt.error_code = ""
    attempt.status = attempt_status(
        authorized=attempt.authorized,
        captured=attempt.captured,
        released=attempt.released,
        newest=heard(AttemptStatus(attempt.status), outcome.status, source=source),
    )
    if attempt.error_code == NOT_SENT and attempt.authorized:
        attempt.error_code = ""  # it had reached the provider after all
    attempt.capture_before = _held_until(attempt, outcome, source)
    if asks_otherwise(attempt, outcome):
        close_unshown(attempt)
    else:
        _show_next(attempt, outcome.next_action)
    if outcome.next_action and source == "create":  # whoever is paying waits for this answer
        attempt.led_at = now()
    if outcome.error and not attempt.captured and attempt.error_code != AMOUNT_DIFFERS:
        attempt.error_code, attempt.error_raw = outcome.error.code, outcome.error.raw[:80]


def _show_next(attempt: Attempt, action: NextAction) -> None:
    match action:
        case Redirect(url, expires_at):
            attempt.redirect_url, attempt.action_expires_at = url, expires_at
        case QrCode(content, expires_at):
            attempt.qr_content, attempt.action_expires_at = content, expires_at
        case Embedded(secret, expires_at):
            attempt.client_secret, attempt.action_expires_at = secret, expires_at
        case None:
            pass


def _ask_again(attempt: Attempt, before: AttemptStatus, source: str) -> None:
    """Set when to ask next; what a person was asked about is answered once it has moved on."""
    given_up = before in IN_FLIGHT and attempt.next_poll_at is None
    if given_up and (attempt.held or attempt.status not in AWAITED):
        end_review(ReviewKind.NO_ANSWER, attempt.payment, subject=attempt.our_ref)
    if attempt.status != before or source in ASKED_BY_TABLE or attempt.next_poll_at is None:
        attempt.next_poll_at = next_question(attempt, before)


def next_question(attempt: Attempt, before: AttemptStatus) -> datetime | None:
    """When to ask again: by the table, from its start where the status has just changed.

    An attempt that has ended is asked about only where we had it closed, or took it for never sent,
    since its bank may pay it all the same; one in flight of which no more is to be learnt by asking
    goes to a person.
    """
    status = AttemptStatus(attempt.status)
    if attempt.held:
        return next_look(attempt)
    ended_by_us = attempt.closing_at or attempt.error_code == NOT_SENT
    closed = ended_by_us and status in WITHOUT_MONEY and not attempt.authorized
    if not (closed or status in IN_FLIGHT or status == AttemptStatus.AUTHORIZED):
        return None
    if status != before:
        attempt.polls = 0
    case = case_of(status, flow_of(attempt.account, attempt.method))
    moment = next_poll(case, attempt.polls, at=now(), action_ends=attempt.action_expires_at)
    if moment is None and not closed:
        open_review(
            ReviewKind.NO_ANSWER,
            attempt.payment,
            subject=attempt.our_ref,
            detail=gettext_noop("asked %(count)s times, still: %(status)s"),
            facts={"count": attempt.polls, "status": status},
        )
    return moment


def _share(attempt: Attempt) -> None:
    """One that has failed, or has its money, reserves nothing any more; and what part it has."""
    if attempt.status not in IN_FLIGHT and attempt.status != AttemptStatus.AUTHORIZED:
        attempt.reserved = 0
    attempt.accepted = _accepted(attempt)


def _accepted(attempt: Attempt) -> int:
    """What was accepted of it; the rest of an order that came whole is a part by itself.

    A part that lapsed is asked for again; where we have charged some of it, a person decides.
    """
    if not attempt.brought:
        return 0
    asked_for_rest = attempt.amount < attempt.payment.amount and not attempt.superseded_at
    if asked_for_rest and not attempt.accepted and attempt.brought >= attempt.amount:
        return attempt.amount
    return attempt.accepted
