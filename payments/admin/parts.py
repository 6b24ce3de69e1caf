"""What became of the money of a refund: its parts, and the badge that stands for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db.models import Prefetch
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from orders.formats import format_money
from payments.admin.marks import mark
from payments.badges import Badge, Tone, badge
from payments.models import Operation, Refund
from payments.models.records import ReviewAct
from payments.queries import told_of_failure
from payments.states import OperationStatus as Status

WORST_FIRST: Final = (
    *(Status.FAILED, Status.REVERSED, Status.UNKNOWN, Status.AWAITING_APPROVAL),
    *(Status.REQUESTED, Status.SUBMITTING, Status.PENDING, Status.SUCCEEDED, Status.REJECTED),
)
"""The state of a refund in parts is the first of these that any of them has."""
PARTS: Final = Prefetch("operations", told_of_failure(Operation.objects.order_by("pk")))
"""Read with a refund, however many there are, in one statement."""


def standing_mark(refund: Refund) -> SafeString:
    """The state of the part that needs most; what was sent again has no say any more."""
    parts = list(refund.operations.all())
    counted = [part for part in parts if part.ended_by != ReviewAct.REFUND_AGAIN] or parts
    worst = min(counted, key=_urgency, default=None)
    return mark(_badge(worst)) if worst else SafeString("")


def parts_marks(refund: Refund) -> SafeString:
    """Each part with its amount, state, our reference and the provider's."""
    lines = (
        (format_money(refund.payment.money(part.amount)), mark(_badge(part)), _names(part))
        for part in refund.operations.all()
    )
    return format_html_join(mark_safe("<br>"), "{} {} {}", lines)


def _urgency(part: Operation) -> tuple[bool, int]:
    return part.ended_by == ReviewAct.ELSEWHERE, WORST_FIRST.index(Status(part.status))


def _badge(part: Operation) -> Badge:
    if part.ended_by == ReviewAct.ELSEWHERE:
        return Badge(_("returned another way"), Tone.GOOD)
    return badge(Status(part.status))


def _names(part: Operation) -> SafeString:
    names: Iterable[object] = (part.our_ref, *part.provider_objects.all())
    return format_html_join(" · ", "<code>{}</code>", ((name,) for name in names))
