"""From groups that do not add up to discrepancies: what each is about, and whether it is known."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length, Substr

from orders.clock import now
from payments.models import (
    Attempt,
    Candidate,
    Discrepancy,
    Dispute,
    Operation,
    ProviderAccount,
    ProviderObject,
    SettlementLine,
)
from payments.models.discrepancy import (
    OF_PAYOUTS,
    UNRESOLVED,
    DiscrepancyKind,
    DiscrepancyState,
    Resolution,
)
from payments.reconciliation.keys import table
from payments.reconciliation.resolve import BOOKED, settle_by_itself, undo
from payments.states import EntryKind, OperationStatus

OF_REFUNDS: Final = (EntryKind.REFUND, EntryKind.REFUND_REVERSED)
SOME: Final = 500
BY_THEIRS: Final = "#"
"""How a reference begins that is the provider's, since the line has none of ours."""
_OURS_ONLY, _THEIRS_ONLY = Q(their_rows=0), Q(our_rows=0)
_REGROUP: Final = """
    INSERT INTO {table} (account_id, kind, ref, currency, ours, theirs, our_rows, their_rows,
                         our_at, their_at, attempt_id, named, our_currency, verdict)
    SELECT account_id, kind, ref, currency, SUM(ours), SUM(theirs), SUM(our_rows),
           SUM(their_rows), MIN(our_at), MIN(their_at), MIN(attempt_id), '', '', %s
    FROM {table} WHERE account_id = %s AND verdict = ''
    GROUP BY account_id, kind, ref, currency HAVING SUM(ours) <> SUM(theirs)
"""
_GROUPED: Final = "grouped"
_WRITE: Final = """
    INSERT INTO {discrepancy} AS d (
        account_id, subject, kind, about, reference, currency, our_currency, ours, theirs, at,
        attempt_id, operation_id, detail, state, found_at, seen_at,
        resolution, reason, evidence, request_key)
    SELECT account_id, kind || ':' || ref, verdict, kind, {plain}, currency, our_currency,
           CASE WHEN our_rows > 0 THEN ours END, CASE WHEN their_rows > 0 THEN theirs END,
           COALESCE(their_at, our_at), attempt_id, operation_id, '', 'open', %s, %s,
           '', '', '', ''
    FROM {candidate} WHERE account_id = %s AND verdict <> '' ORDER BY kind, ref, currency
    ON CONFLICT (account_id, subject) DO UPDATE SET
        seen_at = excluded.seen_at,
        kind = CASE WHEN {settled} THEN d.kind ELSE excluded.kind END,
        currency = excluded.currency,
        our_currency = excluded.our_currency,
        ours = excluded.ours,
        theirs = excluded.theirs,
        attempt_id = COALESCE(excluded.attempt_id, d.attempt_id),
        operation_id = COALESCE(excluded.operation_id, d.operation_id),
        state = CASE WHEN {settled} THEN d.state
                     WHEN d.state = 'resolved' THEN 'open'
                     WHEN d.state = 'proposed' AND NOT {same} THEN 'investigating'
                     ELSE d.state END,
        resolved_at = CASE WHEN {settled} THEN d.resolved_at END,
        resolution = CASE WHEN d.state = 'resolved' AND NOT {settled} THEN '' ELSE d.resolution END
"""
_SAME: Final = (
    "(COALESCE(d.ours, 0) = COALESCE(excluded.ours, 0)"
    " AND COALESCE(d.theirs, 0) = COALESCE(excluded.theirs, 0)"
    " AND d.currency = excluded.currency AND d.our_currency = excluded.our_currency)"
)
_SETTLED: Final = f"(d.state = 'resolved' AND d.resolution <> 'auto' AND {_SAME})"


def of(account: ProviderAccount) -> QuerySet[Candidate]:
    return Candidate.objects.filter(account=account)


def clear(account: ProviderAccount) -> None:
    of(account)._raw_delete(of(account).db)  # noqa: SLF001  # nothing refers to a candidate


