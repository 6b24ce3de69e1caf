"""Answering a dispute, once, however often it is sent and whatever is told of it."""

from __future__ import annotations

from functools import partial
from typing import Final

from payments.providers.base import DisputeStatus, Failure, Outcome, Status
from payments.providers.errors import ProviderDown, ProviderRejected
from payments.providers.evidence import EvidenceRequest
from payments.providers.stripe import asked
from payments.providers.stripe.burnt import by_next_key
from payments.providers.stripe.client import StripeApi
from payments.providers.stripe.mapping import read_dispute
from payments.providers.told import Told

OUR_ANSWER: Final = "our_answer"
"""The metadata of a dispute that names the answer it has: no reference of a payment."""

WAITS: Final = frozenset({"needs_response", "warning_needs_response"})
"""How a dispute stands that nobody has answered."""


def send_evidence(api: StripeApi, request: EvidenceRequest) -> Outcome:
    """Raises ProviderDown where the dispute has not got this answer, as far as can be seen.

    An answer is for good, so of what was only asked about we look what it is now.
    """
    if request.of_inquiry:
        dispute = _look(api, request)
        if _has(dispute, request):
            return _told(dispute)
        if read_dispute(dispute).status == DisputeStatus.OPEN:
            raise ProviderRejected(Failure("became_claim"))
    taken = partial(_taken, api, request)
    try:
        return _told(by_next_key(request.key, partial(_update, api, request), taken))
    except ProviderDown as error:
        # It may have been done all the same, and a repeat would be told this error again.
        if error.sent and (known := taken()):
            return _told(known)
        raise


def _update(api: StripeApi, request: EvidenceRequest, key: str) -> Told:
    evidence = asked.evidence_params(request.texts)
    return api.ask(
        lambda sdk: sdk.v1.disputes.update(
            request.dispute_id,
            {"evidence": evidence, "submit": True, "metadata": {OUR_ANSWER: request.key}},
            {"idempotency_key": key},
        ),
        "dispute",
    )


def _look(api: StripeApi, request: EvidenceRequest) -> Told:
    return api.ask(lambda sdk: sdk.v1.disputes.retrieve(request.dispute_id), "dispute")


def _taken(api: StripeApi, request: EvidenceRequest) -> Told | None:
    """The dispute, where it has this answer; raises ProviderDown where it waits for none."""
    dispute = _look(api, request)
    if _has(dispute, request):
        return dispute
    if dispute.text("status") not in WAITS:
        raise ProviderDown("the dispute has another answer, or is decided", sent=True)
    return None


def _has(dispute: Told, request: EvidenceRequest) -> bool:
    submitted = dispute.row("evidence_details").whole("submission_count") > 0
    return submitted and dispute.row("metadata").maybe_text(OUR_ANSWER) == request.key


def _told(dispute: Told) -> Outcome:
    return Outcome(status=Status.CAPTURED, disputes=(read_dispute(dispute),))
