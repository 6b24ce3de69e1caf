"""The buttons of a review, and the page of each that says what will happen to the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.admin.act import Act, ActForm, Desk
from payments.models import Dispute, Operation, Payment, Review
from payments.models.records import ReviewAct, ReviewKind
from payments.queries import refunds_since
from payments.reviews import BUTTONS, Guide, guide_of
from payments.services.ending import Ending, cases_of
from payments.services.resolve import possible_acts, resolve_review
from payments.states import UNDECIDED

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SEE: Final = "payments.view_review"
EXPLAINED: Final = frozenset({ReviewAct.NOTE, ReviewAct.ELSEWHERE, ReviewAct.GIVE_BACK})
"""What nobody does without saying why, or how."""
ONCE_MORE: Final = frozenset({ReviewAct.REFUND_AGAIN, ReviewAct.ELSEWHERE})
"""What gives back what has failed to go back."""
HELP: Final[dict[ReviewAct, StrOrPromise]] = {
    ReviewAct.GIVE_BACK: gettext_lazy(
        "Kept with the review and the order, and sent to the provider with a refund."
    ),
    ReviewAct.ELSEWHERE: gettext_lazy("How, when and under which reference you sent it."),
}
"""What a note is for where that is more than to be kept with the review."""


@dataclass(frozen=True, slots=True)
class Card:
    """A review as staff read it, with the buttons that this person may press now."""

    review: Review
    guide: Guide
    buttons: list[ReviewAct]
    dispute: Dispute | None = None


def cards(request: HttpRequest, payment: Payment, reviews: Sequence[Review]) -> list[Card]:
    """The reviews of one payment; the number of statements does not grow with theirs."""
    disputes = _open_disputes(payment, reviews)
    return [
        Card(
            case.review,
            guide_of(case.review),
            [act for act in possible_acts(case) if request.user.has_perm(BUTTONS[act].permission)],
            disputes.get(case.review.subject_ref),
        )
        for case in cases_of(payment, reviews)
    ]


def _open_disputes(payment: Payment, reviews: Sequence[Review]) -> dict[str, Dispute]:
    """The open disputes that these reviews are about, by the provider's id."""
    if all(review.kind != ReviewKind.DISPUTE for review in reviews):
        return {}
    disputes = Dispute.objects.filter(attempt__payment=payment, status__in=UNDECIDED)
    return {dispute.provider_id: dispute for dispute in disputes}


def open_cards(request: HttpRequest, payment: Payment) -> list[Card]:
    """What of a payment waits for a person, for those who may see it."""
    if not request.user.has_perm(SEE):
        return []
    return cards(request, payment, list(payment.reviews.filter(resolved_at=None).order_by("pk")))


class NoteForm(ActForm):
    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Kept with the review."),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def decision(review: Review, act: ReviewAct) -> Act:
    """The page of one button of one review."""

    def form(_payment: Payment, data: dict[str, str] | None) -> ActForm:
        page = NoteForm(data)
        page.fields["note"].required = act in EXPLAINED
        page.fields["note"].help_text = HELP.get(act, page.fields["note"].help_text)
        return page

    def ask(desk: Desk, asked: dict[str, Any]) -> None:
        user = desk.request.user
        ending = Ending(
            review_id=review.pk,
            act=act,
            key=asked["request_key"],
            note=asked["note"],
            by=user.pk,
            actor=user.get_username(),
            audit=lambda note: desk.note(_ended(review, act, note)),
        )
        _press(desk, review, ending)

    button = BUTTONS[act]
    context: dict[str, Any] = {"review": review, "guide": guide_of(review)}
    context |= {"label": act.label, "effect": button.effect}
    return Act(
        permission=button.permission,
        template="payments/admin/decide.html",
        title=gettext_lazy("Review of order %(number)s"),
        form=form,
        ask=ask,
        context=lambda payment: context | {"since": _since(payment, review, act)},
    )


def _since(payment: Payment, review: Review, act: ReviewAct) -> list[Operation]:
    """What somebody may have given back in the place of what this button gives back."""
    return list(refunds_since(payment, review.opened_at)) if act in ONCE_MORE else []


def _press(desk: Desk, review: Review, ending: Ending) -> None:
    """Do it with its audit row; the provider may be asked meanwhile."""
    if resolve_review(ending):
        review.refresh_from_db()
        desk.say(_ended(review, ending.act, review.note), messages.SUCCESS)
    else:
        said = _("This was done already. Nothing more happened.")
        desk.say(said, messages.WARNING)


def _ended(review: Review, act: ReviewAct, note: str) -> str:
    facts = {"what": ReviewKind(review.kind).label, "act": act.label}
    ended = _("Review “%(what)s” ended by “%(act)s”") % facts
    return f"{ended} · {note}" if note else ended