def rename(account: ProviderAccount) -> list[int]:
    """Give the groups that only they have our reference, where another id leads to it.

    Returns the attempts they are of: what both books have of those must be grouped again.
    """
    unknown = of(account).filter(_THEIRS_ONLY)
    by_theirs = unknown.filter(ref__startswith=BY_THEIRS)
    by_ours = unknown.exclude(ref__startswith=BY_THEIRS)
    line = SettlementLine.objects.filter(our_ref=OuterRef(OuterRef("ref")))
    theirs_of_line = Subquery(line.values("provider_ref")[:1])
    for known, groups in (
        (_objects(account, Substr(OuterRef("ref"), 2)), by_theirs),
        (_objects(account, theirs_of_line), by_ours),
    ):
        captures = groups.filter(kind=EntryKind.CAPTURE)
        refunds = groups.filter(kind__in=OF_REFUNDS)
        _name(captures, known.values("attempt__our_ref"))
        _name(refunds, known.filter(operation__isnull=False).values("operation__our_ref"))
    ours = Operation.objects.filter(our_ref=OuterRef("ref"), attempt__account=account)
    _name(by_ours.filter(kind=EntryKind.CAPTURE), ours.values("attempt__our_ref"))
    unknown.exclude(named="").exclude(named=F("ref")).update(ref=F("named"), named=BY_THEIRS)
    return _attempts_of_even_groups(account)


def _objects(account: ProviderAccount, object_id: object) -> QuerySet[ProviderObject]:
    return ProviderObject.objects.filter(account=account, object_id=object_id).order_by("pk")


def _name(groups: QuerySet[Candidate], ref: QuerySet[Any, Any]) -> None:
    unnamed = groups.filter(named="")
    unnamed.update(named=Coalesce(Subquery(ref[:1], output_field=CharField()), Value("")))


def _attempts_of_even_groups(account: ProviderAccount) -> list[int]:
    """Attempts of renamed groups of which our own side is no candidate: it was even before."""
    ours = of(account).filter(our_rows__gt=0, ref=OuterRef("ref"))
    alone = of(account).filter(~Exists(ours), named=BY_THEIRS)
    refs = alone.values_list("ref", flat=True).iterator(SOME)
    found: set[int] = set()
    while some := list(islice(refs, SOME)):
        named = Q(our_ref__in=some) | Q(operations__our_ref__in=some)
        found.update(Attempt.objects.filter(named).values_list("pk", flat=True))
    return sorted(found)


def attempts_of_theirs(account: ProviderAccount) -> list[int]:
    """Attempts of what their side has more of: we may have booked it on another day."""
    groups = of(account).values("kind", "ref", "currency").order_by()
    more = groups.annotate(more=Sum("their_rows") - Sum("our_rows")).filter(more__gt=0)
    refs = sorted(set(more.values_list("ref", flat=True)))
    ours = Attempt.objects.filter(account=account)
    disputes = Dispute.objects.filter(account=account)
    attempts = set[int]()
    for begin in range(0, len(refs), SOME):
        some = refs[begin : begin + SOME]
        theirs = [ref.removeprefix(BY_THEIRS) for ref in some if ref.startswith(BY_THEIRS)]
        attempts.update(ours.filter(our_ref__in=some).values_list("pk", flat=True))
        attempts.update(ours.filter(operations__our_ref__in=some).values_list("pk", flat=True))
        attempts.update(disputes.filter(provider_id__in=theirs).values_list("attempt", flat=True))
    return sorted(attempts)


def regroup(account: ProviderAccount) -> None:
    """Add up the groups that have one reference now; what is even is no candidate any more."""
    statement = _REGROUP.format(table=table(Candidate))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [_GROUPED, account.pk])
        of(account).filter(verdict="").delete()
    _count_anew()


