"""From groups that do not add up to discrepancies: what each is about, and whether it is known."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import (
    CharField,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Concat, Substr

from orders.clock import now
from payments.models import (
    Attempt,
    Candidate,
    Discrepancy,
    Dispute,
    Operation,
    ProviderObject,
    SettlementLine,
)
from payments.models.discrepancy import OF_PAYOUTS, STANDS, UNRESOLVED
from payments.models.settlement import FileState
from payments.reconciliation.claim import Run
from payments.reconciliation.resolve import BOOKED, settle_by_itself, undo
from payments.reconciliation.rows import count_anew, table
from payments.states import EntryKind

OF_REFUNDS: Final = (EntryKind.REFUND, EntryKind.REFUND_REVERSED)
SOME: Final = 500
BY_THEIRS: Final = "#"
"""How a reference begins that is the provider's, since the line has none of ours."""
OURS_ONLY, THEIRS_ONLY = Q(their_rows=0), Q(our_rows=0)
_REGROUP: Final = """
    INSERT INTO {table} (account_id, claim, kind, ref, currency, ours, theirs, our_rows, their_rows,
                         our_at, their_at, attempt_id, named, our_currency, verdict)
    SELECT account_id, claim, kind, ref, currency, SUM(ours), SUM(theirs), SUM(our_rows),
           SUM(their_rows), MIN(our_at), MIN(their_at), MIN(attempt_id), '', '', %s
    FROM {table} WHERE account_id = %s AND claim = %s AND verdict = ''
    GROUP BY account_id, claim, kind, ref, currency HAVING SUM(ours) <> SUM(theirs)
"""
GROUPED: Final = "grouped"
_WRITE: Final = """
    INSERT INTO {discrepancy} AS d (
        account_id, subject, kind, about, reference, currency, our_currency, ours, theirs, at,
        attempt_id, operation_id, detail, state, found_at, seen_at,
        resolution, reason, evidence, request_key)
    SELECT account_id,
           kind || ':' || ref || CASE WHEN ROW_NUMBER() OVER same > 1 THEN ':' || currency
                                      ELSE '' END,
           verdict, kind, {plain}, currency, our_currency,
           CASE WHEN our_rows > 0 THEN ours END, CASE WHEN their_rows > 0 THEN theirs END,
           COALESCE(their_at, our_at), attempt_id, operation_id, '', 'open', %s, %s,
           '', '', '', ''
    FROM {candidate} WHERE account_id = %s AND claim = %s AND verdict <> ''
    WINDOW same AS (PARTITION BY kind, ref ORDER BY currency)
    ORDER BY kind, ref, currency
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
        reason = CASE WHEN d.resolution = 'auto' THEN '' ELSE d.reason END,
        resolution = CASE WHEN {decided} THEN d.resolution ELSE '' END,
        proposed_by_id = CASE WHEN {decided} THEN d.proposed_by_id END,
        approved_by_id = CASE WHEN {decided} THEN d.approved_by_id END
"""
_SAME: Final = (
    "(COALESCE(d.ours, 0) = COALESCE(excluded.ours, 0)"
    " AND COALESCE(d.theirs, 0) = COALESCE(excluded.theirs, 0)"
    " AND d.currency = excluded.currency AND d.our_currency = excluded.our_currency)"
)
_SETTLED: Final = f"(d.state = 'resolved' AND d.resolution <> 'auto' AND {_SAME})"
_DECIDED: Final = f"({_SETTLED} OR d.state = 'proposed' AND {_SAME})"


def of(run: Run) -> QuerySet[Candidate]:
    return Candidate.objects.filter(account=run.account, claim=run.token)


def clear(run: Run) -> None:
    """Throw away what any run of these books has left."""
    left = Candidate.objects.filter(account=run.account)
    left._raw_delete(left.db)  # noqa: SLF001  # nothing refers to a candidate


def rename(run: Run) -> Sequence[int]:
    """Give the groups that only they have our reference, where another id leads to it.

    Returns the attempts they are of: what both books have of those must be grouped again.
    """
    unknown = of(run).filter(THEIRS_ONLY)
    by_theirs = unknown.filter(ref__startswith=BY_THEIRS)
    by_ours = unknown.exclude(ref__startswith=BY_THEIRS)
    loaded = run.account.settlement_files.filter(state=FileState.LOADED)
    line = SettlementLine.objects.filter(our_ref=OuterRef(OuterRef("ref")), file__in=loaded)
    ids = line.values("our_ref").annotate(first=Min("provider_ref"), last=Max("provider_ref"))
    theirs_of_line = Subquery(ids.filter(first=F("last")).values("first")[:1])
    for known, groups in (
        (_objects(run, Substr(OuterRef("ref"), 2)), by_theirs),
        (_objects(run, theirs_of_line), by_ours),
    ):
        captures = groups.filter(kind=EntryKind.CAPTURE)
        refunds = groups.filter(kind__in=OF_REFUNDS)
        _name(captures, known.values("attempt__our_ref"))
        _name(refunds, known.filter(operation__isnull=False).values("operation__our_ref"))
    ours = Operation.objects.filter(our_ref=OuterRef("ref"), attempt__account=run.account)
    _name(by_ours.filter(kind=EntryKind.CAPTURE), ours.values("attempt__our_ref"))
    unknown.exclude(named="").exclude(named=F("ref")).update(ref=F("named"), named=BY_THEIRS)
    return _attempts_of_even_groups(run)


