"""Reviews, disputes and refunds that wait, as rows of the queue; a page takes few statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from payments.admin.approve import APPROVE, DOES, is_mine
from payments.admin.decide import SEE as SEE_REVIEWS
from payments.admin.evidence import ways_to_answer
from payments.admin.queue.row import SEE_ORDERS, Row, Step, may, own_page, steps
from payments.messages import why
from payments.models import Dispute, Refund, Review
from payments.models.records import ReviewKind
from payments.models.refund import goods_of
from payments.reviews import BUTTONS, GUIDES, TO_DO_ABOUT, guide_of
from payments.services.ending import Case, all_cases
from payments.services.resolve import possible_acts
from payments.sights import ASKED
from payments.states import EvidenceState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEE_DISPUTES: Final = "payments.view_dispute"
SEE_REFUNDS: Final = "payments.view_refund"


def review_rows(request: HttpRequest, reviews: Sequence[Review]) -> list[Row]:
    return [_review_row(request, case) for case in all_cases(reviews)]


def _review_row(request: HttpRequest, case: Case) -> Row:
    review, guide = case.review, guide_of(case.review)
    held = review.kind == ReviewKind.HOLD_ENDING and case.attempt
    return Row(
        title=capfirst(review.get_kind_display()),
        what=f"{guide.means} {guide.todo}",
        since=review.opened_at,
        order=case.payment.order,
        money=case.about,
        detail=review.seen,
        url=own_page(request, "admin:payments_review_change", review.pk, seen_with=SEE_REVIEWS),
        due=case.attempt.capture_before if held and case.attempt else None,
        steps=_buttons(request, case),
    )


def _buttons(request: HttpRequest, case: Case) -> tuple[Step, ...]:
    """Those of the review's own page, for whoever may open the pages behind them."""
    if not may(request, SEE_REVIEWS, SEE_ORDERS):
        return ()
    return steps(
        (
            may(request, BUTTONS[act].permission),
            f"{act.label}…",
            reverse("admin:payments_review_act", args=[case.review.pk, act.value]),
        )
        for act in possible_acts(case)
    )


def dispute_rows(request: HttpRequest, disputes: Sequence[Dispute]) -> list[Row]:
    """Each with the ways to answer it, and the buttons of the review that it has opened."""
    asked = Review.objects.filter(
        kind=ReviewKind.DISPUTE,
        resolved_at=None,
        payment__in=[dispute.attempt.payment_id for dispute in disputes],
    )
    seen = may(request, SEE_REVIEWS) and disputes
    cases = all_cases(list(asked.select_related("payment__order"))) if seen else []
    by_dispute = {(case.payment.pk, case.review.subject_ref): case for case in cases}
    return [
        _dispute_row(request, it, by_dispute.get((it.attempt.payment_id, it.provider_id)))
        for it in disputes
    ]


def _dispute_row(request: HttpRequest, dispute: Dispute, case: Case | None) -> Row:
    guide = guide_of(case.review) if case else None
    title = _("Inquiry %(ref)s") if dispute.is_inquiry else _("Dispute %(ref)s")
    return Row(
        title=title % {"ref": dispute.provider_id},
        what=f"{guide.means} {guide.todo}" if guide else str(_meaning(dispute)),
        since=dispute.opened_at,
        order=dispute.attempt.payment.order,
        money=dispute.attempt.money(dispute.amount),
        detail=" · ".join(filter(None, _standing(dispute))),
        url=own_page(request, "admin:payments_dispute_change", dispute.pk, seen_with=SEE_DISPUTES),
        due=dispute.evidence_due_at,
        steps=(*_answers(request, dispute), *(_buttons(request, case) if case else ())),
    )


def _standing(dispute: Dispute) -> Iterator[str]:
    """Why it is disputed, and why what was written does not get through."""
    yield why(dispute.reason, "")
    for each in dispute.evidence.all():
        if each.state == EvidenceState.SENDING and each.error_code:
            yield _("evidence is not sent yet: %(why)s") % {"why": each.why}


def _meaning(dispute: Dispute) -> StrOrPromise:
    """What it means, where no review says so."""
    guide = TO_DO_ABOUT[ASKED] if dispute.is_inquiry else GUIDES[ReviewKind.DISPUTE]
    return guide.means


def _answers(request: HttpRequest, dispute: Dispute) -> tuple[Step, ...]:
    ways = ways_to_answer(request, dispute)
    return tuple(
        Step(label, reverse("admin:payments_dispute_answer", args=[dispute.pk, way]))
        for way, label in ways.items()
    )


def approval_rows(request: HttpRequest, refunds: Sequence[Refund]) -> list[Row]:
    return [_approval_row(request, refund) for refund in refunds]


def _approval_row(request: HttpRequest, refund: Refund) -> Row:
    who = {"who": refund.requested_by or _("Somebody")}
    mine = is_mine(request, refund)
    labels = {"approve": _("Approve…"), "reject": _("Take back…") if mine else _("Reject…")}
    return Row(
        title=_("Refund %(ref)s waits for approval") % {"ref": refund.number},
        what=_("You asked for it: somebody else approves it, and you may take it back.")
        if mine
        else _("%(who)s asked for it. Nothing is sent before somebody else agrees.") % who,
        since=refund.requested_at,
        order=refund.payment.order,
        money=refund.money,
        detail=" · ".join(part for part in (refund.why, goods_of(refund)) if part),
        url=own_page(request, "admin:payments_refund_change", refund.pk, seen_with=SEE_REFUNDS),
        steps=steps(
            (
                may(request, APPROVE, SEE_ORDERS) and not (mine and verb == "approve"),
                labels[verb],
                reverse("admin:payments_refund_decide", args=[refund.pk, verb]),
            )
            for verb in DOES
        ),
    )
