"""The whole story of an order in time order: what happened, who did it, how it went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from orders.formats import format_money
from orders.models import Mail, Order
from orders.states import OrderState
from orders.timeline import MAILS, goods_story
from payments.badges import Badge, Tone, badge
from payments.brands import brand_name
from payments.messages import in_words, why
from payments.models import (
    Attempt,
    InboxEvent,
    Operation,
    Payment,
    ProviderCall,
    Review,
)
from payments.models.operation import RELEASE
from payments.models.records import CallResult, ReviewKind
from payments.models.refund import goods_of
from payments.registry import METHOD_LABELS
from payments.states import (
    Approval,
    AttemptStatus,
    InboxState,
    OperationKind,
    OperationStatus,
)
from payments.timeline.disputes import disputes_of
from payments.timeline.happening import Happening, Kind, join
from payments.timeline.words import ACTORS, REASONS, REFUSED, VERBS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CARD: Final = frozenset({"brand", "last4"})
"""What a call keeps of a card."""


def timeline(order: Order, payment: Payment | None) -> list[Happening]:
    """Everything known of an order, oldest first; the number of statements never grows."""
    story = [*_order(order), *_goods(order)]
    if payment:
        made = ProviderCall.objects.filter(attempt__payment=payment).order_by("pk")
        calls = list(made.select_related("account"))
        story += [*_attempts(payment), *map(_called, calls), *_events(payment)]
        story += [*_operations(payment, _stuck(calls)), *disputes_of(payment), *_reviews(payment)]
        story += _decisions(payment) if payment.captured else ()
    story += _mails(order)
    return sorted(story, key=attrgetter("at"))


def _order(order: Order) -> Iterator[Happening]:
    placed = _("Order placed: %(total)s") % {"total": format_money(order.total)}
    yield Happening(order.placed_at, Kind.ORDER, placed, ref=order.number)
    for change in order.changes.order_by("pk"):
        state = OrderState(change.after)
        yield Happening(
            change.at,
            Kind.ORDER,
            _("The order is now"),
            join(REASONS.get(change.reason, change.reason), _actor(change.actor)),
            badge(state),
        )


def _goods(order: Order) -> Iterator[Happening]:
    for step in goods_story(order):
        kind = Kind.RETURN if step.return_id else Kind.GOODS
        state = badge(step.state) if step.state else None
        yield Happening(step.at, kind, step.title, step.detail, state, step.ref, step.return_id)


def _actor(name: str) -> StrOrPromise:
    return ACTORS.get(name, name)


def _attempts(payment: Payment) -> Iterator[Happening]:
    attempts = payment.attempts.select_related("account").prefetch_related("provider_objects")
    for number, attempt in enumerate(attempts.order_by("pk"), start=1):
        facts = {
            "number": number,
            "amount": format_money(payment.money(attempt.amount)),
            "method": METHOD_LABELS.get(attempt.method, attempt.method),
            "account": attempt.account,
        }
        theirs = [str(row) for row in attempt.provider_objects.all() if row.operation_id is None]
        yield Happening(
            attempt.created_at,
            Kind.ATTEMPT,
            _("Attempt %(number)s: %(amount)s · %(method)s · %(account)s") % facts,
            join(_left(attempt), why(attempt.error_code, attempt.error_raw), *theirs),
            badge(AttemptStatus(attempt.status)),
            attempt.our_ref,
            attempt.pk,
        )


def _left(attempt: Attempt) -> str:
    return _("the shopper chose another way") if attempt.superseded_at else ""


def _called(call: ProviderCall) -> Happening:
    facts = {"account": call.account, "verb": VERBS.get(call.verb, call.verb)}
    return Happening(
        call.at,
        Kind.CALL,
        _("Call to %(account)s: %(verb)s") % facts,
        join(_("%(ms)s ms") % {"ms": call.milliseconds}, *_evidence(call.evidence)),
        badge(CallResult(call.result)),
        call.key,
        call.pk,
    )


def _stuck(calls: Iterable[ProviderCall]) -> dict[int, str]:
    """By the key of an operation why its last call was refused, where that is about our key."""
    last = {call.operation_id: _refused(call.evidence) for call in calls if call.operation_id}
    words = _("no answer yet: %(why)s")
    return {pk: words % {"why": why_not} for pk, why_not in last.items() if why_not}


def _refused(kept: Mapping[str, str]) -> StrOrPromise:
    return REFUSED.get(kept.get("refused", ""), "")


def _evidence(kept: Mapping[str, str]) -> list[str]:
    """What a provider said beside its answer: a card in words, the rest under its own names."""
    card = ""
    if kept.keys() >= CARD:
        facts = {"brand": brand_name(kept["brand"]), "last4": kept["last4"]}
        card = _("%(brand)s ending in %(last4)s") % facts if kept["last4"] else str(facts["brand"])
    error = _("error: %(said)s") % {"said": in_words(kept["error"])} if "error" in kept else ""
    told = {"error", "refused", *(CARD if card else ())}
    rest = (f"{name}: {kept[name]}" for name in kept if name not in told)
    return [card, *rest, error, str(_refused(kept))]


def _events(payment: Payment) -> Iterator[Happening]:
    events = InboxEvent.objects.filter(attempt__payment=payment).defer("body").order_by("pk")
    for event in events:
        tries = ngettext("%(n)s failed try", "%(n)s failed tries", event.tries) % {"n": event.tries}
        yield Happening(
            event.received_at,
            Kind.EVENT,
            _("Webhook: %(kind)s") % {"kind": event.kind},
            join(tries if event.tries else "", event.last_error),
            badge(InboxState(event.state)),
            event.event_id,
            event.pk,
        )


def _operations(payment: Payment, stuck: Mapping[int, str]) -> Iterator[Happening]:
    closes = Q(kind=OperationKind.VOID) & ~Q(request_key__startswith=f"{RELEASE}:")
    asked = Operation.objects.filter(attempt__payment=payment).exclude(closes)
    known = asked.select_related(
        "attempt__payment", "requested_by", "refund__reason", "refund__return_request"
    )
    told = known.prefetch_related("provider_objects", "refund__lines__line")
    for operation in told.order_by("pk"):
        waits = stuck.get(operation.pk, "") if operation.under_way else ""
        if operation.kind != OperationKind.REFUND:
            yield _of_hold(operation, waits)
            continue
        yield _asked(operation, waits)
        if operation.settled_at and operation.status != OperationStatus.REJECTED:
            yield _settled(operation, operation.settled_at)


def _of_hold(asked: Operation, waits: str) -> Happening:
    """What is charged of a hold, or let go."""
    kind, title = Kind.CAPTURE, _("Capture of %(amount)s requested")
    if asked.kind == OperationKind.VOID:
        kind, title = Kind.RELEASE, _("Release of %(amount)s requested")
    by = _("by %(user)s") % {"user": asked.requested_by} if asked.requested_by else ""
    said = join(by, waits, why(asked.error_code, asked.error_raw))
    state, amount = badge(OperationStatus(asked.status)), {"amount": format_money(asked.money)}
    return Happening(asked.created_at, kind, title % amount, said, state, asked.our_ref)


def _asked(refund: Operation, waits: str) -> Happening:
    amount = {"amount": format_money(refund.money)}
    title = _("Refund of %(amount)s requested") % amount
    if refund.external:
        title = _("Refund of %(amount)s made at the provider's own site") % amount
    by = _("by %(user)s") % {"user": refund.requested_by} if refund.requested_by else ""
    said = join(by, *_request(refund), waits, *map(str, refund.provider_objects.all()))
    waiting = badge(OperationStatus(refund.status)) if refund.settled_at is None else None
    asked = refund.refund_id or 0
    return Happening(refund.created_at, Kind.REFUND, title, said, waiting, refund.our_ref, asked)


def _request(operation: Operation) -> list[StrOrPromise]:
    """Why, for which goods, and what it is a part of."""
    refund = operation.refund
    if refund is None:
        return [REASONS.get(operation.reason, operation.reason)]
    facts = {"ref": refund.number, "amount": format_money(operation.attempt.money(refund.amount))}
    part = _("part of refund %(ref)s of %(amount)s") % facts
    return [refund.why, goods_of(refund), part if operation.amount != refund.amount else ""]


def _decisions(payment: Payment) -> Iterator[Happening]:
    decided = payment.refunds.filter(decided_at__isnull=False).select_related("decided_by")
    for refund in decided.order_by("pk"):
        amount = {"amount": format_money(payment.money(refund.amount))}
        yes = refund.approval == Approval.APPROVED
        title = _("Refund of %(amount)s approved") if yes else _("Refund of %(amount)s rejected")
        by = _("by %(user)s") % {"user": refund.decided_by} if refund.decided_by else ""
        said = join(by, refund.decision_note)
        at = refund.decided_at or refund.requested_at
        yield Happening(at, Kind.REFUND, title % amount, said, None, refund.number, refund.pk)


def _settled(refund: Operation, at: datetime) -> Happening:
    title = _("Refund of %(amount)s") % {"amount": format_money(refund.money)}
    said = why(refund.error_code, refund.error_raw)
    state = badge(OperationStatus(refund.status))
    return Happening(at, Kind.REFUND, title, said, state, refund.our_ref, refund.refund_id or 0)


def _reviews(payment: Payment) -> Iterator[Happening]:
    reviews = Review.objects.filter(payment=payment).select_related("resolved_by").order_by("pk")
    for review in reviews:
        what = str(ReviewKind(review.kind).label)
        waiting = Badge(pgettext("review", "open"), Tone.BAD)
        yield Happening(
            review.opened_at,
            Kind.REVIEW,
            _("Review: %(what)s") % {"what": what},
            review.seen,
            Badge(_("resolved"), Tone.QUIET) if review.resolved_at else waiting,
            review.subject_ref,
            review.pk,
        )
        if review.resolved_at:
            title = _("Review resolved: %(what)s") % {"what": what}
            by = _("by %(user)s") % {"user": review.resolved_by} if review.resolved_by else ""
            said = join(review.get_act_display(), review.note, by)
            yield Happening(review.resolved_at, Kind.REVIEW, title, said, None, "", review.pk)


def _mails(order: Order) -> Iterator[Happening]:
    for mail in order.mails.order_by("pk"):
        yield Happening(
            mail.sent_at or mail.created_at,
            Kind.MAIL,
            str(MAILS.get(mail.kind, mail.kind)),
            join(order.email, mail.last_error),
            _mail_badge(mail),
        )


def _mail_badge(mail: Mail) -> Badge:
    if mail.sent_at:
        return Badge(_("sent"), Tone.GOOD)
    if mail.next_run_at is None:
        return Badge(_("given up"), Tone.BAD)
    return Badge(_("waiting"), Tone.BAD if mail.last_error else Tone.WAITING)
