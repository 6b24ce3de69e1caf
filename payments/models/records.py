"""What was seen, what was called, and what a person must look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.clock import now
from payments.models.account import ProviderAccount
from payments.models.operation import Operation
from payments.models.payment import Attempt, Payment
from payments.sights import told
from payments.states import UNDECIDED, DisputeState

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from orders.money import Money
    from payments.models.evidence import DisputeEvidence


class ProviderObject(models.Model):
    """One id of the provider's and the attempt or operation it belongs to."""

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="objects_seen")
    kind = models.CharField(max_length=20)
    object_id = models.CharField(max_length=120)
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="provider_objects")
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, related_name="provider_objects"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "object_id"], name="provider_object_once"
            )
        ]
        indexes = [models.Index(fields=["object_id"], name="provider_object_by_id")]

    def __str__(self) -> str:
        return self.object_id


class Dispute(models.Model):
    """Money that a shopper claims back through the bank; open or lost, it cannot be refunded.

    An inquiry claims nothing yet: the bank asks, and the money stays.

    `remind_at`: when staff are told next that evidence is due; None once nobody need be.
    """

    account = models.ForeignKey(
        ProviderAccount, models.PROTECT, related_name="disputes", verbose_name=_("provider account")
    )
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="disputes")
    provider_id = models.CharField(_("reference"), max_length=120)
    amount = models.BigIntegerField(_("amount"))
    status = models.CharField(_("status"), max_length=8, choices=DisputeState.choices)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    evidence_due_at = models.DateTimeField(_("evidence due"), null=True)
    opened_at = models.DateTimeField(_("seen first"), default=now)
    closed_at = models.DateTimeField(_("closed"), null=True)
    remind_at = models.DateTimeField(null=True, editable=False)

    if TYPE_CHECKING:
        evidence: RelatedManager[DisputeEvidence]

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        permissions = [("answer_dispute", _("Can answer a dispute with evidence"))]
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="dispute_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_positive"),
            models.CheckConstraint(
                condition=Q(status__in=DisputeState.values), name="dispute_status_known"
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(status__in=UNDECIDED),
                name="dispute_decided_reminds_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["-closed_at", "evidence_due_at"], name="dispute_list"),
            models.Index(fields=["provider_id"], name="dispute_by_provider_id"),
            models.Index(
                fields=["remind_at"],
                name="dispute_to_remind_of",
                condition=Q(remind_at__isnull=False),
            ),
            models.Index(
                fields=["evidence_due_at"],
                name="dispute_waits",
                condition=Q(status__in=UNDECIDED),
            ),
        ]

    def __str__(self) -> str:
        return self.provider_id

    @property
    def money(self) -> Money:
        return self.attempt.money(self.amount)

    @property
    def is_inquiry(self) -> bool:
        """Whether the bank only asks."""
        return self.status == DisputeState.INQUIRY

    @property
    def is_undecided(self) -> bool:
        return self.status in UNDECIDED

    @property
    def is_late(self) -> bool:
        """Whether the time for evidence is over."""
        return self.evidence_due_at is not None and self.evidence_due_at <= now()


class CallResult(models.TextChoices):
    OK = "ok", _("answered")
    DECLINED = "declined", _("declined")
    TECHNICAL = "technical", _("technical error")
    TIMEOUT = "timeout", _("no answer")


class ProviderCall(models.Model):
    """One call out: the audit trail, and the source of every rate."""

    account = models.ForeignKey(ProviderAccount, models.PROTECT, related_name="calls")
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="calls")
    operation = models.ForeignKey(Operation, models.PROTECT, null=True, related_name="calls")
    verb = models.CharField(max_length=8)
    key = models.CharField(max_length=40, blank=True)
    result = models.CharField(max_length=10, choices=CallResult.choices)
    milliseconds = models.PositiveIntegerField()
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=CallResult.values), name="call_result_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb}: {self.result}"


class ReviewKind(models.TextChoices):
    MISMATCH = "mismatch", _("the provider names another account, mode, currency or reference")
    WRONG_AMOUNT = "wrong_amount", _("another amount was captured than was asked for")
    SURPLUS = "surplus", _("money came in that nobody owed and that cannot be given back by itself")
    EXTERNAL_REFUND = "external_refund", _("a refund was made at the provider's own site")
    REFUND_FAILED = "refund_failed", _("a refund failed")
    REFUND_TOTAL = "refund_total", _("the provider has refunded more than its refunds add up to")
    HOLD_ENDING = "hold_ending", _("the bank holds the money for a short time only")
    CAPTURE_FAILED = "capture_failed", _("a capture failed")
    DISPUTE = "dispute", _("the shopper disputes a payment at the bank")
    BAD_ANSWER = "bad_answer", _("the provider's answer cannot be read")
    NO_ANSWER = "no_answer", _("the provider does not say what became of it")
    LEDGER = "ledger", _("the ledger does not agree with the payment")


class ReviewAct(models.TextChoices):
    """The buttons that end a review; `payments.reviews` says which kind has which."""

    ACCEPT = "accept", _("Accept what came")
    ASK_REST = "ask_rest", _("Ask for the rest")
    GIVE_BACK = "give_back", _("Give everything back")
    REFUND_AGAIN = "refund_again", _("Refund again")
    ELSEWHERE = "elsewhere", _("Returned elsewhere")
    ACCEPT_REFUND = "accept_refund", _("Accept the refund")
    CAPTURE = "capture", _("Capture what is held")
    RELEASE_REST = "release_rest", _("Release the rest")
    ASK_NOW = "ask_now", _("Ask again now")
    CHECK_LEDGER = "check_ledger", _("Check again")
    NOTE = "note", _("Resolve with a note")


class Review(models.Model):
    """Something only a person can settle; one open row per kind, payment and subject.

    `detail` is what was seen, and `facts` fill its gaps (`payments.sights`).
    What ended it: `act`, with the note of who did it; neither where the cause went by itself.
    `request_key` is that of the form, so that a second click finds its first.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=ReviewKind.choices)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="reviews")
    subject_ref = models.CharField(pgettext_lazy("review", "subject"), max_length=120)
    detail = models.CharField(_("what was seen"), max_length=255, blank=True)
    facts = models.JSONField(default=dict, editable=False)
    opened_at = models.DateTimeField(_("opened"), default=now)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    act = models.CharField(_("ended by"), max_length=16, choices=ReviewAct.choices, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    request_key = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        permissions = [("resolve_review", _("Can resolve a review with a note"))]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "payment", "subject_ref"],
                condition=Q(resolved_at__isnull=True),
                name="review_open_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ReviewKind.values), name="review_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(act__in=["", *ReviewAct.values]), name="review_act_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at", "id"],
                name="review_open",
                condition=Q(resolved_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{ReviewKind(self.kind).label}: {self.subject_ref}"

    @property
    def seen(self) -> str:
        """What was seen, in the active language."""
        return told(self.detail, self.facts)
