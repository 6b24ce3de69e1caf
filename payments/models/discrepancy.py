"""What does not agree between our books, the provider's and the bank's, and who explains it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.clock import now
from orders.money import Money
from payments.models.account import ProviderAccount
from payments.models.operation import Operation
from payments.models.payment import Attempt
from payments.models.payout import Payout
from payments.models.settlement import SettlementFile
from payments.sights import told

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

    from payments.models.ledger import Entry


class DiscrepancyKind(models.TextChoices):
    MISSING_IN_PROVIDER = "missing_in_provider", _("not in the provider's books")
    MISSING_IN_LEDGER = "missing_in_ledger", _("not in our books")
    AMOUNT = "amount", _("another amount")
    CURRENCY = "currency", _("another currency")
    STATUS = "status", _("another status")
    FEE = "fee", _("another fee than expected")
    DUPLICATE_IN_PROVIDER = "duplicate_in_provider", _("more than once in the provider's books")
    DUPLICATE_IN_LEDGER = "duplicate_in_ledger", _("more than once in our books")
    TIMING = "timing", _("not in the provider's books yet")
    PAYOUT_TOTAL = "payout_total", _("a payout is not the sum of its lines")
    BANK_TOTAL = "bank_total", _("the bank got another amount than was sent")
    UNPARSEABLE_LINE = "unparseable_line", _("a line that cannot be read")
    WRONG_ACCOUNT_OR_MODE = "wrong_account_or_mode", _("a line of another account or mode")


class DiscrepancyState(models.TextChoices):
    """A draft is about a line of a file that is still being read: nobody is asked yet."""

    DRAFT = "draft", pgettext_lazy("discrepancy", "of a file that is being read")
    OPEN = "open", pgettext_lazy("discrepancy", "open")
    INVESTIGATING = "investigating", pgettext_lazy("discrepancy", "being looked into")
    PROPOSED = "proposed", pgettext_lazy("discrepancy", "waiting for approval")
    RESOLVED = "resolved", pgettext_lazy("discrepancy", "resolved")


class Resolution(models.TextChoices):
    """How a discrepancy ended. Adjusted and written off post an entry; the others move nothing."""

    AUTO = "auto", pgettext_lazy("discrepancy", "by itself")
    ADJUSTED = "adjusted", pgettext_lazy("discrepancy", "our books were adjusted")
    REFUNDED = "refunded", pgettext_lazy("discrepancy", "refunded to the shopper")
    WRITTEN_OFF = "written_off", pgettext_lazy("discrepancy", "written off")
    IGNORED = "ignored", pgettext_lazy("discrepancy", "ignored")


STANDS: Final = (Resolution.IGNORED, Resolution.REFUNDED)
"""Resolved so, a difference stays as long as it is found: no entry evens it out."""
OF_PAYOUTS: Final = "payout"
"""What a discrepancy is about that is no operation of ours."""
UNRESOLVED: Final = tuple(map(DiscrepancyState, ("open", "investigating", "proposed")))
UNDECIDED: Final = {"resolution": "", "proposed_by": None, "approved_by": None}
"""What a row says of a decision that nobody has made, or that is one no more."""


class Discrepancy(models.Model):
    """One thing that does not agree; found again it is the same row.

    `subject` names it within its account: "capture:A…", "line:<file>:<line>", "payout:<ref>".
    `ours` and `theirs` are what each side's books have, in minor units, None where one has nothing;
    `our_currency` only where it differs. `payout`: the payout whose difference it explains, or is.
    `file` and `line_no`: where it stands, of what is about a line; `detail` says more, in words
    whose gaps `facts` fill.
    Amounts are signed as the balance at the provider moves; of a fee, above zero where it cost us:
    `ours` is what was expected, and booked. Of a bank_total, `theirs` is what the bank got.
    """

    account = models.ForeignKey(
        ProviderAccount,
        models.PROTECT,
        null=True,
        related_name="discrepancies",
        verbose_name=_("provider account"),
    )
    subject = models.CharField(pgettext_lazy("discrepancy", "subject"), max_length=200)
    kind = models.CharField(_("kind"), max_length=24, choices=DiscrepancyKind.choices)
    about = models.CharField(_("about"), max_length=16, blank=True)
    reference = models.CharField(_("reference"), max_length=140, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    our_currency = models.CharField(max_length=3, blank=True)
    ours = models.BigIntegerField(_("in our books"), null=True)
    theirs = models.BigIntegerField(_("in theirs"), null=True)
    at = models.DateTimeField(_("happened"), null=True)
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="discrepancies")
    operation = models.ForeignKey(
        Operation, models.PROTECT, null=True, related_name="discrepancies"
    )
    payout = models.ForeignKey(
        Payout,
        models.PROTECT,
        null=True,
        related_name="discrepancies",
        verbose_name=_("payout"),
    )
    file = models.ForeignKey(
        SettlementFile,
        models.PROTECT,
        null=True,
        related_name="discrepancies",
        verbose_name=_("settlement file"),
    )
    line_no = models.BigIntegerField(_("line"), null=True)
    detail = models.CharField(_("what was seen"), max_length=600, blank=True)
    facts = models.JSONField(default=dict, db_default={}, editable=False)
    state = models.CharField(
        _("state"), max_length=13, choices=DiscrepancyState.choices, default=DiscrepancyState.OPEN
    )
    found_at = models.DateTimeField(_("found"), default=now)
    seen_at = models.DateTimeField(_("seen last"), default=now)
    asked_at = models.DateTimeField(_("provider asked"), null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("looked after by"),
    )
    resolution = models.CharField(
        _("resolution"), max_length=11, choices=Resolution.choices, blank=True
    )
    reason = models.CharField(_("reason"), max_length=400, blank=True)
    evidence = models.CharField(_("evidence"), max_length=400, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("resolved by"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    decision_note = models.CharField(_("said to it"), max_length=400, blank=True, db_default="")
    request_key = models.CharField(max_length=40, blank=True, editable=False)
    decision_key = models.CharField(max_length=40, blank=True, editable=False, db_default="")

    if TYPE_CHECKING:
        entries: RelatedManager[Entry]

    class Meta:
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        permissions = [
            ("resolve_discrepancy", _("Can resolve a discrepancy")),
            ("approve_discrepancy", _("Can approve how a discrepancy is resolved")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "subject"], name="discrepancy_once"),
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(account__isnull=True),
                name="discrepancy_without_account_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DiscrepancyKind.values), name="discrepancy_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state=DiscrepancyState.RESOLVED, resolved_at__isnull=False)
                & Q(resolution__in=Resolution.values)
                | ~Q(state=DiscrepancyState.RESOLVED) & Q(resolved_at__isnull=True),
                name="discrepancy_resolved_somehow",
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(proposed_by__isnull=True)
                | ~Q(approved_by=F("proposed_by")),
                name="discrepancy_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(resolution__in=("", Resolution.AUTO)) | ~Q(reason=""),
                name="discrepancy_says_why",
            ),
            models.CheckConstraint(
                condition=Q(resolution__in=("", Resolution.AUTO, Resolution.IGNORED))
                | ~Q(evidence=""),
                name="discrepancy_has_evidence",
            ),
            models.CheckConstraint(
                condition=~Q(state=DiscrepancyState.PROPOSED) | ~Q(resolution=""),
                name="discrepancy_proposed_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["found_at", "id"],
                name="discrepancy_open",
                condition=~Q(state=DiscrepancyState.RESOLVED),
            ),
            models.Index(fields=["account", "kind", "-found_at"], name="discrepancy_list"),
            models.Index(fields=["-found_at", "-id"], name="discrepancy_newest"),
            models.Index(fields=["reference"], name="discrepancy_by_reference"),
        ]

    def __str__(self) -> str:
        line = _("line %(number)s") % {"number": self.line_no} if self.line_no else self.subject
        return f"{capfirst(self.get_kind_display())}: {self.reference or line}"

    @property
    def seen(self) -> str:
        """What was seen, in the active language."""
        return told(self.detail, self.facts)

    @property
    def given_reason(self) -> str:
        """Why it is settled so; in the active language where no person said it."""
        return told(self.reason, {}) if self.resolution == Resolution.AUTO else self.reason

    @property
    def our_money(self) -> Money | None:
        if self.ours is None:
            return None
        return Money(self.ours, self.our_currency or self.currency)

    @property
    def their_money(self) -> Money | None:
        return None if self.theirs is None else Money(self.theirs, self.currency)

    @property
    def difference(self) -> Money | None:
        """How much more they have than we; None where that is no amount."""
        if not self.currency or self.our_currency or (self.ours is None and self.theirs is None):
            return None
        return Money((self.theirs or 0) - (self.ours or 0), self.currency)


class Candidate(models.Model):
    """A group of one match that does not add up; it lives as long as the match does.

    `claim` is that of the match (`Match`). `ref` is our reference, or the provider's after a "#";
    `named` is ours where theirs led to it. Tens of thousands are written in one statement, so the
    database checks none of them.
    """

    account = models.ForeignKey(
        ProviderAccount, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    claim = models.CharField(max_length=22)
    kind = models.CharField(max_length=16)
    ref = models.CharField(max_length=140)
    currency = models.CharField(max_length=3)
    ours = models.BigIntegerField(default=0)
    theirs = models.BigIntegerField(default=0)
    our_rows = models.BigIntegerField(default=0)
    their_rows = models.BigIntegerField(default=0)
    our_at = models.DateTimeField(null=True)
    their_at = models.DateTimeField(null=True)
    attempt_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    our_currency = models.CharField(max_length=3, blank=True)
    named = models.CharField(max_length=140, blank=True)
    verdict = models.CharField(max_length=24, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "ref", "kind"], name="candidate_by_reference")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.ref}"


class Match(models.Model):
    """When an account was matched last, and what came of it; whoever has the lease matches.

    `ended_at`: up to when what came in is compared, of the last match that has ended.
    """

    account = models.OneToOneField(ProviderAccount, models.CASCADE, related_name="match")
    claimed_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=22, blank=True)
    ended_at = models.DateTimeField(null=True)
    lines = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.account_id)
