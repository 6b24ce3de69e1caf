"""The disputes of a payment: opened, answered, decided."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from orders.formats import format_moment, format_money
from payments.badges import badge
from payments.messages import why
from payments.models import Dispute, DisputeEvidence, Payment
from payments.states import ONLY_ASKED, DisputeState, EvidenceState
from payments.timeline.happening import Happening, Kind, join


def disputes_of(payment: Payment) -> Iterator[Happening]:
    known = Dispute.objects.filter(attempt__payment=payment).order_by("pk")
    disputes = known.prefetch_related("evidence__sent_by")
    for dispute in disputes:
        facts = {"amount": format_money(payment.money(dispute.amount))}
        state = badge(DisputeState(dispute.status))
        ref = dispute.provider_id
        asked = dispute.status in ONLY_ASKED
        opened = (_("Inquiry about %(amount)s") if asked else _("Dispute of %(amount)s")) % facts
        waiting = None if dispute.closed_at else state
        said = join(why(dispute.reason, ""), _evidence_due(dispute))
        yield Happening(dispute.opened_at, Kind.DISPUTE, opened, said, waiting, ref, dispute.pk)
        yield from map(_answered, dispute.evidence.all())
        if dispute.closed_at:
            title = (
                _("Inquiry about %(amount)s closed")
                if asked
                else _("Dispute of %(amount)s decided")
            )
            title %= facts
            left = _left(dispute)
            yield Happening(dispute.closed_at, Kind.DISPUTE, title, left, state, ref, dispute.pk)


def _answered(evidence: DisputeEvidence) -> Happening:
    by = _("by %(user)s") % {"user": evidence.sent_by} if evidence.sent_by else ""
    hand = _("at the provider's own site") if evidence.by_hand else ""
    state = badge(EvidenceState(evidence.state))
    said, pk = join(by, hand, evidence.why), evidence.dispute_id
    return Happening(
        evidence.created_at, Kind.EVIDENCE, _("Evidence"), said, state, evidence.our_ref, pk
    )


def _evidence_due(dispute: Dispute) -> str:
    if dispute.closed_at or dispute.evidence_due_at is None:
        return ""
    return _("evidence is due by %(moment)s") % {"moment": format_moment(dispute.evidence_due_at)}


def _left(dispute: Dispute) -> str:
    """What became of the money of a dispute that ended."""
    if dispute.status == DisputeState.CLOSED:
        return _("the bank asks no more, and took nothing")
    if dispute.status == DisputeState.WON:
        return _("the money stays here")
    return _("the bank gave the money to the shopper")