def _objects(run: Run, object_id: object) -> QuerySet[ProviderObject]:
    return ProviderObject.objects.filter(account=run.account, object_id=object_id).order_by("pk")


def _name(groups: QuerySet[Candidate], ref: QuerySet[Any, Any]) -> None:
    unnamed = groups.filter(named="")
    unnamed.update(named=Coalesce(Subquery(ref[:1], output_field=CharField()), Value("")))


def _attempts_of_even_groups(run: Run) -> Sequence[int]:
    """Attempts of renamed groups of which our own side is no candidate: it was even before."""
    ours = of(run).filter(our_rows__gt=0, ref=OuterRef("ref"))
    alone = of(run).filter(~Exists(ours), named=BY_THEIRS)
    refs = alone.values_list("ref", flat=True).iterator(SOME)
    found = array("q")
    while some := list(islice(refs, SOME)):
        named = Q(our_ref__in=some) | Q(operations__our_ref__in=some)
        found.extend(Attempt.objects.filter(named).values_list("pk", flat=True))
    return _each_once(found)


def attempts_of_theirs(run: Run) -> Sequence[int]:
    """Attempts of what their side has more of: we may have booked it on another day."""
    groups = of(run).values("kind", "ref", "currency").order_by()
    more = groups.annotate(more=Sum("their_rows") - Sum("our_rows")).filter(more__gt=0)
    refs = more.order_by("ref").values_list("ref", flat=True).distinct().iterator(SOME)
    ours = Attempt.objects.filter(account=run.account)
    disputes = Dispute.objects.filter(account=run.account)
    attempts = array("q")
    while some := list(islice(refs, SOME)):
        theirs = [ref.removeprefix(BY_THEIRS) for ref in some if ref.startswith(BY_THEIRS)]
        attempts.extend(ours.filter(our_ref__in=some).values_list("pk", flat=True))
        attempts.extend(ours.filter(operations__our_ref__in=some).values_list("pk", flat=True))
        attempts.extend(disputes.filter(provider_id__in=theirs).values_list("attempt", flat=True))
    return _each_once(attempts)


def _each_once(keys: array[int]) -> array[int]:
    """In their order, and in few bytes: there may be tens of thousands."""
    return array("q", (key for key, _same in groupby(sorted(keys))))


def regroup(run: Run) -> None:
    """Add up the groups that have one reference now; what is even is no candidate any more."""
    statement = _REGROUP.format(table=table(Candidate))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, [GROUPED, run.account.pk, run.token])
        of(run).filter(verdict="").delete()
    count_anew(Candidate, "account_id", "claim", "ref", "kind")
    count_anew(Discrepancy, "account_id", "subject", "reference", "kind", "state")


def write(run: Run) -> int:
    """Keep what was found, and end what is not found any more; returns how much does not agree."""
    plain = f"CASE WHEN ref LIKE '{BY_THEIRS}%%' THEN SUBSTR(ref, 2) ELSE ref END"
    statement = _WRITE.format(
        discrepancy=table(Discrepancy),
        candidate=table(Candidate),
        plain=plain,
        settled=_SETTLED,
        same=_SAME,
        decided=_DECIDED,
    )
    moment = now()
    stored = connection.ops.adapt_datetimefield_value(moment)
    with transaction.atomic():
        run.hold()
        with connection.cursor() as cursor:
            cursor.execute(statement, [stored, stored, run.account.pk, run.token])
        _end_what_is_gone(run, moment)
        found = of(run).count()
        clear(run)
    return found


def _end_what_is_gone(run: Run, moment: datetime) -> None:
    """What was asked and is not found any more ends by itself; what is was seen at that moment.

    What a person has decided meanwhile is undone: the books agree without it.
    """
    named = Q(ref=OuterRef("reference")) | Q(ref=Concat(Value(BY_THEIRS), OuterRef("reference")))
    of_it = {"kind": OuterRef("about"), "currency": OuterRef("currency")}
    again = of(run).exclude(verdict="").filter(named, **of_it)
    of_operations = Discrepancy.objects.filter(account=run.account, file=None).exclude(about="")
    gone = of_operations.exclude(about=OF_PAYOUTS).filter(Q(seen_at__lt=moment) | ~Exists(again))
    settle_by_itself(gone.filter(state__in=UNRESOLVED).values_list("pk", flat=True))
    decided = gone.filter(resolution__in=(*BOOKED, *STANDS))
    undo(list(decided.values_list("pk", flat=True)))
