"""Sending evidence that is owed: by workers, with its stored key, until there is an answer."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from orders.clock import now
from orders.sweep import each
from payments.conf import payment_settings
from payments.errors import PaymentError
from payments.models import Dispute, DisputeEvidence
from payments.models.records import ReviewKind
from payments.providers.base import Failure, Outcome
from payments.providers.errors import ProviderError, ProviderRejected
from payments.providers.evidence import EvidenceRequest
from payments.providers.protocol import TakesEvidence
from payments.registry import provider_for
from payments.schedule import is_pressing, next_sending
from payments.services.apply import apply_outcome
from payments.services.calls import call_provider
from payments.services.reviews import end_review, open_review
from payments.states import ONLY_ASKED, UNDECIDED, EvidenceState

logger = logging.getLogger("till.payments")
BATCH: Final = 100
SILENCE: Final = Failure("no_answer")
CLAIMED: Final = Failure("became_claim")
FAILED: Final = gettext_noop("evidence in the dispute of %(amount)s: %(why)s")
DELAYED: Final = gettext_noop("evidence in the dispute of %(amount)s is not sent yet: %(why)s")


def submit_due_evidence() -> int:
    """Send up to a hundred whose time has come; returns how many were due.

    One that raises is put off by the table of waits; see `each`.
    """
    due = DisputeEvidence.objects.filter(next_run_at__lte=now()).order_by("next_run_at", "pk")
    batch = list(due[:BATCH])
    each(batch, _claim_and_submit)
    return len(batch)


def _claim_and_submit(evidence: DisputeEvidence) -> None:
    if _claim(evidence):
        submit_evidence(evidence.pk)


def _claim(evidence: DisputeEvidence) -> bool:
    """One worker takes it for one call; if it dies, the sweep finds the row again."""
    first: dict[str, Any] = {} if evidence.first_sent_at else {"first_sent_at": now()}
    taken = DisputeEvidence.objects.filter(
        pk=evidence.pk, next_run_at=evidence.next_run_at, tries=evidence.tries
    ).update(next_run_at=now() + payment_settings().lease, tries=F("tries") + 1, **first)
    return taken == 1


def submit_evidence(evidence_id: int) -> None:
    """Send one that was claimed and book the answer. A second call changes nothing."""
    known = DisputeEvidence.objects.select_related(
        "dispute__attempt__payment", "dispute__attempt__account", "dispute__account"
    )
    evidence = known.get(pk=evidence_id)
    if evidence.state != EvidenceState.SENDING:
        return
    attempt = evidence.dispute.attempt
    try:
        outcome = _send(evidence)
    except ProviderRejected as refusal:
        _end(evidence, refusal.failure)
    except (ProviderError, PaymentError) as error:
        logger.warning("no answer about %s: %s", evidence.our_ref, error)
    else:
        _note_sent(evidence)
        apply_outcome(attempt_id=attempt.pk, outcome=outcome, source="evidence")
    finally:  # whatever it was, the row is not tried without a pause, nor for ever
        _try_later(evidence)


def _send(evidence: DisputeEvidence) -> Outcome:
    dispute = evidence.dispute
    provider = provider_for(dispute.account)
    if not isinstance(provider, TakesEvidence):
        raise ProviderRejected(Failure("no_evidence"))
    if evidence.of_inquiry and dispute.status not in ONLY_ASKED:
        raise ProviderRejected(CLAIMED)  # nobody has read it as the answer to a claim
    window = provider.capabilities.idempotency_window
    if evidence.first_sent_at and evidence.first_sent_at + window < now():
        # A repeat could be taken for another answer, so a person looks instead.
        raise ProviderRejected(SILENCE)
    texts, of_inquiry = evidence.texts, evidence.of_inquiry
    request = EvidenceRequest(dispute.provider_id, evidence.key, texts, of_inquiry)
    send = partial(provider.submit_evidence, request)
    return call_provider("evidence", send, attempt=dispute.attempt, key=evidence.key)


def _unsettled(evidence: DisputeEvidence) -> Any:
    return DisputeEvidence.objects.filter(pk=evidence.pk, state=EvidenceState.SENDING)


def _note_sent(evidence: DisputeEvidence) -> None:
    """What people were told of it not getting through is over."""
    dispute = evidence.dispute
    answered = Dispute.objects.filter(pk=dispute.pk, status__in=UNDECIDED)
    if evidence.of_inquiry:  # should it be a claim by now, that is reminded of still
        answered = answered.filter(status__in=ONLY_ASKED)
    with transaction.atomic():
        if _unsettled(evidence).update(
            state=EvidenceState.SENT, sent_at=now(), next_run_at=None, error_code=""
        ):
            answered.update(remind_at=None)
            _end_delay(dispute)


def _try_later(evidence: DisputeEvidence) -> None:
    due, since = evidence.dispute.evidence_due_at, evidence.first_sent_at or now()
    again = next_sending(evidence.tries - 1, due, at=now())
    if again is None:
        _end(evidence, SILENCE)
        return
    waits = _unsettled(evidence).update(next_run_at=again)
    if waits and is_pressing(due, again=again, since=since, at=now()):
        _warn(evidence)


def _warn(evidence: DisputeEvidence) -> None:
    """Have a person know in time that it does not get through, once; it is sent again as before."""
    with transaction.atomic():
        if _unsettled(evidence).filter(error_code="").update(error_code=SILENCE.code):
            _have_it_seen(evidence.dispute, DELAYED, SILENCE)


def _end(evidence: DisputeEvidence, why: Failure) -> None:
    """Leave the dispute without an answer again, and have a person see it at once."""
    state = EvidenceState.UNANSWERED if why == SILENCE else EvidenceState.REFUSED
    with transaction.atomic():
        if _unsettled(evidence).update(
            state=state,
            next_run_at=None,
            error_code=why.code[:40],
            error_raw=why.raw[:80],
        ):
            _end_delay(evidence.dispute)
            _have_it_seen(evidence.dispute, FAILED, why)


def _end_delay(dispute: Dispute) -> None:
    """That it does not get through is over, well or not."""
    payment = dispute.attempt.payment
    end_review(ReviewKind.DISPUTE, payment, subject=dispute.provider_id, detail=DELAYED)


def _have_it_seen(dispute: Dispute, detail: str, why: Failure) -> None:
    """Remind at once, and open a review."""
    Dispute.objects.filter(pk=dispute.pk, status__in=UNDECIDED).update(remind_at=now())
    open_review(
        ReviewKind.DISPUTE,
        dispute.attempt.payment,
        subject=dispute.provider_id,
        detail=detail,
        facts={"amount": dispute.money, "why": why},
    )
