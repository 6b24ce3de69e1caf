"""What a person decides about a discrepancy: once, and above a limit with a second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from orders.clock import now
from payments.conf import payment_settings
from payments.errors import DiscrepancyRefused
from payments.models import Discrepancy
from payments.models.discrepancy import (
    STANDS,
    UNDECIDED,
    UNRESOLVED,
    DiscrepancyState,
    Resolution,
)
from payments.reconciliation.adjust import adjust
from payments.reconciliation.effects import changes, possible
from payments.reconciliation.rows import slices

WORKED_ON: Final = (DiscrepancyState.OPEN, DiscrepancyState.INVESTIGATING)
BOOKED: Final = (Resolution.ADJUSTED, Resolution.WRITTEN_OFF)
"""Settled so, an entry of the ledger makes our books follow."""
ENDED: Final = (
    (BOOKED, gettext_noop("the books agree without the adjustment")),
    (STANDS, gettext_noop("it is not found any more")),
)
"""Why what a person has decided is no more, where the difference is gone."""
MOST_TEXT: Final = 400
SOME: Final = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """How somebody wants to settle a discrepancy. `request_key` is the intent: it acts once.

    `seen`: the `figures` they looked at, "" where nobody looked.
    """

    discrepancy_id: int
    by: int
    resolution: str
    reason: str
    evidence: str = ""
    request_key: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a second person says to what was proposed. `request_key` and `seen` as in Decision."""

    discrepancy_id: int
    by: int
    note: str = ""
    request_key: str = ""
    seen: str = ""


def figures(discrepancy: Discrepancy) -> str:
    """What is decided about; another value once a match has found other amounts."""
    ours, theirs = discrepancy.our_money, discrepancy.their_money
    return f"{discrepancy.kind}:{ours}:{theirs}"


def needs_approval(discrepancy: Discrepancy) -> bool:
    """Whether either side's difference is above the limit of its currency."""
    conf = payment_settings()
    limits = ((money, conf.resolution_limit(money.currency)) for money in changes(discrepancy))
    return any(limit is not None and abs(money.amount) > limit.amount for money, limit in limits)


def take(*, discrepancy_id: int, by: int) -> bool:
    """Look after a discrepancy that nobody looks after. A second call changes nothing: False.

    Raises DiscrepancyRefused where somebody else does, or where it is settled or proposed.
    """
    mine = Discrepancy.objects.filter(pk=discrepancy_id, state__in=WORKED_ON, owner=None)
    if mine.update(owner_id=by, state=DiscrepancyState.INVESTIGATING):
        return True
    row = Discrepancy.objects.select_related("owner").get(pk=discrepancy_id)
    _check_worked_on(row)
    _check_owner(row, by)
    return False


def take_over(*, discrepancy_id: int, by: int) -> bool:
    """Look after it, whoever did before. A second call changes nothing: False."""
    others = Q(owner=None) | ~Q(owner=by)
    found = Discrepancy.objects.filter(others, pk=discrepancy_id, state__in=WORKED_ON)
    if found.update(owner_id=by, state=DiscrepancyState.INVESTIGATING):
        return True
    _check_worked_on(Discrepancy.objects.get(pk=discrepancy_id))
    return False


def note_evidence(*, discrepancy_id: int, by: int, evidence: str) -> bool:
    """Keep what was found so far, and look after it. False where it says that already."""
    with transaction.atomic():
        row = _locked(discrepancy_id)
        _check_worked_on(row)
        _check_owner(row, by)
        said = evidence.strip()[:MOST_TEXT]
        if row.evidence == said and row.owner_id == by:
            return False
        changed = {"evidence": said, "owner_id": by, "state": DiscrepancyState.INVESTIGATING}
        Discrepancy.objects.filter(pk=row.pk, state__in=WORKED_ON).update(**changed)
    return True


def propose(decision: Decision) -> bool:
    """Settle a discrepancy, or above the limit ask somebody else to agree to it.

    False where this very request did so before. Raises DiscrepancyRefused with a sentence for
    staff, and then nothing has changed.
    """
    with transaction.atomic():
        row = _locked(decision.discrepancy_id)
        if decision.request_key and row.request_key == decision.request_key:
            return False
        _check_worked_on(row)
        _check_owner(row, decision.by)
        _check_seen(row, decision.seen)
        _check_words(row, decision)
        waits = needs_approval(row)
        ends = {"state": DiscrepancyState.PROPOSED} if waits else _ended()
        changed = _proposed(decision) | ends
        if not Discrepancy.objects.filter(pk=row.pk, state__in=WORKED_ON).update(**changed):
            raise DiscrepancyRefused(_("this was settled meanwhile: look at it again"))
        if not waits:
            adjust(row, Resolution(decision.resolution))
    return True


def approve(answer: Answer) -> bool:
    """Agree to what somebody else proposed: it is settled, and posted where that posts.

    False where the same person has agreed before. Raises DiscrepancyRefused where it was theirs to
    propose, where it is settled another way, or where its amounts have changed.
    """
    with transaction.atomic():
        row = _locked(answer.discrepancy_id)
        if row.state == DiscrepancyState.RESOLVED and row.approved_by_id == answer.by:
            return False
        _check_proposed(row)
        if row.proposed_by_id == answer.by:
            raise DiscrepancyRefused(_("who proposed this cannot approve it"))
        _check_seen(row, answer.seen)
        if row.resolution not in possible(row):
            raise DiscrepancyRefused(_("its amounts have changed, and this cannot be: reject it"))
        _decide(row, answer, _ended() | {"approved_by_id": answer.by})
        adjust(row, Resolution(row.resolution))
    return True


