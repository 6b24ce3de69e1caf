"""Four mistakes that a run must notice: put into the shop's processes from outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

PLANTS: Final = (
    *("new_key_per_retry", "refund_without_guard", "event_applied_twice"),
    "short_without_review",
)


def new_key_per_retry() -> None:
    """Each try of an operation goes out under a key of its own."""
    from orders.models import random_code  # noqa: PLC0415  # models need Django set up
    from payments.models import Operation  # noqa: PLC0415  # models need Django set up

    Operation.key = property(lambda self: f"{self.our_ref}:{random_code(8)}")  # type: ignore[assignment,method-assign]  # the mistake


def refund_without_guard() -> None:
    """A refund is asked for without the conditional update that sets its amount aside."""
    from django.db.models import F  # noqa: PLC0415  # models need Django set up

    from payments.models import Attempt, Payment  # noqa: PLC0415  # models need Django set up
    from payments.services import refund  # noqa: PLC0415  # models need Django set up

    def set_aside(attempt: Attempt, amount: int) -> bool:
        aside = {"refund_pending": F("refund_pending") + amount}
        Payment.objects.filter(pk=attempt.payment_id).update(**aside)
        Attempt.objects.filter(pk=attempt.pk).update(**aside)
        return True

    def parts(payment: Payment, amount: int) -> list[tuple[Attempt, int]]:
        return [(payment.attempts.filter(captured__gt=0).earliest("pk"), amount)]

    refund.set_aside = set_aside  # the mistake
    refund._parts = parts  # noqa: SLF001  # the mistake
    refund._check = lambda payment, amount: None  # noqa: ARG005, SLF001  # the mistake


def event_applied_twice() -> None:
    """What an event says was captured comes on top of what we know."""
    from payments.models import Attempt  # noqa: PLC0415  # models need Django set up
    from payments.providers.base import Outcome  # noqa: PLC0415  # models need Django set up
    from payments.services import apply  # noqa: PLC0415  # models need Django set up

    def grow(attempt: Attempt, outcome: Outcome) -> int:
        attempt.authorized = max(attempt.authorized, outcome.authorized)
        attempt.released = max(attempt.released, outcome.released)
        attempt.captured += outcome.captured
        return outcome.captured

    apply._grow_totals = grow  # noqa: SLF001  # the mistake


def short_without_review() -> None:
    """An order that got less than was asked for waits, and nobody is told."""
    from payments.services import surplus  # noqa: PLC0415  # models need Django set up

    surplus.open_review = lambda *_, **__: None  # type: ignore[attr-defined]  # the mistake


BUGS: Final[dict[str, Callable[[], None]]] = {
    "new_key_per_retry": new_key_per_retry,
    "refund_without_guard": refund_without_guard,
    "event_applied_twice": event_applied_twice,
    "short_without_review": short_without_review,
}
