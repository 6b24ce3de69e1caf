"""The provider's own books: files as they came in, their lines, and what they add up to.

Amounts are signed minor units, above zero where our balance at the provider grew; a fee is above
zero where it cost us, in minor units that may be fractions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.clock import now
from orders.money import Money
from payments.models.account import ProviderAccount
from payments.sights import told

if TYPE_CHECKING:
    from django_stubs_ext.db.models.manager import RelatedManager

IMPORT_TASK: Final = "payments.import_settlements"
"""The worker's task that reads what was uploaded."""
READING_LEASE: Final = timedelta(minutes=2)
"""So long a file is whoever's who last said how far they had read; then another begins anew."""
REPLACED: Final = "replaced"


class FileKind(models.TextChoices):
    REPORT = "report", _("settlement report of a provider")
    STATEMENT = "statement", _("statement of our bank account")


class FileState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("settlement file", "waiting to be read")
    READING = "reading", pgettext_lazy("settlement file", "being read")
    LOADED = "loaded", pgettext_lazy("settlement file", "read")
    REFUSED = "refused", pgettext_lazy("settlement file", "refused")
    REPLACED = REPLACED, pgettext_lazy("settlement file", "taken back")


DEAD_FILES: Final = (FileState.REFUSED, FileState.REPLACED)
"""Nothing of such a file counts, and the same may come again."""


class FileSource(models.TextChoices):
    UPLOAD = "upload", _("uploaded")
    COMMAND = "command", _("imported by command")
    FETCHED = "fetched", _("fetched from the provider")


class SettlementFile(models.Model):
    """One report or bank statement. Its lines count once its state is `loaded`.

    Who reads it has the `claim`, and was `alive_at` a moment.
    `first_day` and `last_day` in the zone of the account; `opening` and `closing` are the balances
    that it states, in minor units by currency; `more_statements` the numbers of those that follow
    the first in one file. `why` and `why_line`: what it was refused for, in words whose gaps
    `why_facts` fill.
    """

    account = models.ForeignKey(
        ProviderAccount,
        models.PROTECT,
        null=True,
        related_name="settlement_files",
        verbose_name=_("provider account"),
    )
    kind = models.CharField(_("kind"), max_length=9, choices=FileKind.choices)
    name = models.CharField(_("file"), max_length=200)
    source = models.CharField(_("came by"), max_length=7, choices=FileSource.choices)
    sha256 = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    size = models.BigIntegerField(_("size in bytes"))
    state = models.CharField(
        _("state"), max_length=8, choices=FileState.choices, default=FileState.WAITING
    )
    first_day = models.DateField(_("first day"), null=True)
    last_day = models.DateField(_("last day"), null=True)
    opening = models.JSONField(default=dict)
    closing = models.JSONField(default=dict)
    statement_id = models.CharField(_("statement number"), max_length=140, blank=True)
    more_statements = models.JSONField(default=list, editable=False)
    statement_of = models.CharField(_("bank account"), max_length=140, blank=True)
    lines_read = models.BigIntegerField(_("lines"), default=0)
    bad_lines = models.BigIntegerField(_("lines that cannot be read"), default=0)
    bytes_read = models.BigIntegerField(default=0)
    why = models.CharField(_("refused because"), max_length=400, blank=True)
    why_facts = models.JSONField(default=dict, db_default={}, editable=False)
    why_line = models.BigIntegerField(_("in line"), null=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("came in"), default=now)
    alive_at = models.DateTimeField(null=True, editable=False)
    claim = models.CharField(max_length=22, blank=True, editable=False)
    ended_at = models.DateTimeField(_("read or refused"), null=True)
    alerted_at = models.DateTimeField(null=True, editable=False)
    fees_checked = models.BooleanField(default=False, editable=False)

    if TYPE_CHECKING:
        chunks: RelatedManager[SettlementChunk]
        totals: RelatedManager[SettlementTotal]

    class Meta:
        verbose_name = _("settlement file")
        verbose_name_plural = _("settlement files")
        permissions = [
            ("import_settlementfile", _("Can import settlement files and bank statements")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=FileState.values), name="settlement_file_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=FileKind.REPORT, account__isnull=False)
                | Q(kind=FileKind.STATEMENT, account__isnull=True),
                name="settlement_file_report_of_an_account",
            ),
            models.UniqueConstraint(
                fields=["account", "sha256"],
                condition=~Q(state__in=DEAD_FILES),
                name="settlement_file_once",
            ),
            models.UniqueConstraint(
                fields=["sha256"],
                condition=Q(kind=FileKind.STATEMENT) & ~Q(state__in=DEAD_FILES),
                name="settlement_statement_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                name="settlement_file_to_read",
                condition=Q(state__in=(FileState.WAITING, FileState.READING)),
            ),
            models.Index(
                fields=["first_day"],
                name="settlement_file_refused",
                condition=Q(state=FileState.REFUSED),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def refused_for(self) -> str:
        """Why it is refused, in the active language; "" where it is not."""
        return told(self.why, self.why_facts)


class SettlementChunk(models.Model):
    """A piece of an uploaded file, until a worker has read it: it may be another machine."""

    file = models.ForeignKey(SettlementFile, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "number"], name="settlement_chunk_once")
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"


class SettlementLine(models.Model):
    """One line of a report as it stands there; written once, a million at a time.

    `our_ref` is the reference we gave, "" where the file has none. `settled_gross` is in
    `settled_currency`, as is the fee; "" and None where that is `currency`. `stray`: the account or
    mode that the line names, where it is not ours. The file is never deleted, so no constraint of
    the database checks it line by line.
    """

    pk = models.CompositePrimaryKey("file_id", "line_no")
    file = models.ForeignKey(
        SettlementFile, models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    line_no = models.BigIntegerField()
    kind = models.CharField(max_length=16)
    provider_ref = models.CharField(max_length=120)
    our_ref = models.CharField(max_length=120)
    method = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    gross = models.BigIntegerField()
    fee = models.DecimalField(max_digits=20, decimal_places=6)
    settled_currency = models.CharField(max_length=3)
    settled_gross = models.BigIntegerField(null=True)
    occurred_at = models.DateTimeField()
    settled_at = models.DateTimeField()
    payout_ref = models.CharField(max_length=120)
    stray = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("settlement line")
        verbose_name_plural = _("settlement lines")
        indexes = [
            models.Index(fields=["our_ref"], name="settlement_line_by_our_ref"),
            models.Index(fields=["provider_ref"], name="settlement_line_by_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.line_no}"

    @property
    def money(self) -> Money:
        return Money(self.gross, self.currency)


class SettlementTotal(models.Model):
    """What some lines of a file add up to, by day and payout; several rows of a kind add up.

    `day` is that of settlement, in the zone of the account. Lines of another account are in none.
    """

    file = models.ForeignKey(SettlementFile, models.PROTECT, related_name="totals")
    day = models.DateField()
    payout_ref = models.CharField(max_length=120)
    kind = models.CharField(max_length=16)
    method = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    settled_currency = models.CharField(max_length=3)
    lines = models.BigIntegerField()
    gross = models.BigIntegerField()
    settled_gross = models.BigIntegerField()
    fee = models.DecimalField(max_digits=26, decimal_places=6)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["payout_ref"], name="settlement_total_by_payout"),
            models.Index(fields=["day"], name="settlement_total_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind} {self.gross} {self.currency}"
