"""What we have said in a dispute: the texts as they were sent, who sent them, how it went."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.clock import now
from orders.models import random_code
from payments.messages import why
from payments.models.records import Dispute
from payments.providers.evidence import EvidenceTexts
from payments.states import ANSWERS, EvidenceState

EVIDENCE_TASK: Final = "payments.submit_evidence"
"""The worker's task that sends what is due."""
LONGEST_TEXT: Final = 2500


def new_evidence_ref() -> str:
    return "E" + random_code(20)


class DisputeEvidence(models.Model):
    """One answer to a dispute: committed before the call, its key reused on every retry.

    `request_key` is the form's, so that a second click finds its first. `by_hand`: a person has
    sent it at the provider's own site, and says so here. `of_inquiry`: it answers a question of the
    bank's; should that become a claim, the claim is answered anew. One that is being sent has an
    `error_code` once people were told that it does not get through.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="evidence")
    our_ref = models.CharField(
        _("reference"), max_length=21, unique=True, default=new_evidence_ref, editable=False
    )
    request_key = models.CharField(max_length=40, unique=True, editable=False)
    customer = models.TextField(max_length=LONGEST_TEXT, blank=True)
    goods = models.TextField(max_length=LONGEST_TEXT, blank=True)
    dispatch = models.TextField(max_length=LONGEST_TEXT, blank=True)
    refunds = models.TextField(max_length=LONGEST_TEXT, blank=True)
    terms = models.TextField(max_length=LONGEST_TEXT, blank=True)
    statement = models.TextField(max_length=LONGEST_TEXT, blank=True)
    by_hand = models.BooleanField(_("sent at the provider's own site"), default=False)
    of_inquiry = models.BooleanField(default=False, editable=False)
    state = models.CharField(
        _("state"), max_length=10, choices=EvidenceState.choices, default=EvidenceState.SENDING
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("sent by"),
    )
    error_code = models.CharField(max_length=40, blank=True)
    error_raw = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)
    first_sent_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    next_run_at = models.DateTimeField(null=True, default=now)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=EvidenceState.values), name="evidence_state_known"
            ),
            models.CheckConstraint(
                condition=Q(next_run_at__isnull=True) | Q(state=EvidenceState.SENDING),
                name="evidence_settled_is_not_sent",
            ),
            models.CheckConstraint(
                condition=~Q(state=EvidenceState.SENT) | Q(sent_at__isnull=False),
                name="evidence_sent_at_a_moment",
            ),
            models.UniqueConstraint(
                fields=["dispute", "of_inquiry"],
                condition=Q(state__in=ANSWERS),
                name="evidence_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"],
                name="evidence_due",
                condition=Q(next_run_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.our_ref

    @property
    def key(self) -> str:
        """The idempotency key at the provider, the same on every retry."""
        return f"{self.our_ref}:evidence"

    @property
    def texts(self) -> EvidenceTexts:
        return EvidenceTexts(**{name: getattr(self, name) for name in asdict(EvidenceTexts())})

    @property
    def why(self) -> str:
        """Why it was not taken, in words for staff."""
        return why(self.error_code, self.error_raw)