def reject(answer: Answer) -> bool:
    """Say no: it is looked into again, with its reason and evidence kept. False where that is done.

    Who proposed it may take it back so.
    """
    with transaction.atomic():
        row = _locked(answer.discrepancy_id)
        if answer.request_key and row.decision_key == answer.request_key:
            return False
        _check_proposed(row)
        _decide(row, answer, UNDECIDED | {"state": DiscrepancyState.INVESTIGATING})
    return True


def settle_by_itself(discrepancy_ids: Collection[int], *, reason: str = "") -> int:
    """Settle those that are explained without a person; how many were not settled yet.

    What waits for approval is settled so too: then nobody approves it, and nothing is posted. What
    was posted of one that has been opened again is taken back. The reason is an English string of
    the catalogue (`Discrepancy.given_reason`).
    """
    by_itself = UNDECIDED | {"resolution": Resolution.AUTO, "reason": reason[:MOST_TEXT]}
    settled = 0
    with transaction.atomic():
        for some in slices(sorted(discrepancy_ids), SOME):
            found = Discrepancy.objects.filter(pk__in=some, state__in=UNRESOLVED)
            locked = found.select_for_update(no_key=True).order_by("pk").values_list("pk")
            mine = Discrepancy.objects.filter(pk__in=[pk for (pk,) in locked])
            settled += mine.update(**_ended(), **by_itself)
            for row in mine.filter(entries__isnull=False).distinct().order_by("pk"):
                adjust(row, Resolution.AUTO)
    return settled


def undo(discrepancy_ids: Collection[int]) -> int:
    """Take back what a person has decided about a difference that is no more; how many those are.

    What was booked is taken back, and what was left as it was is a difference no longer.
    """
    undone = 0
    again = UNDECIDED | {"state": DiscrepancyState.OPEN, "resolved_at": None}
    with transaction.atomic():
        for some, (decided, why) in product(slices(sorted(discrepancy_ids), SOME), ENDED):
            settled = Discrepancy.objects.filter(pk__in=some, state=DiscrepancyState.RESOLVED)
            locked = settled.filter(resolution__in=decided).select_for_update(no_key=True)
            mine = list(locked.order_by("pk").values_list("pk", flat=True))
            Discrepancy.objects.filter(pk__in=mine).update(**again)
            undone += settle_by_itself(mine, reason=why)
    return undone


def _locked(discrepancy_id: int) -> Discrepancy:
    rows = Discrepancy.objects.select_related("account", "owner", "proposed_by", "approved_by")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=discrepancy_id)


def _ended() -> dict[str, object]:
    return {"state": DiscrepancyState.RESOLVED, "resolved_at": now()}


def _proposed(decision: Decision) -> dict[str, object]:
    return {
        "owner_id": decision.by,
        "resolution": decision.resolution,
        "reason": decision.reason.strip()[:MOST_TEXT],
        "evidence": decision.evidence.strip()[:MOST_TEXT],
        "proposed_by_id": decision.by,
        "approved_by_id": None,
        "request_key": decision.request_key,
        "decision_note": "",
        "decision_key": "",
    }


def _decide(row: Discrepancy, answer: Answer, changed: Mapping[str, object]) -> None:
    """Of two people the first decides, by conditional UPDATE."""
    waits = Discrepancy.objects.filter(pk=row.pk, state=DiscrepancyState.PROPOSED)
    said = {"decision_note": answer.note.strip()[:MOST_TEXT], "decision_key": answer.request_key}
    if not waits.update(**changed, **said):
        raise DiscrepancyRefused(_("this was settled meanwhile: look at it again"))


def _check_worked_on(row: Discrepancy) -> None:
    if row.state == DiscrepancyState.PROPOSED:
        raise DiscrepancyRefused(_("this waits for approval: approve or reject it first"))
    if row.state == DiscrepancyState.RESOLVED:
        raise DiscrepancyRefused(_already(row))


def _check_proposed(row: Discrepancy) -> None:
    if row.state == DiscrepancyState.RESOLVED:
        raise DiscrepancyRefused(_already(row))
    if row.state != DiscrepancyState.PROPOSED:
        raise DiscrepancyRefused(_("nothing is proposed here: it was rejected or taken back"))


def _already(row: Discrepancy) -> str:
    return _("this is settled already: %(how)s") % {"how": row.get_resolution_display()}


def _check_owner(row: Discrepancy, by: int) -> None:
    if row.owner_id not in {None, by}:
        who = {"who": row.owner or _("somebody")}
        raise DiscrepancyRefused(_("%(who)s looks after this: take it over first") % who)


def _check_seen(row: Discrepancy, seen: str) -> None:
    if seen and seen != figures(row):
        raise DiscrepancyRefused(
            _("the amounts have changed since you opened this page: look at them again")
        )


def _check_words(row: Discrepancy, decision: Decision) -> None:
    if decision.resolution not in possible(row):
        raise DiscrepancyRefused(_("such a discrepancy cannot be settled this way"))
    if not decision.reason.strip():
        raise DiscrepancyRefused(_("say why it is settled this way"))
    if decision.resolution != Resolution.IGNORED and not decision.evidence.strip():
        raise DiscrepancyRefused(_("name the evidence: where somebody can see that it is so"))