def _count_anew() -> None:
    """Let PostgreSQL know how many there are now, before it plans what follows."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {table(Candidate)}, {table(Discrepancy)}")


def judge(account: ProviderAccount, *, late_from: datetime) -> None:
    """Say of each group what it is; what was booked from `late_from` on may come later."""
    groups = of(account)
    _link(account)
    _pair_currencies(account)
    _recognize(account)
    stray = SettlementLine.objects.filter(our_ref=OuterRef("ref"), gross=OuterRef("ours"))
    groups.filter(_OURS_ONLY & Exists(stray.exclude(stray=""))).delete()
    open_refund = Operation.objects.filter(pk=OuterRef("operation_id"))
    lagging = Q(operation_id__isnull=False, kind__in=OF_REFUNDS)
    settled = OperationStatus.REVERSED
    groups.filter(verdict=_GROUPED).update(
        verdict=Case(
            When(
                _THEIRS_ONLY & lagging & Exists(open_refund.exclude(status=settled)), _is("status")
            ),
            When(_THEIRS_ONLY, _is("missing_in_ledger")),
            When(_OURS_ONLY & Q(our_at__gte=late_from), _is("timing")),
            When(_OURS_ONLY, _is("missing_in_provider")),
            When(_repeats("their", "our"), _is("duplicate_in_provider")),
            When(_repeats("our", "their"), _is("duplicate_in_ledger")),
            default=_is("amount"),
        )
    )


def _recognize(account: ProviderAccount) -> None:
    """What only we have, and what stands in a line that cannot be read, is one question."""
    ours = of(account).filter(_OURS_ONLY, ref=OuterRef("reference"))
    unread = Discrepancy.objects.filter(
        account=account, kind=DiscrepancyKind.UNPARSEABLE_LINE, state__in=UNRESOLVED
    )
    facts = {"ours": "ours", "currency": "currency", "at": "our_at", "about": "kind"}
    unread.exclude(reference="").filter(Exists(ours)).update(
        **{name: Subquery(ours.values(fact)[:1]) for name, fact in facts.items()},
        attempt_id=Subquery(ours.values("attempt_id")[:1]),
        operation_id=Subquery(ours.values("operation_id")[:1]),
    )
    named = unread.filter(reference=OuterRef("ref"))
    of(account).filter(_OURS_ONLY & Exists(named)).delete()


def _is(kind: str) -> Value:
    return Value(DiscrepancyKind(kind).value)


def _repeats(more: str, fewer: str) -> Q:
    """Whether one side has the very rows of the other once more: as many times as much money."""
    amounts = {"our": "ours", "their": "theirs"}
    each = Q(**{amounts[more]: F(amounts[fewer]) * F(f"{more}_rows") / F(f"{fewer}_rows")})
    return Q(**{f"{more}_rows__gt": F(f"{fewer}_rows")}) & each


def _link(account: ProviderAccount) -> None:
    """The attempt or refund that a group is about, where it is one of ours."""
    attempt = Attempt.objects.filter(our_ref=OuterRef("ref"), account=account)
    refund = Operation.objects.filter(our_ref=OuterRef("ref"), attempt__account=account)
    unlinked = of(account).filter(attempt_id__isnull=True)
    unlinked.filter(kind=EntryKind.CAPTURE).update(attempt_id=Subquery(attempt.values("pk")))
    refunds = of(account).filter(kind__in=OF_REFUNDS)
    refunds.update(operation_id=Subquery(refund.values("pk")))
    refunds.filter(attempt_id__isnull=True).update(attempt_id=Subquery(refund.values("attempt")))


def _pair_currencies(account: ProviderAccount) -> None:
    """One operation in two currencies is one question."""
    same = of(account).filter(kind=OuterRef("kind"), ref=OuterRef("ref"))
    ours = same.filter(_OURS_ONLY).exclude(currency=OuterRef("currency"))
    theirs = of(account).filter(_THEIRS_ONLY & Exists(ours))
    theirs.update(
        our_currency=Subquery(ours.values("currency")[:1]),
        ours=Subquery(ours.values("ours")[:1]),
        our_at=Subquery(ours.values("our_at")[:1]),
        attempt_id=Subquery(ours.values("attempt_id")[:1]),
        our_rows=1,
        verdict=DiscrepancyKind.CURRENCY,
    )
    paired = same.filter(verdict=DiscrepancyKind.CURRENCY)
    of(account).filter(_OURS_ONLY & Exists(paired)).delete()


def write(account: ProviderAccount) -> int:
    """Keep what was found, and end what is not found any more; returns how much does not agree."""
    plain = f"CASE WHEN ref LIKE '{BY_THEIRS}%%' THEN SUBSTR(ref, 2) ELSE ref END"
    statement = _WRITE.format(
        discrepancy=table(Discrepancy),
        candidate=table(Candidate),
        plain=plain,
        settled=_SETTLED,
        same=_SAME,
    )
    moment = now()
    stored = connection.ops.adapt_datetimefield_value(moment)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement, [stored, stored, account.pk])
        _end_what_is_gone(account)
        found = of(account).count()
        clear(account)
    return found


def _end_what_is_gone(account: ProviderAccount) -> None:
    """What was asked and is not found any more ends by itself.

    What a person has adjusted meanwhile is undone: the books agree without it.
    """
    named = Substr(OuterRef("subject"), Length(OuterRef("about")) + 2)
    again = of(account).exclude(verdict="").filter(kind=OuterRef("about"), ref=named)
    of_operations = Discrepancy.objects.filter(account=account, file=None).exclude(about="")
    gone = of_operations.exclude(about=OF_PAYOUTS).filter(~Exists(again))
    unsettled = gone.filter(state__in=UNRESOLVED)
    unsettled.filter(entries=None).update(
        state=DiscrepancyState.RESOLVED, resolution=Resolution.AUTO, resolved_at=now()
    )
    settle_by_itself(list(unsettled.values_list("pk", flat=True)))
    undo(list(gone.filter(resolution__in=BOOKED).values_list("pk", flat=True)))
