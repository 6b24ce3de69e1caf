"""Answering a dispute with evidence: once, before it is due; a worker sends it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from orders.clock import now
from orders.formats import format_moment
from orders.wake import wake
from payments.errors import EvidenceRefused
from payments.models import Dispute, DisputeEvidence
from payments.models.evidence import EVIDENCE_TASK
from payments.providers.evidence import EvidenceTexts
from payments.states import ANSWERS, EvidenceState


@dataclass(frozen=True, slots=True)
class EvidenceDraft:
    """What somebody wants to say in a dispute. `request_key` is the intent: twice, it acts once.

    `of_inquiry`: they have read that the bank only asks.
    """

    dispute_id: int
    request_key: str
    texts: EvidenceTexts
    sent_by: int | None
    of_inquiry: bool = False


def request_evidence(draft: EvidenceDraft) -> bool:
    """Owe the provider this evidence; a worker sends it. False where this was asked before.

    Raises EvidenceRefused where it is too late, decided, answered or empty; nothing changes then.
    """
    with transaction.atomic():
        fresh = _answer(draft, DisputeEvidence())
        if fresh:
            wake(EVIDENCE_TASK)
    return fresh


def note_evidence(draft: EvidenceDraft) -> bool:
    """Note what a person has sent at the provider's own site. False where this was noted before.

    Raises EvidenceRefused as `request_evidence` does.
    """
    by_hand = DisputeEvidence(
        by_hand=True, state=EvidenceState.SENT, sent_at=now(), next_run_at=None
    )
    with transaction.atomic():
        return _answer(draft, by_hand)


def _answer(draft: EvidenceDraft, evidence: DisputeEvidence) -> bool:
    """Write it while the dispute is locked, so that of two people one answers."""
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=draft.dispute_id)
    if DisputeEvidence.objects.filter(request_key=draft.request_key).exists():
        return False
    check_answer(dispute, draft.texts)
    if draft.of_inquiry and not dispute.is_inquiry:
        raise EvidenceRefused(_("it has become a dispute meanwhile: read it again"))
    for name, text in asdict(draft.texts).items():
        setattr(evidence, name, text)
    evidence.dispute, evidence.request_key = dispute, draft.request_key
    evidence.sent_by_id, evidence.of_inquiry = draft.sent_by, dispute.is_inquiry
    evidence.save(force_insert=True)
    Dispute.objects.filter(pk=dispute.pk).update(remind_at=None)
    return True


def check_answer(dispute: Dispute, texts: EvidenceTexts) -> None:
    """Whether it can be answered so; raises EvidenceRefused. Under the lock it is asked again."""
    if not dispute.is_undecided:
        raise EvidenceRefused(_("the dispute is decided already"))
    sent = dispute.evidence.filter(state__in=ANSWERS, of_inquiry=dispute.is_inquiry)
    before = sent.select_related("sent_by").first()
    if before:
        facts = {"user": before.sent_by or "", "moment": format_moment(before.created_at)}
        raise EvidenceRefused(_("evidence was sent already, by %(user)s on %(moment)s") % facts)
    if dispute.is_late and dispute.evidence_due_at:
        over = {"moment": format_moment(dispute.evidence_due_at)}
        raise EvidenceRefused(_("the time for evidence was over on %(moment)s") % over)
    if not any(text.strip() for text in asdict(texts).values()):
        raise EvidenceRefused(_("there is no evidence in it: write at least one text"))
