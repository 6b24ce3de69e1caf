"""What each group that does not add up is: one of the kinds of discrepancies."""

from __future__ import annotations

from datetime import datetime

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)

from orders.clock import now
from payments.models import (
    Attempt,
    Discrepancy,
    Operation,
)
from payments.models.discrepancy import (
    UNRESOLVED,
    DiscrepancyKind,
)
from payments.reconciliation.candidates import GROUPED, OF_REFUNDS, OURS_ONLY, THEIRS_ONLY, of
from payments.reconciliation.claim import Run
from payments.states import EntryKind, OperationStatus


def judge(run: Run, *, late_from: datetime) -> None:
    """Say of each group what it is; what was booked from `late_from` on may come later."""
    groups = of(run)
    _link(run)
    _let_go_failed(run)
    _pair_currencies(run)
    _recognize(run)
    _recognize_strays(run)
    open_refund = Operation.objects.filter(pk=OuterRef("operation_id"))
    lagging = Q(operation_id__isnull=False, kind__in=OF_REFUNDS)
    settled = OperationStatus.REVERSED
    groups.filter(verdict=GROUPED).update(
        verdict=Case(
            When(
                THEIRS_ONLY & lagging & Exists(open_refund.exclude(status=settled)), _is("status")
            ),
            When(THEIRS_ONLY, _is("missing_in_ledger")),
            When(OURS_ONLY & Q(our_at__gte=late_from), _is("timing")),
            When(OURS_ONLY, _is("missing_in_provider")),
            When(_repeats("their", "our"), _is("duplicate_in_provider")),
            When(_repeats("our", "their"), _is("duplicate_in_ledger")),
            default=_is("amount"),
        )
    )


def _recognize(run: Run) -> None:
    """What only we have, and what stands in a line that cannot be read, is one question."""
    ours = of(run).filter(OURS_ONLY, ref=OuterRef("reference"))
    unread = Discrepancy.objects.filter(
        account=run.account, kind=DiscrepancyKind.UNPARSEABLE_LINE, state__in=UNRESOLVED
    )
    facts = {"ours": "ours", "currency": "currency", "at": "our_at", "about": "kind"}
    unread.exclude(reference="").filter(Exists(ours)).update(
        seen_at=now(),
        **{name: Subquery(ours.values(fact)[:1]) for name, fact in facts.items()},
        attempt_id=Subquery(ours.values("attempt_id")[:1]),
        operation_id=Subquery(ours.values("operation_id")[:1]),
    )
    named = unread.filter(reference=OuterRef("ref"))
    of(run).filter(OURS_ONLY & Exists(named)).delete()


def _recognize_strays(run: Run) -> None:
    """The same of what stands in a line of another account or mode, where the amount is ours."""
    stray = Discrepancy.objects.filter(
        account=run.account, kind=DiscrepancyKind.WRONG_ACCOUNT_OR_MODE, state__in=UNRESOLVED
    )
    ours = of(run).filter(
        OURS_ONLY,
        ref=OuterRef("reference"),
        currency=OuterRef("currency"),
        ours=OuterRef("theirs"),
    )
    stray.filter(Exists(ours)).update(
        seen_at=now(),
        attempt_id=Subquery(ours.values("attempt_id")[:1]),
        operation_id=Subquery(ours.values("operation_id")[:1]),
    )
    named = stray.filter(
        reference=OuterRef("ref"), currency=OuterRef("currency"), theirs=OuterRef("ours")
    )
    of(run).filter(OURS_ONLY & Exists(named)).delete()


def _is(kind: str) -> Value:
    return Value(DiscrepancyKind(kind).value)


def _repeats(more: str, fewer: str) -> Q:
    """Whether one side has the very rows of the other once more: as many times as much money."""
    amounts = {"our": "ours", "their": "theirs"}
    each = Q(**{amounts[more]: F(amounts[fewer]) * F(f"{more}_rows") / F(f"{fewer}_rows")})
    return Q(**{f"{more}_rows__gt": F(f"{fewer}_rows")}) & each


def _link(run: Run) -> None:
    """The attempt or refund that a group is about, where it is one of ours."""
    attempt = Attempt.objects.filter(our_ref=OuterRef("ref"), account=run.account)
    refund = Operation.objects.filter(our_ref=OuterRef("ref"), attempt__account=run.account)
    unlinked = of(run).filter(attempt_id__isnull=True)
    unlinked.filter(kind=EntryKind.CAPTURE).update(attempt_id=Subquery(attempt.values("pk")))
    refunds = of(run).filter(kind__in=OF_REFUNDS)
    refunds.update(operation_id=Subquery(refund.values("pk")))
    refunds.filter(attempt_id__isnull=True).update(attempt_id=Subquery(refund.values("attempt")))


def _let_go_failed(run: Run) -> None:
    """What left and came back there, and never did here, agrees with a refund that failed."""
    failed = Operation.objects.filter(
        pk=OuterRef("operation_id"), status=OperationStatus.FAILED
    ).values("pk")
    moved = of(run).filter(THEIRS_ONLY, Exists(failed), kind__in=OF_REFUNDS)
    opposite = of(run).filter(
        THEIRS_ONLY,
        kind__in=OF_REFUNDS,
        operation_id=OuterRef("operation_id"),
        currency=OuterRef("currency"),
        theirs=OuterRef("theirs") * Value(-1),
    )
    moved.filter(Exists(opposite.exclude(kind=OuterRef("kind")))).delete()


def _pair_currencies(run: Run) -> None:
    """One operation in two currencies is one question."""
    same = of(run).filter(kind=OuterRef("kind"), ref=OuterRef("ref"))
    ours = same.filter(OURS_ONLY).exclude(currency=OuterRef("currency"))
    others = same.filter(THEIRS_ONLY).exclude(pk=OuterRef("pk"))
    theirs = of(run).filter(THEIRS_ONLY & Exists(ours) & ~Exists(others))
    theirs.update(
        our_currency=Subquery(ours.values("currency")[:1]),
        ours=Subquery(ours.values("ours")[:1]),
        our_at=Subquery(ours.values("our_at")[:1]),
        attempt_id=Subquery(ours.values("attempt_id")[:1]),
        our_rows=1,
        verdict=DiscrepancyKind.CURRENCY,
    )
    paired = same.filter(verdict=DiscrepancyKind.CURRENCY)
    of(run).filter(OURS_ONLY & Exists(paired)).delete()
